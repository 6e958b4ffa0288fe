"""Goods that are scanned, corrected, or handed over by the shop's own POS."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

_CODES = ("2000000000015", "2000000000022", "2000000000039", "2000000000046", "2000000000053", "2000000000060",
          "2000000000077", "2000000000084", "2000000000091", "4901234567894")  # fmt: skip
_LOAF, _WALNUT, _BUN, _COFFEE = _CODES[:4]
_PAY = "insert new; await Keying; keys enter; await Done; pull; await Waiting"

SELLING = (
    scenario(
        "amount-before-card",
        N_("カードより先に金額を打つ"),
        N_("待っている間に打った1,280円は、次に入れたカードのお買上げになり、12点が付きます。"),
        f"keys 1 2 8 0; shows 1,280円; {_PAY}; receipt 1,280円; balance 12",
    ),
    scenario(
        "without-card",
        N_("カードのないお客さまの会計"),
        N_("点は付かず、売上とレシートだけが残ります。"),
        "keys 5 00 enter; await Confirming; keys enter; await Waiting; receipt 500円",
    ),
    scenario(
        "scan-ten-goods",
        N_("商品を10点読ませて会計"),
        N_("キーは「実行」だけ。8%と10%の税の内訳と登録番号がレシートに出て、3,450円で34点が付きます。"),
        f"sent; scan {' '.join(_CODES)}; shows 3,450円; {_PAY}; receipt 食パン; receipt T0000000000000; receipt 8%",
        "balance 34",
        office=True,
    ),
    scenario(
        "unknown-goods",
        N_("登録のない商品を読ませる"),
        N_("登録がないと告げ、会計は変わりません。ほかの商品はそのまま買えます。"),
        f"sent; scan {_WALNUT} 4900000000009; shows sale.unknown_product; {_PAY}; receipt 260円; balance 2",
        office=True,
    ),
    scenario(
        "quantity",
        N_("数量を変える"),
        N_("くるみパン1個を3個に直すと780円になり、7点が付きます。"),
        f"sent; scan {_WALNUT}; shows 260円; keys use; await Choosing; keys 1 2 3 enter; await Waiting",
        f"shows 780円; {_PAY}; balance 7",
        office=True,
    ),
    scenario(
        "line-taken-out",
        N_("1行を取り消す"),
        N_("コーヒーを取り消すと、食パンの380円だけが残ります。"),
        f"sent; scan {_LOAF} {_COFFEE}; shows 700円; keys use 1 1; await Waiting; shows 380円",
        f"{_PAY}; balance 3",
        office=True,
    ),
    scenario(
        "line-discount",
        N_("1行から値引きする"),
        N_("食パンから80円を引くと、300円になります。"),
        f"sent; scan {_LOAF}; shows 380円; keys use 1 3 8 0 enter; await Waiting; shows 300円",
        f"{_PAY}; receipt 300円; balance 3",
        office=True,
    ),
    scenario(
        "subtotal-discount",
        N_("小計から値引きする"),
        N_("食パンとくるみパンの640円から40円を引くと600円になり、6点が付きます。"),
        f"sent; scan {_LOAF} {_WALNUT}; shows 640円; keys use 3 4 0 enter; await Waiting",
        f"shows 600円; {_PAY}; balance 6",
        office=True,
    ),
    scenario(
        "corrected-with-card",
        N_("カードを入れてから商品を直す"),
        N_("カードのメニューからも同じように直せます。2個に直した あんぱんは360円です。"),
        f"sent; insert new; await Keying; scan {_BUN}; shows 180円; menu 4; await Choosing; keys 1 2 2 enter",
        "await Keying; shows 360円; keys enter; await Done; pull; await Waiting; balance 3",
        office=True,
    ),
    scenario(
        "pos-over-http",
        N_("レジから会計を受け取る（通信）"),
        N_("レジで打った商品が画面に出ます。カードを入れて実行すると、払う金額と点がレジに返ります。"),
        f"pos sale {_LOAF} {_BUN}; shows 560円; {_PAY}; pos-hears sale done 560; balance 5",
    ),
    scenario(
        "pos-as-file",
        N_("レジから会計を受け取る（ファイル）"),
        N_("レジが置いたCSVファイルが1件の会計になり、終わると結果とともに片付きます。"),
        f"pos-file sale {_LOAF}; shows 380円; {_PAY}; pos-done sale; balance 3",
    ),
    scenario(
        "pos-cancelled",
        N_("レジからの会計をやめる"),
        N_("「中止」で会計が消え、取り消したことがレジに伝わります。点は動きません。"),
        "pos sale 1500; shows 1,500円; keys cancel; pos-hears sale cancelled; await Waiting; no-receipt",
    ),
)
