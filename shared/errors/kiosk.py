"""Errors of the counter's screen: what its page, or somebody else, asked of it."""

from shared.errors.text import ErrorText
from shared.locale import N_

_OPEN_AGAIN = N_("端末の画面を開き直してください。")

TEXTS = {
    "kiosk.key": ErrorText(N_("そのキーはありません。"), _OPEN_AGAIN),
    "kiosk.not_found": ErrorText(N_("端末にこのページはありません。"), _OPEN_AGAIN),
    "kiosk.too_large": ErrorText(N_("端末の画面に送られた内容が大きすぎます。"), _OPEN_AGAIN),
    "kiosk.refused": ErrorText(N_("端末の画面ではないところからの操作を断りました（{detail}）。"), _OPEN_AGAIN),
    "kiosk.streams": ErrorText(
        N_("端末の画面を開きすぎています。"), N_("使っていない画面を閉じてください。しばらくすると自動でつながります。")
    ),
}
