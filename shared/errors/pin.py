"""PINs at the counter."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "pin.unknown": ErrorText(
        N_("この暗証番号の担当者はいません。"),
        N_("番号を確かめて、もう一度入れてください。"),
    ),
    "pin.rest": ErrorText(
        N_("違う暗証番号が続いたため、しばらく受け付けません。"),
        N_("1分ほど待ってから、もう一度入れてください。"),
    ),
}
