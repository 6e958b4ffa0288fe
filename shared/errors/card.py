"""Errors of a card's contents."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "card.foreign": ErrorText(
        N_("このお店のカードではありません。"),
        N_("カードをお返しして、当店のカードかどうか確かめてください。"),
    ),
    "card.torn": ErrorText(
        N_("カードの記録が途中で切れています。"),
        N_("カードの番号を入力するか、書き換えたお店の端末に入れてください。"),
    ),
    "card.unknown_key": ErrorText(
        N_("このカードの鍵を、この端末はまだ受け取っていません。"),
        N_("本部と通信してから、もう一度入れてください。"),
    ),
    "card.forged": ErrorText(
        N_("カードの記録を確認できません。"),
        N_("カードをお預かりせずにお返しし、店長を呼んでください。"),
    ),
    "card.stale": ErrorText(
        N_("カードの記録が、お店の記録より古いものです。"),
        N_("ポイントは使わずにお返しし、本部に連絡してください。"),
    ),
    "card.field_out_of_range": ErrorText(
        N_("カードに書けない値です（{field}）。"),
        N_("新しいカードに取り替えてください。"),
    ),
}
