"""Cables that are pulled and lines that carry noise, device by device."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

_VISIT = "insert new; await Keying; keys 6 00 enter; await Done; pull; await Waiting; balance 6"

BROKEN_LINES = (
    scenario(
        "card-unit-unplugged",
        N_("カード機のケーブルが抜けている"),
        N_("抜けている間に入れたカードも、つなぐと読まれ、お会計ができます。"),
        "break card_rewriter.cable; insert new; wait 1; mend card_rewriter.cable; await Keying; keys 6 00 enter",
        "await Done; pull; await Waiting; balance 6",
    ),
    scenario(
        "card-unit-off",
        N_("会計中にカード機の電源が一度切れる"),
        N_(
            "カードが機械から出てしまい、書けなかったと告げます。金額は残り、同じカードを入れ直して「実行」で終わります。"
        ),
        "insert new; await Keying; keys 6 00; break card_rewriter.power; mend card_rewriter.power; keys enter",
        "log device.card_rewriter; pull; await Waiting; balance 0; insert new; await Keying; shows 600円; keys enter",
        "await Done; pull; await Waiting; balance 6",
    ),
    scenario(
        "receipt-printer-unplugged",
        N_("レシートプリンターのケーブルが抜けている"),
        N_("点はカードに付き、レシートだけが出ません。"),
        f"break receipt_printer.cable; {_VISIT}; no-receipt; mend receipt_printer.cable; serve new 100; balance 7",
    ),
    scenario(
        "noisy-receipts",
        N_("レシートプリンターのケーブルに雑音が乗る"),
        N_("レシートの字は乱れることがありますが、カードの点は正しいままです。"),
        f"break receipt_printer.noise; {_VISIT}; mend receipt_printer.noise; serve new 300; receipt 300円; balance 9",
    ),
    scenario(
        "board-off",
        N_("キーの基板の電源が切れている"),
        N_("物理キーが使えないと告げます。電源を入れれば、打ちかけの続きからお会計ができます。"),
        "insert new; await Keying; keys 7 0; display 70; break panel.power; log device.panel; mend panel.power",
        "log event=PanelReady; keys 0 enter; await Done; pull; await Waiting; balance 7",
    ),
    scenario(
        "noisy-keys",
        N_("キーの基板のケーブルに雑音が乗る"),
        N_("押したキーは1回ずつ、正しく届きます。"),
        f"break panel.noise; {_VISIT}; mend panel.noise",
    ),
    scenario(
        "scanner-off",
        N_("スキャナーの電源が切れている"),
        N_("金額を打つお会計は、スキャナーがなくても終わります。"),
        f"break scanner.power; {_VISIT}; mend scanner.power",
    ),
    scenario(
        "noisy-scanner",
        N_("スキャナーのケーブルに雑音が乗る"),
        N_("壊れた番号は商品になりません。金額を打つお会計は変わりません。"),
        f"break scanner.noise; {_VISIT}; mend scanner.noise",
    ),
    scenario(
        "display-cable",
        N_("お客さま表示のケーブルが抜けている"),
        N_("お会計はいつもどおり終わります。"),
        f"break display.cable; {_VISIT}; mend display.cable",
    ),
    scenario(
        "noisy-display",
        N_("お客さま表示のケーブルに雑音が乗る"),
        N_("表示が乱れることがありますが、お会計は正しく終わります。"),
        f"break display.noise; {_VISIT}; mend display.noise",
    ),
    scenario(
        "modem-unplugged",
        N_("電話の装置のケーブルが抜けている"),
        N_("お会計は止まりません。"),
        f"break caller_id.cable; {_VISIT}; mend caller_id.cable",
    ),
    scenario(
        "noisy-modem",
        N_("電話の装置のケーブルに雑音が乗る"),
        N_("壊れた知らせは捨てられ、お会計は止まりません。"),
        f"break caller_id.noise; call 0312345678; {_VISIT}; hang-up; mend caller_id.noise",
    ),
)
