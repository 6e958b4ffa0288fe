"""Sales that are taken back, and slips that are printed once more."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

_REFUND = "insert new; await Keying; menu 2; await Choosing; keys 1; await Asking"
_END = "await Confirming; keys enter; await Done; pull; await Waiting"

AFTERWARDS = (
    scenario(
        "refund-whole",
        N_("全部を返品する"),
        N_("3,000円の30点が取り消され、残高は0点に戻ります。"),
        f"serve new 3000; balance 30; {_REFUND}; keys enter; {_END}; receipt 返品・取消; balance 0",
    ),
    scenario(
        "refund-part",
        N_("一部を返品する"),
        N_("3,000円のうち1,000円を返すと、10点だけが取り消されます。"),
        f"serve new 3000; balance 30; {_REFUND}; keys 1 0 00 enter; {_END}; receipt 返品・取消; balance 20",
    ),
    scenario(
        "void",
        N_("点を使った会計を取り消す"),
        N_("使った100点が戻り、その会計の点が取り消されて、残高は元の200点になります。"),
        f"serve new 20000; serve new 1000 100; balance 109; {_REFUND}; keys enter; {_END}; balance 200",
    ),
    scenario(
        "reprint",
        N_("レシートをもう一度出す"),
        N_("「再印字」の印が付いた同じレシートが出ます。"),
        "serve new 400; menu 6; await Confirming; keys enter; await Waiting; receipt 再印字; balance 4",
    ),
)
