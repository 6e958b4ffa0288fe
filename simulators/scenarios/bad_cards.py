"""Cards that are torn, worn, copied, forged, or not ours."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

BAD_CARDS = (
    scenario(
        "torn-card",
        N_("記録が途中で切れたカードを作り直す"),
        N_("カードは読めませんが、面の番号を打つと本部が記録を作り直し、20点が戻ります。"),
        "serve new 2000; sent; tear new; insert new; await TypeNumber; number new; await ConfirmRepair; keys enter",
        "await Repaired; pull; await Waiting; stripe ok; balance 20",
        office=True,
    ),
    scenario(
        "torn-card-alone",
        N_("記録が途中で切れたカード（本部につながらないとき）"),
        N_("500円分の5点は、カードの外で付けられます。カードは後で作り直せます。"),
        "serve new 2000; tear new; office off; insert new; await TypeNumber; number new; await OffCardKeying",
        "keys 5 00 enter; await OffCardDone; pull; await Waiting; office on; stripe torn",
        office=True,
    ),
    scenario(
        "worn-card",
        N_("磁気がすり減ったカード"),
        N_("読めないカードは、作り直しても書けません。点は失われず、カードの外に残ります。"),
        "serve new 1000; sent; wear new; insert new; await TypeNumber; number new; await ConfirmRepair; keys enter",
        "await OffCardKeying; keys 5 00 enter; await OffCardDone; pull; await Waiting",
        office=True,
    ),
    scenario(
        "wiped-card",
        N_("磁気が消えたカード"),
        N_("何も読めないカードは、書かれずに戻ります。"),
        "serve new 1000; wipe new; insert new; await Stopped TypeNumber; keys cancel; pull; await Waiting",
        "stripe blank",
    ),
    scenario(
        "forged-copy",
        N_("残高を書き換えた偽造カード"),
        N_("署名が合わないので受け付けません。書かれずに戻ります。"),
        "serve new 1000; forge new; insert new; await Stopped; shows card.forged; pull; await Waiting; stripe forged",
    ),
    scenario(
        "copied-card",
        N_("写したカードを、元のカードより後に使う"),
        N_("元のカードの記録の方が新しいので、写しには書きません。点はカードの外で付けられます。"),
        "serve new 1000; copy new; serve new 500; insert copy; await OffCardKeying",
        "keys cancel; pull; await Waiting; balance 15 new; balance 10 copy",
    ),
    scenario(
        "foreign-card",
        N_("よそのお店のカード"),
        N_("当店のカードではないと告げて、そのまま返します。"),
        "insert foreign; await Stopped; shows card.foreign; pull; await Waiting; no-receipt",
    ),
    scenario(
        "blank-card",
        N_("何も書いていないカード"),
        N_("記録がないカードには書かず、そのまま返します。"),
        "insert blank; await Stopped TypeNumber; keys cancel; pull; await Waiting; no-receipt",
    ),
)
