"""The other card units: a swipe unit, and a reader of chip cards behind a real pcscd."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

_SWIPE, _CHIPS = "unit magnetic", "unit ic_card"
_WRITTEN = "swipe new; swipe new; await Done; keys enter; await Waiting"
_TAKEN = "await Done; take; keys enter; await Waiting"

OTHER_UNITS = (
    scenario(
        "swiped-visit",
        N_("手で通すカード機でお会計"),
        N_("1回目で読み、金額を入れ、2回目で書き、3回目で確かめます。500円で5点が付きます。"),
        f"{_SWIPE}; swipe new; await Keying; keys 5 00 enter; {_WRITTEN}; balance 5",
    ),
    scenario(
        "slow-swipe",
        N_("カードをゆっくり通しすぎる"),
        N_("もう一度通すように告げます。ふつうの速さで通すと、お会計が終わります。"),
        f"{_SWIPE}; swipe new; await Keying; keys 5 00 enter; break card_rewriter.slow_hand; swipe new; await Swiping",
        f"mend card_rewriter.slow_hand; {_WRITTEN}; balance 5",
    ),
    scenario(
        "chip-visit",
        N_("ICカード（FeliCa）で付けて、使う"),
        N_("200点が付き、次の来店で100点を使って、残高は109点になります。"),
        f"{_CHIPS}; lay chip; await Keying; keys 2 00 00 enter; {_TAKEN}; balance 200 chip",
        f"lay chip; await Keying; keys 1 0 00 use 1 00 enter; {_TAKEN}; balance 109 chip",
    ),
    scenario(
        "copied-chip",
        N_("写したICカードを使う"),
        N_("鍵までは写せないので、写しは受け付けません。元のカードはそのまま使えます。"),
        f"{_CHIPS}; lay chip; await Keying; keys 5 00 enter; {_TAKEN}; copy chip; lay copy; await Stopped",
        "shows device.ic_card.not_genuine; take; keys enter; await Waiting; balance 5 chip",
    ),
    scenario(
        "chip-lifted",
        N_("書込み中にICカードを取ってしまう"),
        N_("書けたかどうかわからないと告げます。同じカードを置くと来店は1回だけ完成し、点は失われません。"),
        f"{_CHIPS}; lay tag; await Keying; keys 5 00; break card_rewriter.lifted; keys enter",
        f"gone; await Stopped; mend card_rewriter.lifted; keys enter; await Waiting; lay tag; {_TAKEN}",
        "balance 5 tag",
    ),
    scenario(
        "pcscd-stopped",
        N_("ICカードのサービス（pcscd）が止まる"),
        N_("リーダーと話せないと告げます。動きだすと、次のお客さまを待ちます。"),
        f"{_CHIPS}; break card_rewriter.service; log device.ic_card.no_service; mend card_rewriter.service",
        f"await Waiting; lay tag; await Keying; keys 5 00 enter; {_TAKEN}; balance 5 tag",
    ),
)
