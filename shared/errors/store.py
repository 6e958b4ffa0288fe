"""Errors of the terminal's own database."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "store.full": ErrorText(
        N_("端末の記憶が一杯です。"),
        N_("カードは入れずに、本部に連絡してください。"),
    ),
}
