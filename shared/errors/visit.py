"""Refusals during a visit."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "points.too_few": ErrorText(
        N_("ポイントが足りません（あと {needed} 点）。"),
        N_("使う点数を {balance} 点までにしてください。"),
    ),
}
