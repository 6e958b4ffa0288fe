"""Members: enrolled, without their card, with a lost one, with something due to them, with something to say."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

MEMBERS = (
    scenario(
        "enrol",
        N_("カードのお客さまに入会してもらう"),
        N_("電話番号とカナだけで入会できます。2回目の来店では、カナの名前が画面に出ます。"),
        "insert new; await Keying; menu 1; await Asking; phone new; keys enter; text ノハラ ツムギ; keys enter",
        "await Confirming; keys enter; await Keying; keys 5 00 enter; await Done; pull; await Waiting; sent",
        "insert new; await Keying; shows ノハラ ツムギ; keys 3 00 enter; await Done; pull; await Waiting; balance 8",
        office=True,
    ),
    scenario(
        "forgotten-card",
        N_("カードを忘れたお客さま"),
        N_("電話番号で探し、カードなしで10点を付けます。次にカードを入れたときに、カードへ移ります。"),
        "enrol new 500; sent; menu 1; await Asking; phone new; keys enter; await Choosing; keys 1; await OffCardKeying",
        "keys 1 0 00 enter; await OffCardDone; keys enter; await Waiting; balance 5; sent; serve new 300; sent",
        "serve new 100; balance 19",
        office=True,
    ),
    scenario(
        "lost-card",
        N_("カードをなくしたお客さま"),
        N_("なくしたカードは、どの店でも使えなくなります。新しいカードに点が移ります。"),
        "enrol new 1000; sent; menu 2; await Asking; phone new; keys enter; await Choosing; keys 1; await Confirming",
        "keys enter; await Waiting; insert new2; await Done; pull; await Waiting; sent; serve new2 200; sent",
        "serve new2 100; balance 13 new2; insert new; await Stopped; shows card.locked; pull; await Waiting",
        office=True,
    ),
    scenario(
        "hand-over",
        N_("点ではない特典を渡す"),
        N_("会計のあとに「渡しましたか」とたずねます。まだなら次の来店でまたたずね、渡せば終わります。"),
        "serve new 500; sent; grant new 花束 1つ; insert new; await Keying; shows 花束; keys 3 00 enter; await Done",
        "pull; await Confirming; shows 花束; keys cancel; await Waiting; insert new; await Keying; keys 3 00 enter",
        "await Done; pull; await Confirming; keys enter; await Waiting; balance 11",
        office=True,
    ),
    scenario(
        "voice",
        N_("お客さまの声を3つのキーで書き留める"),
        N_("メニュー、声、見出しの3つで記録が残ります。"),
        "menu 3 3; await Waiting; shows visit.voice_noted; sent",
        office=True,
    ),
    scenario(
        "no-purchase",
        N_("お買上げのない来店"),
        N_("金額を入れずに「実行」を2回押すと、来店だけが残ります。点は付きません。"),
        "insert new; await Keying; keys enter; keys enter; await Done; pull; await Waiting",
        "balance 0; face printed",
    ),
    scenario(
        "known-caller",
        N_("会員から電話がかかる"),
        N_("電話の番号から会員がわかり、名前が画面に出ます。"),
        "insert new; await Keying; menu 1; phone new; keys enter; text ノハラ ツムギ; keys enter enter; await Keying",
        "keys 5 00 enter; await Done; pull; await Waiting; sent; call new; shows ノハラ ツムギ; hang-up; await Waiting",
        office=True,
    ),
    scenario(
        "unknown-caller",
        N_("知らない番号から電話がかかる"),
        N_("番号が画面に出ます。"),
        "call 0312345678; shows 03-1234-5678; hang-up; await Waiting",
    ),
    scenario(
        "withheld-caller",
        N_("番号を出さない電話がかかる"),
        N_("非通知であることが端末に伝わります。"),
        "call-withheld private; log event=CallReceived; hang-up; await Waiting",
    ),
)
