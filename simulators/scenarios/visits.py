"""The flows of a card visit when everything works."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

VISITS = (
    scenario(
        "earn-by-amount",
        N_("金額を入れて点を付ける"),
        N_("100円で1点。1,280円のお買上げで12点が付き、カードの面・レシート・お客さま表示が同じ残高を示します。"),
        "insert new; await Keying; keys 1 2 8 0; display 12; keys enter; await Done",
        "receipt 1,280円; pull; await Waiting; balance 12; face printed",
    ),
    scenario(
        "new-card",
        N_("新しいカードを初めて使う"),
        N_("何も印字していない新しいカードに、初めての記録と面が書かれます。"),
        "face white; stripe ok; balance 0; insert new; await Keying; keys 5 0 0 enter; await Done; pull",
        "await Waiting; balance 5; face printed",
    ),
    scenario(
        "use-points",
        N_("ためた点を使う"),
        N_("200点のうち100点を使うと100円引きになり、残りの900円に9点が付いて、残高は109点です。"),
        "serve new 20000; balance 200",
        "insert new; await Keying; keys 1 0 00; keys use 1 00 enter; await Done; receipt 109; pull; await Waiting",
        "balance 109",
    ),
    scenario(
        "use-all-points",
        N_("ためた点を全部使う"),
        N_("「点を使う」を2回押すと使えるだけ使います。200点を使い、残りの2,800円に28点が付きます。"),
        "serve new 20000; insert new; await Keying; keys 3 0 00 use use enter; await Done; pull; await Waiting",
        "balance 28",
    ),
    scenario(
        "too-few-points",
        N_("決まりより少ない点は使えない"),
        N_("50点だけでは使えないと告げます。100点に直すと使えます。"),
        "serve new 20000; insert new; await Keying; keys 1 0 00 use 5 0 enter clear 1 00 enter",
        "await Done; pull; await Waiting; balance 109",
    ),
    scenario(
        "wrong-figure",
        N_("打ち間違いを直す"),
        N_("「1字消す」と「訂正」で直した金額だけが使われます。"),
        "insert new; await Keying; keys 9 9 9 clear 7 0 8 back 0 enter; await Done; receipt 700円; pull; await Waiting",
        "balance 7",
    ),
    scenario(
        "cancelled",
        N_("お会計をやめる"),
        N_("「中止」でカードがそのまま戻り、何も書かれず、レシートも出ません。"),
        "insert new; await Keying; keys 1 2 3 cancel; pull; await Waiting; balance 0; face white; no-receipt",
    ),
    scenario(
        "two-stores",
        N_("1枚のカードで2つのお店を回る"),
        N_("別のお店で付いた点が、そのまま次のお店で使えます。"),
        "at 1; serve new 3000; balance 30; at 2; serve new 4000; balance 70; at 1; serve new 1000; balance 80",
        counters=2,
    ),
)
