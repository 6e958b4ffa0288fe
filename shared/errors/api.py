"""Errors of the API and its webhooks."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "api.unauthorised": ErrorText(
        N_("API キーがないか、使えないキーです。"),
        N_("Authorization: Bearer に続けて、期限内のキーを書いてください。"),
    ),
    "api.scope": ErrorText(
        N_("このキーには「{scope}」の権限がありません。"),
        N_("本部の画面の「API キー」で、権限のあるキーを作ってください。"),
    ),
    "api.throttled": ErrorText(
        N_("呼び出しが多すぎます。"),
        N_("{seconds} 秒待ってから、もう一度送ってください。"),
    ),
    "api.not_found": ErrorText(
        N_("そのようなものは、このキーの店舗の範囲にはありません。"),
        N_("番号とアドレスを確かめてください。"),
    ),
    "api.method": ErrorText(
        N_("このアドレスでは、その方法は使えません。"),
        N_("Allow に書かれた方法で送ってください。"),
    ),
    "api.content_type": ErrorText(
        N_("送られた内容の種類が違います。"),
        N_(
            "Content-Type は {wanted} にして、圧縮せずに送ってください。"
            "内容の要らないアドレスには、何も付けないでください。"
        ),
    ),
    "api.too_large": ErrorText(
        N_("送られた内容が {limit} KB を超えています。"),
        N_("小さく分けて送ってください。"),
    ),
    "api.malformed": ErrorText(
        N_("送られた内容を JSON として読めません。"),
        N_("UTF-8 の JSON で送ってください。"),
    ),
    "api.field": ErrorText(
        N_("「{field}」の値が使えません（{detail}）。"),
        N_("API の説明で、項目の形を確かめてください。"),
    ),
    "api.field_unknown": ErrorText(
        N_("「{field}」という項目はありません。"),
        N_("API の説明で、項目の名前を確かめてください。"),
    ),
    "api.fields": ErrorText(
        N_("使えない値が {count} か所あります。"),
        N_("errors に、項目ごとの理由があります。"),
    ),
    "api.cursor": ErrorText(
        N_("続きの場所（after）が読めません。"),
        N_("前の答えの next を、そのまま書いてください。"),
    ),
    "api.reference": ErrorText(
        N_("参照番号（Idempotency-Key）に使えない文字があるか、64文字を超えています。"),
        N_("半角の英数字と . _ : - だけで、64文字までにしてください。"),
    ),
    "api.reference_missing": ErrorText(
        N_("参照番号がありません。"),
        N_("Idempotency-Key か reference に、取引ごとの番号を書いてください。2回付くのを防ぎます。"),
    ),
    "api.reference_used": ErrorText(
        N_("参照番号「{reference}」は、別の内容で使われています。"),
        N_("同じ取引なら同じ内容で、別の取引なら別の番号で送ってください。"),
    ),
    "api.member_reference_taken": ErrorText(
        N_("「{reference}」は、ほかの会員の番号として登録されています。"),
        N_("番号を確かめるか、先にその会員からはずしてください。"),
    ),
    "api.member_twice": ErrorText(
        N_("まったく同じ内容の会員が、今日すでに登録されています。"),
        N_("会員の一覧で確かめてください。"),
    ),
    "api.message_twice": ErrorText(
        N_("同じ文のメッセージが、このカードにもう待っています。"),
        N_("メッセージの一覧で確かめてください。"),
    ),
    "api.card_missing": ErrorText(
        N_("会員もカードも書かれていません。"),
        N_("member か card に番号を書いてください。"),
    ),
    "api.card_choice": ErrorText(
        N_("この会員の使えるカードは {count} 枚です。"),
        N_("1枚のときだけ、会員の番号で送れます。card にカードの番号を書いてください。"),
    ),
    "api.failed": ErrorText(
        N_("本部の中で、思わぬことが起きました。何も変わっていません。"),
        N_("時間をおいて同じ参照番号で送り、続くときは本部に伝えてください。"),
    ),
    "api.name": ErrorText(
        N_("名前が入っていないか、{limit}文字を超えています。"),
        N_("どのシステムのキーか分かる名前にしてください。"),
    ),
    "api.scopes": ErrorText(
        N_("できることが選ばれていません。"),
        N_("要るものだけを、1つ以上選んでください。"),
    ),
    "api.stores": ErrorText(
        N_("店舗が選ばれていません。"),
        N_("全店舗にするか、店舗を1つ以上選んでください。"),
    ),
    "api.life": ErrorText(
        N_("期限の選び方が正しくありません。"),
        N_("並んでいる期限から選んでください。"),
    ),
    "api.revoked": ErrorText(
        N_("このキーは、もう無効です。"),
        N_("新しいキーを作ってください。"),
    ),
    "hook.name": ErrorText(
        N_("名前が入っていないか、{limit}文字を超えています。"),
        N_("どこへ知らせるのか分かる名前にしてください。"),
    ),
    "hook.url": ErrorText(
        N_("送り先のアドレスの形が正しくありません。"),
        N_("https:// で始まる、500文字までのアドレスを入れてください。名前やパスワードは書けません。"),
    ),
    "hook.plain": ErrorText(
        N_("「{host}」へは、暗号なし（http）では送れません。"),
        N_("https のアドレスにするか、社内の機械なら、サーバーの設定 webhook_hosts に書いてもらってください。"),
    ),
    "hook.unknown_host": ErrorText(
        N_("「{host}」という機械が見つかりません。"),
        N_("アドレスのつづりを確かめてください。"),
    ),
    "hook.address": ErrorText(
        N_("「{host}」は、この機械自身か、社内の機械を指しています。"),
        N_("外から見えるアドレスにするか、サーバーの設定 webhook_hosts に書いてもらってください。"),
    ),
    "hook.events": ErrorText(
        N_("知らせる出来事が選ばれていません。"),
        N_("1つ以上選んでください。"),
    ),
    "hook.many": ErrorText(
        N_("送り先は {limit} か所までです。"),
        N_("使わない送り先をやめてください。"),
    ),
}
