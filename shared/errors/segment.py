"""Errors of segments and of messages to many."""

from shared.errors.text import ErrorText
from shared.locale import N_

_CHOOSE_AGAIN = N_("条件を選び直してください。")

TEXTS = {
    "segment.rule_malformed": ErrorText(N_("条件を読めません（{detail}）。"), _CHOOSE_AGAIN),
    "segment.rule_size": ErrorText(
        N_("条件が多すぎます。"),
        N_("条件は {limit} 個までです。いくつかに分けて、対象者リストどうしを組み合わせてください。"),
    ),
    "segment.field": ErrorText(N_("「{value}」という条件は使えません。"), _CHOOSE_AGAIN),
    "segment.value": ErrorText(N_("「{field}」の値が入っていないか、合っていません。"), N_("値を入れ直してください。")),
    "segment.period": ErrorText(N_("期間が合っていません。"), N_("期間を選び直してください。")),
    "segment.circle": ErrorText(
        N_("対象者リストどうしが、互いを条件にしています。"), N_("別の対象者リストを選んでください。")
    ),
    "segment.name": ErrorText(N_("名前が入っていないか、長すぎます。"), N_("{limit} 文字までの名前を付けてください。")),
    "segment.name_taken": ErrorText(N_("同じ名前の対象者リストがあります。"), N_("別の名前を付けてください。")),
    "segment.in_use": ErrorText(
        N_("この対象者リストは、使われているので消せません（{count} 件）。"),
        N_("使っているお知らせやほかの対象者リストを先に片づけてください。"),
    ),
    "segment.form_rows": ErrorText(N_("条件が多すぎます。"), N_("画面では {limit} 個までにしてください。")),
    "segment.copy_taken": ErrorText(
        N_("検索用の写しを、ほかのプログラムが使っています（{limit} 個まで）。"),
        N_("使っていない本部のプログラムを止めてください。"),
    ),
    "notice.text": ErrorText(N_("文面が入っていないか、長すぎます。"), N_("{limit} 文字までの文面を入れてください。")),
    "notice.field": ErrorText(
        N_("差し込み「{value}」は使えません。"), N_("使える差し込みは、文面の下の一覧のとおりです。")
    ),
    "notice.no_room": ErrorText(
        N_("この文面は {rows} 行になり、カード面に入りません。"), N_("{limit} 行までに短くしてください。")
    ),
    "notice.days": ErrorText(
        N_("始まりの日と期限が合っていません。"), N_("期限は、今日と始まりの日より前にはできません。")
    ),
    "notice.holdout": ErrorText(
        N_("送らない人の割合は 0 から {limit} パーセントまでです。"), N_("割合を入れ直してください。")
    ),
    "notice.segment": ErrorText(N_("対象者リストが見つかりません。"), N_("対象者リストを選び直してください。")),
    "notice.closed": ErrorText(N_("このお知らせは、もう取り消してあります。"), N_("一覧を開き直してください。")),
    "notice.member": ErrorText(
        N_("会員番号 {value} の会員が見つからないか、カードを持っていません。"), N_("会員番号を確かめてください。")
    ),
}
