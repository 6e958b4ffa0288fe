"""Errors between terminal and head office."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "sync.unreachable": ErrorText(
        N_("本部とつながりません。"),
        N_("ポイントはそのまま使えます。ネットワークの線を確かめてください。"),
    ),
}
