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
    "points.offline_day": ErrorText(
        N_("この端末で、本部と通信せずに今日使えるポイントは、あと {maximum} 点までです。"),
        N_("{maximum} 点までに直すか、通信が戻ってから使ってください。"),
    ),
    "points.offline_soon": ErrorText(
        N_("本部と通信しないご利用が続いています。"),
        N_("できれば、端末をネットワークにつないでください。"),
    ),
    "points.never_synced": ErrorText(
        N_("この端末は、まだ本部と一度も通信していません。"),
        N_("今回はポイントをためるだけにして、通信ができてから使ってください。"),
    ),
    "points.sync_old": ErrorText(
        N_("この端末は、本部と {days} 日間通信していません。"),
        N_("今回はポイントをためるだけにして、通信が戻ってから使ってください。"),
    ),
    "points.online_only": ErrorText(
        N_("このカードのポイントは、本部と確かめてから使います。"),
        N_("今回はポイントをためるだけにして、通信が戻ってから使ってください。"),
    ),
    "points.repaired_card": ErrorText(
        N_("作り直したカードのポイントは、本部と確かめてから使います。"),
        N_("今回はポイントをためるだけにして、通信が戻ってから使ってください。"),
    ),
    "points.old_key": ErrorText(
        N_("前の方式で書かれたカードのポイントは、本部と確かめてから使います。"),
        N_("今回はポイントをためてください。カードは新しい方式に書き換わります。"),
    ),
    "points.key_withdrawn": ErrorText(
        N_("前の方式で書かれたカードのため、今回はポイントを使えません。"),
        N_("今回はポイントをためてください。カードは新しい方式に書き換わります。"),
    ),
    "points.writer_doubted": ErrorText(
        N_("前回の記録を、本部と確かめてからポイントを使います。"),
        N_("今回はポイントをためるだけにして、通信が戻ってから使ってください。"),
    ),
    "points.refund_above_rest": ErrorText(
        N_("返金できるのは、残り {maximum} 円までです。"),
        N_("金額を {maximum} 円までに直してください。"),
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
    "visit.repair_unfinished": ErrorText(
        N_("カードの作り直しが、途中で終わりました。"),
        N_("同じカードを、もう一度使ってください。ポイントは失われません。"),
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
    "visit.adjusted": ErrorText(
        N_("本部からの調整 {points} 点です。"),
        N_("残高に含みます。お買い上げなしの「実行」でも入ります。"),
    ),
    "visit.adjusted_unchanged": ErrorText(
        N_("本部からの調整があります。残高は変わりません。"),
        N_("お買い上げがなくても「実行」でカードに入ります。"),
    ),
    "visit.owed": ErrorText(
        N_("本部からの調整が、あと {points} 点残っています。"),
        N_("今回つく点の半分までを、これに充てます。"),
    ),
    "visit.confirm_later": ErrorText(
        N_("本部の記録と合わないところがあるため、カードには書き込みません。"),
        N_("ポイントは本部でお預かりし、あとでカードに入ります。"),
    ),
    "visit.honoured": ErrorText(
        N_("カードに書けなかったため、ポイントは本部でお預かりしました。"),
        N_("新しいカードに取り替えてください。ポイントは失われません。"),
    ),
    "visit.not_used": ErrorText(
        N_("カードに書けませんでした。ポイントは使っていません。"),
        N_("お代は {amount} 円をそのままいただき、新しいカードに取り替えてください。"),
    ),
    "visit.repair_late": ErrorText(
        N_("本部から、時間内に返事がありませんでした。"),
        N_("ポイントは本部でお預かりします。カードは次のご来店で作り直せます。"),
    ),
    "visit.repair_unusable": ErrorText(
        N_("本部から届いた記録を、この端末では確かめられませんでした。"),
        N_("ポイントは本部でお預かりします。本部に連絡してください。"),
    ),
    "clock.suspect": ErrorText(
        N_("端末の日付（{day}）が正しいか確かめられません。ポイントの期限切れは、今回は見送ります。"),
        N_("日付が違うときは、端末をネットワークにつなぐか、時計を合わせてください。"),
    ),
    "visit.set_back": ErrorText(
        N_("このカードの前回の記録が、この端末に残っていません。端末の記録が古いものに戻ったようです。"),
        N_("カードはそのまま使えます。端末を本部とつないで、本部に連絡してください。"),
    ),
    "visit.no_purchase": ErrorText(
        N_("お買上金額が入っていません。"),
        N_("金額を入れてください。お買い上げのないご来店なら、もう一度「実行」を押してください。"),
    ),
    "visit.refund_resolved": ErrorText(
        N_("前回の返品 {amount} 円は、カードに記録されていました。"),
        N_("そのまま続けてください。"),
    ),
    "visit.refund_in_doubt": ErrorText(
        N_("返品をカードに書けたかどうか、確かめられませんでした。"),
        N_("お金はまだ返さず、カードをもう一度入れてください。入らないときは本部に連絡してください。"),
    ),
    "visit.refund_needs_card": ErrorText(
        N_("返品・取消には、そのお客様のカードが要ります。"),
        N_("カードを入れてから、カードのメニューで選んでください。"),
    ),
    "visit.nothing_to_refund": ErrorText(
        N_("このカードには、この端末で返品できるお買い上げがありません。"),
        N_("ほかのレジや店でのお買い上げは、その端末で返品してください。"),
    ),
    "visit.card_forgotten": ErrorText(
        N_("カードなしのお買い上げです。"),
        N_("ポイントは本部でお預かりし、次のご来店でカードに入ります。"),
    ),
    "visit.one_card": ErrorText(
        N_("カードが入っているので、読み取った会員番号は使いません。"),
        N_("読み取った方のお会計にするときは「中止」でカードを返してください。"),
    ),
    "visit.card_stopped": ErrorText(
        N_("カード {card} を止めました。"),
        N_("続けて新しいカードを入れてください。あとにするときは「中止」を押してください。"),
    ),
    "visit.replacement_not_new": ErrorText(
        N_("このカードは、取り替え用の新しいカードではありません。"),
        N_("まだ使っていないカードを入れてください。取り替えをやめるときは「中止」を押してください。"),
    ),
    "visit.replacement_left": ErrorText(
        N_("新しいカードはまだお渡ししていません。前のカードは止めたままです。"),
        N_("ポイントは失われません。お渡しするときは、本部に連絡してください。"),
    ),
    "visit.voice_noted": ErrorText(
        N_("お客様の声を記録しました。"),
        N_("そのまま続けてください。"),
    ),
    "visit.no_receipt": ErrorText(
        N_("印字し直すレシートがありません。"),
        N_("端末を入れてから最初のお会計のあとで使えます。"),
    ),
    "visit.training_later": ErrorText(
        N_("お会計の途中では、練習に切り替えられません。"),
        N_("お会計を終えるか「中止」で取り消してから、もう一度選んでください。"),
    ),
    "visit.training_no_rain": ErrorText(
        N_("練習中は、雨の日にできません。"),
        N_("練習を終えてから、もう一度選んでください。"),
    ),
    "visit.training_no_repair": ErrorText(
        N_("練習中は、カードを作り直せません。"),
        N_("練習を終えてから、もう一度入れてください。"),
    ),
    "sale.busy": ErrorText(
        N_("レジから別のお会計が届きました。"),
        N_("いまのお会計を先に終えてください。届いた分は、そのあとで始められます。"),
    ),
    "sale.no_lines": ErrorText(
        N_("明細がありません。"),
        N_("商品を読み取るか、金額を入れてください。"),
    ),
    "sale.of_pos": ErrorText(
        N_("レジから届いたお会計の明細は、ここでは変えられません。"),
        N_("レジで直して、もう一度送ってください。"),
    ),
    "sale.amount_keyed": ErrorText(
        N_("金額が入っているので、商品を足せません。"),
        N_("商品を読み取るときは、先に「訂正」で金額を消してください。"),
    ),
    "sale.amount_is_goods": ErrorText(
        N_("金額は、読み取った商品の合計です。"),
        N_("直すときは「訂正」から、明細を選んでください。"),
    ),
    "sale.noted": ErrorText(
        N_("カードなしのお会計を記録しました（伝票 {slip}）。"),
        N_("そのまま次のお客様へ進めます。"),
    ),
    "visit.inbox_full": ErrorText(
        N_("端末の処理が追いつきません。"),
        N_("数秒待ってから、もう一度押してください。"),
    ),
}
