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
        N_("今回のポイントは本部でお預かりします。カードのポイントは、次の機会に使えます。"),
    ),
    "card.field_out_of_range": ErrorText(
        N_("カードに書けない値です（{field}）。"),
        N_("新しいカードに取り替えてください。"),
    ),
    "card.stock_too_small": ErrorText(
        N_("カードの印字できる範囲が狭すぎます（{columns} けた {rows} 行）。"),
        N_("余白の設定を小さくしてください。{columns_min} けた {rows_min} 行以上が必要です。"),
    ),
    "card.blank": ErrorText(
        N_("このカードには、まだ何も記録されていません。"),
        N_("お店で登録した新しいカードを使ってください。"),
    ),
    "card.locked": ErrorText(
        N_("このカードは使えません。"),
        N_("カードをお返しして、店長を呼んでください。"),
    ),
    "card.worn_out": ErrorText(
        N_("このカードは書き換えの回数が終わりに近づいています。"),
        N_("新しいカードに取り替えてください。ポイントは引き継げます。今回の分は本部でお預かりします。"),
    ),
    "card.old_generation": ErrorText(
        N_("このカードは、すでに新しいカードに替わっています。"),
        N_("新しいカードをお持ちなら、そちらを入れてください。今回のポイントは本部でもお預かりできます。"),
    ),
    "card.held": ErrorText(
        N_("このカードは、書き込みを見合わせています。"),
        N_("今回のポイントは本部でお預かりします。カードのことは本部に問い合わせてください。"),
    ),
    "card.key_withdrawn": ErrorText(
        N_("このカードは、前の方式で書かれています。"),
        N_("今回のポイントは本部でお預かりします。カードは取り替えられます。"),
    ),
    "card.unwritable": ErrorText(
        N_("このカードには、記録を書けませんでした。"),
        N_("新しいカードに取り替えてください。今回のポイントは本部でお預かりします。"),
    ),
}
