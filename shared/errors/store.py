"""Errors of the terminal's own database."""

from shared.errors.text import ErrorText
from shared.locale import N_

_CALL_HEAD_OFFICE = N_("カードは入れずに、本部に連絡してください。")
_KEEP_THE_FILE = N_("端末の記録は消さずにそのまま残し、本部に連絡してください。")

TEXTS = {
    "store.full": ErrorText(N_("端末の記憶が一杯です。"), _CALL_HEAD_OFFICE),
    "store.corrupt": ErrorText(N_("端末の記録が壊れています。"), _KEEP_THE_FILE),
    "store.chain_broken": ErrorText(
        N_("端末の記録が、書いたときの内容と違っています（{stream} の {seq} 番）。"), _KEEP_THE_FILE
    ),
    "store.locked": ErrorText(
        N_("端末の記録を、ほかのプログラムが使っています。"),
        N_("端末を再起動してください。直らないときは本部に連絡してください。"),
    ),
    "store.read_only": ErrorText(
        N_("端末の記録に書き込めません。"),
        N_("端末を再起動してください。直らないときは、カードは入れずに本部に連絡してください。"),
    ),
    "store.newer_schema": ErrorText(
        N_("端末の記録は、このソフトウェアより新しい版で書かれています（{migration}）。"),
        N_("新しい版のソフトウェアを入れ直してください。記録はそのまま残っています。"),
    ),
    "store.not_a_journal": ErrorText(
        N_("端末の記録の場所に、別のファイルがあります。"),
        N_("設定 terminal.data_dir の場所を確かめてください。"),
    ),
    "store.other_terminal": ErrorText(
        N_("この記録は端末 {theirs} 番のもので、この端末は {ours} 番です。"),
        N_("設定 terminal.id を確かめてください。端末を取り替えたときは本部に連絡してください。"),
    ),
    "store.unsafe_setting": ErrorText(
        N_("記録を安全に書く設定（{name}）が、この記憶装置では使えません。"),
        N_("端末の記憶装置を取り替えるため、本部に連絡してください。"),
    ),
    "store.visit_exists": ErrorText(
        N_("この取引は、もう記録されています。"),
        N_("カードをもう一度入れてください。"),
    ),
    "store.visit_unknown": ErrorText(
        N_("この取引は、端末の記録にありません。"),
        N_("カードをもう一度入れてください。くり返すときは本部に連絡してください。"),
    ),
    "store.event_too_long": ErrorText(
        N_("記録の1件が長すぎます（{type}、{bytes} バイト）。"),
        N_("カードをお返しして、本部に連絡してください。"),
    ),
    "store.disk_failed": ErrorText(
        N_("端末の記憶装置を読み書きできません。"),
        N_("カードは入れずに、端末の記憶装置を取り替えるため、本部に連絡してください。"),
    ),
    "store.wrong_key": ErrorText(
        N_("端末の記録を開けません。鍵が違うか、記録が壊れています。"),
        N_("設定 terminal.journal_key_file の鍵を確かめてください。端末の記録は消さずに、本部に連絡してください。"),
    ),
    "store.no_cipher": ErrorText(
        N_("端末の記録を暗号にする部品（sqlcipher3）が入っていません。"),
        N_("部品を入れてください。入れられない機械では、設定 terminal.allow_plain_journal を true にしてください。"),
    ),
    "store.plain_journal": ErrorText(
        N_("端末の記録が暗号になっていません。"),
        N_(
            "端末が盗まれると、お客様の情報を読まれます。暗号の部品（sqlcipher3）を入れるよう、本部に連絡してください。"
        ),
    ),
    "store.mirror_missing": ErrorText(
        N_("記録の控えに書けません。"),
        N_("控えの記憶装置（USBメモリーなど）を確かめてください。お会計は続けられます。"),
    ),
    "store.mirror_full": ErrorText(
        N_("記録の控えの記憶装置が一杯です。"),
        N_("控えの記憶装置の空きを増やすか、取り替えてください。お会計は続けられます。"),
    ),
    "store.mirror_behind": ErrorText(
        N_("記録の控えを作り直しています。"),
        N_("終わるまで、控えの記憶装置（USBメモリーなど）を抜かないでください。お会計は続けられます。"),
    ),
    "store.mirror_ahead": ErrorText(
        N_("記録の控えに、この端末の記録にないものがあります。"),
        N_("端末を再起動してください。控えから記録を戻します。"),
    ),
    "store.mirror_foreign": ErrorText(
        N_("控えの記憶装置に、別の端末の記録が入っています。"),
        N_("この端末の控えの記憶装置を差してください。別の端末の控えには書き込みません。"),
    ),
    "store.mirror_not_apart": ErrorText(
        N_("記録の控えが、記録と同じ記憶装置にあります。"),
        N_("控えの記憶装置（USBメモリーなど）が差してあるか、設定 terminal.mirror の場所を確かめてください。"),
    ),
    "store.restore_suspect": ErrorText(
        N_("端末の記録が、控えより古いものでした。控えから {events} 件を戻しました（戻せなかったもの {refused} 件）。"),
        N_("端末の記憶装置が弱っているかもしれません。本部に連絡してください。"),
    ),
    "store.safe_mode": ErrorText(
        N_("端末が10分のうちに {starts} 回、起動し直しました。10分のあいだ、カードを扱わずに休みます。"),
        N_("電源のケーブルと電源装置を確かめてください。くり返すときは本部に連絡してください。"),
    ),
    "store.low_space": ErrorText(
        N_("端末の記憶が残り {free_mb} MB です。"),
        N_("50 MB を下回ると、お会計を始められなくなります。早めに本部に連絡してください。"),
    ),
    "store.in_the_way": ErrorText(
        N_("{path} は、もうあります。"),
        N_("古い記録は消さずに名前を変えて残し、もう一度実行してください。"),
    ),
    "store.failed": ErrorText(
        N_("端末の記録でエラーが起きました。"),
        N_("端末を再起動してください。直らないときは、カードは入れずに本部に連絡してください。"),
    ),
    "store.roster_lost": ErrorText(
        N_("会員名簿のファイルが、見つからないか壊れています。本部から取り直しています。"),
        N_("お会計は続けられます。取り直すまで、お名前の出ないお客様がいます。"),
    ),
    "store.replaced": ErrorText(
        N_("カード {card} の取り替えは、もう済んでいます。"),
        N_("新しいカードを使ってください。番号が違うときは、本部に連絡してください。"),
    ),
}
