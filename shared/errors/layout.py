"""Errors of the layouts of card faces and receipts."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "layout.order": ErrorText(
        N_("カード面の並びに、足りない欄か重なった欄があります。"),
        N_("並びを作り直してください。"),
    ),
    "layout.hidden": ErrorText(
        N_("残高と有効期限は、印字をやめられません。"),
        N_("ほかの欄を選んでください。"),
    ),
    "layout.lines": ErrorText(
        N_("{count} 行あります。入れられるのは {limit} 行までです。"),
        N_("行を減らしてください。"),
    ),
    "layout.line": ErrorText(
        N_("「{line}」は、1行に入りません。"),
        N_("全角 {limit} 文字までに短くしてください。"),
    ),
    "layout.no_room": ErrorText(
        N_("名前の長い方やポイントの多い方のカードでは、{parts} が入りきりません。"),
        N_("お店のひとことを減らすか、印字しない欄を増やしてください。"),
    ),
    "layout.margin": ErrorText(
        N_("余白や間かくに使えない値が入っています。"),
        N_("0 から {limit} までの数字にしてください。"),
    ),
    "layout.name": ErrorText(
        N_("案の名前は 1〜{limit} 文字で入れてください。"),
        N_("名前を入れ直してください。"),
    ),
    "layout.stores": ErrorText(
        N_("配る店が決まっていません。"),
        N_("「全店」だけを選ぶか、店を1つ以上選んでください。"),
    ),
}
