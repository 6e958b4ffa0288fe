"""Power, cables and programs that go at the worst moment."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

CUTS = (
    scenario(
        "power-cut-while-writing",
        N_("磁気の書込み中に停電"),
        N_(
            "記録は途中で切れますが、電源を入れて同じカードを入れると来店が1回だけ完成し、点は失われず、二重にもなりません。"
        ),
        "serve new 1000; insert new; await Keying; keys 2 0 00; break counter.cut_writing; keys enter; dark",
        "stripe torn; mend counter.off; await Unfinished; pull; insert new; await TypeNumber; number new",
        "await ConfirmFace; keys enter; await Done; pull; await Waiting; balance 30",
    ),
    scenario(
        "power-cut-while-keying",
        N_("金額を打っている間に停電"),
        N_("まだ何も約束していないので、カードは元のままです。打ち直せば終わります。"),
        "insert new; await Keying; keys 8 00; break counter.off; dark; mend counter.off; pull; await Waiting",
        "balance 0; serve new 800; balance 8",
    ),
    scenario(
        "cable-pulled-while-writing",
        N_("磁気の書込み中にカード機のケーブルが抜ける"),
        N_("カード機だけが書き終え、端末は結果を知りません。つなぐとカードを読み直し、来店は1回だけ数えられます。"),
        "serve new 1000; insert new; await Keying; keys 2 0 00; break card_rewriter.cut_writing; keys enter",
        "unplugged card_rewriter.cable; log device.card_rewriter; mend card_rewriter.cable",
        "await Done; pull; await Waiting; balance 30",
    ),
    scenario(
        "terminal-killed",
        N_("金額を打っている間に端末のプログラムが止まる"),
        N_("もう一度起動すると、カードを返して次のお客さまを待ちます。カードは元のままです。"),
        "insert new; await Keying; keys 8 00; break terminal.killed; mend terminal.killed; pull; await Waiting",
        "balance 0",
    ),
    scenario(
        "date-ahead",
        N_("端末の日付が400日先に進む"),
        N_("先の日付でもお会計はできます。点は失われません。"),
        "serve new 1000; break terminal.date_ahead; serve new 2000; mend terminal.date_ahead; balance 30",
    ),
    scenario(
        "date-of-1970",
        N_("端末の日付が1970年に戻る"),
        N_("時計は信用されず、最後の記録より前の日付は使われません。お会計はできます。"),
        "serve new 1000; break terminal.date_behind; serve new 2000; mend terminal.date_behind; balance 30",
    ),
)
