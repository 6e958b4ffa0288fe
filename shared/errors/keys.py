"""Errors of the card keys."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "keys.exhausted": ErrorText(
        N_("カードの鍵の世代を使いきりました（{limit}）。"),
        N_("新しい親の鍵でカードを作り直す必要があります。手順を確かめてください。"),
    ),
    "keys.unknown": ErrorText(
        N_("カードの鍵の世代 {kid} はありません。"),
        N_("世代の一覧（server keys list）を確かめてください。"),
    ),
    "keys.current": ErrorText(
        N_("カードの鍵の世代 {kid} は今使っている世代です。"),
        N_("先に新しい世代に替えてください（server keys rotate）。"),
    ),
    "keys.choice": ErrorText(
        N_("「{value}」は選べません。"),
        N_("{wanted} のどれかを書いてください。"),
    ),
}
