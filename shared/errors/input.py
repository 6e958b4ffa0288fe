"""Errors of what a person or another system typed."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "input.card_no": ErrorText(
        N_("カード番号 {value} は正しくありません。"),
        N_("カードの番号10けたを、もう一度入れてください。"),
    ),
}
