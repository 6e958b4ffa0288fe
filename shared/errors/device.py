"""Errors of the devices on the counter."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "device.card_rewriter.no_answer": ErrorText(
        N_("カード機が返事をしません。"),
        N_("カード機の電源とケーブルを確かめてください。"),
    ),
}
