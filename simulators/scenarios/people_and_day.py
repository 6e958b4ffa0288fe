"""Who serves, what the day came to, and practice."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

PEOPLE_AND_DAY = (
    scenario(
        "duty",
        N_("担当者が暗証番号で入る"),
        N_("違う番号は断られます。正しい番号で名前が画面に出て、終わると消えます。"),
        "sent; menu 4; await Asking; keys 9 9 9 9 enter; shows pin.unknown; keys 1 1 1 1 enter; await Waiting",
        "shows 野原 係; menu 4; await Choosing; keys 2; await Waiting",
        office=True,
    ),
    scenario(
        "leader-only",
        N_("主任だけができること"),
        N_("係にはカードの停止が閉じていて、主任の番号で開きます。"),
        "sent; menu 4; keys 1 1 1 1 enter; await Waiting; menu 2; await Asking",
        "keys 1 1 1 1 enter; shows duty.not_allowed; keys 2 2 2 2 enter; shows 川端 主任; keys cancel",
        "await Waiting; menu 4 2; await Waiting",
        office=True,
    ),
    scenario(
        "day",
        N_("一日を始めて、締める"),
        N_("締めると日報が印字されます。"),
        "menu 5 3; await Waiting; serve new 1000; menu 5 4; await Confirming; keys enter; await Waiting",
        "shows day.closed; receipt 日報",
    ),
    scenario(
        "figures-of-today",
        N_("今日の数字を見る"),
        N_("締めなくても、今日の数字を画面と紙で見られます。"),
        "serve new 700; menu 5 1; await Told; receipt 日報; keys enter; await Waiting",
    ),
    scenario(
        "enrolments-of-today",
        N_("今日の入会を担当者ごとに見る"),
        N_("だれが何人に入会してもらったかが出ます。"),
        "sent; menu 4; keys 1 1 1 1 enter; await Waiting; enrol new 500; menu 5 2; await Told; shows 野原 係",
        "keys enter; await Waiting; menu 4 2; await Waiting",
        office=True,
    ),
    scenario(
        "training",
        N_("練習する"),
        N_("練習中はいつもと同じに動きますが、カードは書き換わらず、レシートには「練習」と出ます。"),
        "menu 5 5; await Confirming; keys enter; await Waiting; shows 練習中; insert new; await Keying",
        "keys 9 00 enter; await Done; pull; await Waiting; receipt ＊ 練習 ＊; balance 0; face white; menu 5 5",
        "await Confirming; keys enter; await Waiting; serve new 900; balance 9",
    ),
)
