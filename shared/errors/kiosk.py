"""Errors of the counter's screen: what its page, or somebody else, asked of it."""

from shared.errors.text import ErrorText
from shared.locale import N_

_OPEN_AGAIN = N_("端末の画面を開き直してください。")

TEXTS = {
    "kiosk.key": ErrorText(N_("そのキーはありません。"), _OPEN_AGAIN),
    "kiosk.not_found": ErrorText(N_("端末にこのページはありません。"), _OPEN_AGAIN),
    "kiosk.too_large": ErrorText(N_("端末の画面に送られた内容が大きすぎます。"), _OPEN_AGAIN),
    "kiosk.refused": ErrorText(N_("端末の画面ではないところからの操作を断りました（{detail}）。"), _OPEN_AGAIN),
    "kiosk.choice": ErrorText(N_("その番号の項目はありません。"), _OPEN_AGAIN),
    "kiosk.call": ErrorText(N_("その電話の着信はありません。"), _OPEN_AGAIN),
    "kiosk.text": ErrorText(N_("入れた文字を読めません。"), N_("40文字までのカナで、もう一度入れてください。")),
    "kiosk.pos_refused": ErrorText(
        N_("レジからの接続を断りました（{detail}）。"),
        N_("端末の設定 kiosk.pos_hosts と、合い言葉のファイルを確かめてください。"),
    ),
    "kiosk.pos_sale": ErrorText(
        N_("レジから届いた会計を読めません（{detail}）。"),
        N_("レジの送る項目を、端末の説明と見比べてください。"),
    ),
    "kiosk.pos_reference": ErrorText(
        N_("レジの会計番号がないか、使えない文字が入っています。"),
        N_("半角の英数字と . _ : - で、{maximum} 文字までにしてください。"),
    ),
    "kiosk.pos_other_content": ErrorText(
        N_("会計番号 {reference} は、別の内容で届いています。"),
        N_("新しい会計番号で、もう一度送ってください。番号が毎日1から始まるレジでは、日付も番号に入れてください。"),
    ),
    "kiosk.pos_unknown": ErrorText(
        N_("会計番号 {reference} は届いていません。"),
        N_("番号を確かめるか、もう一度送ってください。"),
    ),
    "kiosk.pos_done": ErrorText(
        N_("会計番号 {reference} は、もう済んでいます。"),
        N_("取り消すときは、端末の「返品・取消」を使ってください。"),
    ),
    "kiosk.pos_undecided": ErrorText(
        N_("会計番号 {reference} は、カードの記録を確かめるまで取り消せません。"),
        N_("端末の案内のとおり、お客様のカードをもう一度入れてください。記録を確かめると、結果が決まります。"),
    ),
    "kiosk.pos_too_many": ErrorText(
        N_("カードを待つ会計が {limit} 件を超えました。"),
        N_("端末の会計を済ませるか、取りやめてください。"),
    ),
    "kiosk.pos_file": ErrorText(
        N_("レジのファイルを会計として読めません（{detail}）。"),
        N_("文字コードは UTF-8 か Shift_JIS にし、見出しと列を確かめてください。"),
    ),
    "kiosk.pos_file_large": ErrorText(
        N_("レジのファイルが大きすぎます。"),
        N_("ひとつのファイルには、会計を1件だけ入れてください。"),
    ),
    "kiosk.pos_file_staff": ErrorText(
        N_("この会計は、端末で取りやめになりました。"),
        N_("会計をするときは、新しいファイルとして入れ直してください。"),
    ),
    "kiosk.pos_folder": ErrorText(
        N_("レジの受け渡しフォルダー {path} を使えません。"),
        N_("フォルダーがあるか、端末が読み書きできるかを確かめてください。"),
    ),
    "kiosk.streams": ErrorText(
        N_("端末の画面を開きすぎています。"), N_("使っていない画面を閉じてください。しばらくすると自動でつながります。")
    ),
}
