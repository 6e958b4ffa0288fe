"""Errors of the settings."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "config.unknown_key": ErrorText(
        N_("設定に知らない項目 {key} があります。"),
        N_("{suggestion} の書きまちがいではないか確かめてください。"),
    ),
}
