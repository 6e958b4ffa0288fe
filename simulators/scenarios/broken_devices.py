"""Devices that fail, and visits that go on as far as they may."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

_VISIT = "insert new; await Keying; keys 6 00 enter; await Done; pull; await Waiting; balance 6"

BROKEN_DEVICES = (
    scenario(
        "paper-out",
        N_("レシートの用紙切れ"),
        N_("点はカードに付き、レシートだけが出ません。用紙を入れると次から出ます。"),
        "break receipt_printer.paper_out; insert new; await Keying; keys 6 00 enter; await Done; balance 6; no-receipt",
        "log device.receipt_printer.paper_out; mend receipt_printer.paper_out; pull; await Waiting; serve new 400",
        "receipt 400円; balance 10",
    ),
    scenario(
        "receipt-printer-off",
        N_("レシートプリンターの電源が切れている"),
        N_("点はカードに付き、レシートだけが出ません。"),
        f"break receipt_printer.power; {_VISIT}; no-receipt; mend receipt_printer.power; serve new 100; balance 7",
    ),
    scenario(
        "printer-cover-open",
        N_("レシートプリンターのカバーが開いている"),
        N_("閉めれば、次のレシートから出ます。"),
        f"break receipt_printer.cover; {_VISIT}; mend receipt_printer.cover; serve new 300; receipt 300円; balance 9",
    ),
    scenario(
        "face-print-fails",
        N_("面の印字に失敗する（印字ヘッドの過熱）"),
        N_("磁気の記録は正しく、残高は失われません。ヘッドが冷めた次の来店で面も正しくなります。"),
        "break card_rewriter.hot_head; insert new; await Keying; keys 6 00 enter; await Done; pull; await Waiting",
        "balance 6; face white; log device.card_rewriter; mend card_rewriter.hot_head; serve new 100; balance 7",
        "face printed",
    ),
    scenario(
        "write-fails",
        N_("磁気の書込みが3回とも失敗する"),
        N_("点は失われません。終わりの画面がどうなったかを告げます。"),
        "serve new 1000; insert new; await Keying; keys 5 00; break card_rewriter.write_errors; keys enter",
        "await TypeNumber OffCardDone Done Stopped; log device.card_rewriter",
    ),
    scenario(
        "card-jam",
        N_("カードが中で詰まる"),
        N_("詰まりを告げます。通路を開けてカードを取り出せば、次のお客さまを待ちます。"),
        "break card_rewriter.jam; insert new; log device.card_rewriter.jam; mend card_rewriter.jam; await Waiting",
        "serve new 500; balance 5",
    ),
    scenario(
        "card-unit-open",
        N_("カード機のカバーが開いたまま端末が始まる"),
        N_("カバーが開いていると告げます。閉めると、次のお客さまを待ちます。"),
        "break card_rewriter.cover; break terminal.killed; mend terminal.killed; await Stopped",
        "shows device.card_rewriter.cover_open; mend card_rewriter.cover; await Waiting; serve new 500; balance 5",
    ),
    scenario(
        "read-fails",
        N_("磁気の読取りが3回とも失敗する"),
        N_("読めないと告げ、カードの番号をたずねます。返したカードは、次にはふつうに読めます。"),
        "break card_rewriter.read_errors; insert new; await TypeNumber; keys cancel; pull; await Waiting",
        "mend card_rewriter.read_errors; serve new 500; balance 5",
    ),
    scenario(
        "cutter-jam",
        N_("レシートのカッターが詰まる"),
        N_("点はカードに付き、レシートだけが出ません。直せば次から出ます。"),
        "break receipt_printer.cutter; insert new; await Keying; keys 6 00 enter; await Done; balance 6; pull",
        "await Waiting; mend receipt_printer.cutter; serve new 300; receipt 300円; balance 9",
    ),
    scenario(
        "noisy-cable",
        N_("カード機のケーブルに雑音が乗る"),
        N_("壊れた電文は送り直され、記録は必ず正しく残ります。"),
        "break card_rewriter.noise; serve new 1000; mend card_rewriter.noise; serve new 500; balance 15",
    ),
    scenario(
        "board-unplugged",
        N_("キーの基板が抜けている"),
        N_("物理キーが使えないと告げます。つなぎ直せば、打ちかけの続きからお会計ができます。"),
        "insert new; await Keying; keys 7 0; display 70; break panel.cable; log device.panel; mend panel.cable",
        "log event=PanelReady; wait 1; keys 0 enter; await Done; pull; await Waiting; balance 7",
    ),
    scenario(
        "display-unplugged",
        N_("お客さま表示が抜けている"),
        N_("お会計はいつもどおり終わります。つなぎ直せば、表示も戻ります。"),
        f"break display.power; {_VISIT}; mend display.power",
    ),
    scenario(
        "scanner-unplugged",
        N_("スキャナーが抜けている"),
        N_("金額を打つお会計は、スキャナーがなくても終わります。"),
        f"break scanner.cable; {_VISIT}; mend scanner.cable",
    ),
    scenario(
        "silent-modem",
        N_("電話の装置が返事をしない"),
        N_("お会計は止まりません。"),
        f"break caller_id.power; {_VISIT}; mend caller_id.power",
    ),
    scenario(
        "torn-barcode",
        N_("バーコードが途中で切れる"),
        N_("半分の番号は商品として扱われません。"),
        "scan-torn 4901234567894; wait 2; await Waiting",
    ),
    scenario(
        "call-while-serving",
        N_("お会計中に電話が鳴る"),
        N_("電話はお会計のじゃまをしません。"),
        "insert new; await Keying; call 0312345678; keys 6 00 enter; await Done; hang-up",
        "pull; await Waiting; balance 6",
    ),
)
