"""Errors of the head office."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "server.not_signed_in": ErrorText(
        N_("ログインしていません。"),
        N_("もう一度ログインしてください。"),
    ),
}
