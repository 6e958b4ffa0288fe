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
    "store.failed": ErrorText(
        N_("端末の記録でエラーが起きました。"),
        N_("端末を再起動してください。直らないときは、カードは入れずに本部に連絡してください。"),
    ),
}
