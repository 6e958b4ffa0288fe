"""Refusals during a visit."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "points.too_few": ErrorText(
        N_("ポイントが足りません（あと {needed} 点）。"),
        N_("使う点数を {balance} 点までにしてください。"),
    ),
    "points.negative": ErrorText(
        N_("使う点数が 0 より小さくなっています。"),
        N_("使う点数を入れ直してください。"),
    ),
    "points.below_minimum": ErrorText(
        N_("ポイントは {minimum} 点から使えます。"),
        N_("{minimum} 点以上を入れるか、使わずに進めてください。"),
    ),
    "points.above_maximum": ErrorText(
        N_("一度に使えるポイントは {maximum} 点までです。"),
        N_("{maximum} 点までに直してください。"),
    ),
    "points.not_a_unit": ErrorText(
        N_("ポイントは {unit} 点単位で使います。"),
        N_("{lower} 点のように、{unit} 点ごとに区切って入れてください。"),
    ),
    "points.more_than_amount": ErrorText(
        N_("お買上げの金額より多いポイントは使えません。"),
        N_("使う点数を {maximum} 点までにしてください。"),
    ),
    "points.offline_limit": ErrorText(
        N_("本部とつながるまで、このカードで使えるのは {maximum} 点までです。"),
        N_("{maximum} 点までに直すか、通信が戻ってから使ってください。"),
    ),
    "points.offline_visits": ErrorText(
        N_("このカードは、本部と通信しないままのご来店が {visits} 回続いています。"),
        N_("今回はポイントをためるだけにして、通信が戻ってから使ってください。"),
    ),
    "points.card_full": ErrorText(
        N_("カードに入るポイントの上限 {maximum} 点を超えます。"),
        N_("ポイントを先に使っていただくか、本部に連絡してください。"),
    ),
    "points.earn_above_card": ErrorText(
        N_("一度につけられるポイントは {maximum} 点までです。"),
        N_("金額を分けて、2回に入れてください。"),
    ),
    "visit.amount_missing": ErrorText(
        N_("お買上金額が入っていません。"),
        N_("金額を入れてから「実行」を押してください。"),
    ),
    "visit.in_doubt": ErrorText(
        N_("カードに書けたかどうか、確かめられませんでした。"),
        N_("カードをもう一度入れてください。ポイントは失われません。"),
    ),
    "visit.other_card": ErrorText(
        N_("途中で別のカードに替わっています。"),
        N_("はじめに入れたカードを、もう一度入れてください。"),
    ),
    "visit.card_gone": ErrorText(
        N_("処理の途中でカードがなくなりました。"),
        N_("同じカードを、もう一度入れてください。"),
    ),
    "visit.resolved": ErrorText(
        N_("前回のお買い上げ {amount} 円（+{earn} 点）は、カードに記録されていました。"),
        N_("そのまま続けてください。"),
    ),
    "visit.retry": ErrorText(
        N_("前回のお買い上げ {amount} 円は、カードに記録されていませんでした。"),
        N_("金額を確かめて「実行」を押してください。"),
    ),
    "clock.suspect": ErrorText(
        N_("端末の日付（{day}）が正しいか確かめられません。ポイントの期限切れは、今回は見送ります。"),
        N_("日付が違うときは、端末をネットワークにつなぐか、時計を合わせてください。"),
    ),
    "visit.inbox_full": ErrorText(
        N_("端末の処理が追いつきません。"),
        N_("数秒待ってから、もう一度押してください。"),
    ),
}
