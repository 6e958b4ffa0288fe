"""Errors between terminal and head office."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "sync.unreachable": ErrorText(
        N_("本部とつながりません。"),
        N_("ポイントはそのまま使えます。ネットワークの線を確かめてください。"),
    ),
    "sync.too_many_waiting": ErrorText(
        N_("本部からの知らせが {limit} 件たまり、まだ取り込めていません。"),
        N_("入っているカードをお返しすると、続きを取り込みます。"),
    ),
    "sync.timeout": ErrorText(
        N_("本部の返事が時間までに届きません。"),
        N_("ポイントはそのまま使えます。端末があとで自動的に送り直します。"),
    ),
    "sync.not_head_office": ErrorText(
        N_("本部ではないところから返事がありました。"),
        N_("ポイントはそのまま使えます。ネットワークの接続先（ログイン画面など）を確かめてください。"),
    ),
    "sync.reply_too_large": ErrorText(
        N_("本部の返事が大きすぎます。"),
        N_("ポイントはそのまま使えます。本部に連絡してください。"),
    ),
    "sync.token_refused": ErrorText(
        N_("本部がこの端末を受け付けません。"),
        N_("ポイントはそのまま使えます。端末の登録を本部に確かめてください。"),
    ),
    "sync.protocol": ErrorText(
        N_("本部のソフトウェアの版（{theirs}）が、この端末の版（{ours}）と合いません。"),
        N_("端末のソフトウェアの更新を本部に頼んでください。ポイントはそのまま使えます。"),
    ),
    "sync.busy": ErrorText(
        N_("本部が混み合っています。"),
        N_("ポイントはそのまま使えます。端末があとで自動的に送り直します。"),
    ),
    "sync.fork": ErrorText(
        N_("本部の控えと端末の記録が食い違っています（{stream}）。"),
        N_("端末の記録は消さずにそのまま残し、本部に連絡してください。"),
    ),
    "sync.rolled_back": ErrorText(
        N_("端末の記録が、本部の控えより古くなっています（{stream}）。"),
        N_("端末の記録は消さずにそのまま残し、本部に連絡してください。"),
    ),
    "sync.no_progress": ErrorText(
        N_("本部とのやりとりが先に進みません。"),
        N_("ポイントはそのまま使えます。続くときは本部に連絡してください。"),
    ),
    "sync.gap": ErrorText(
        N_("本部に届いた記録の間が抜けています。"),
        N_("端末が自動的に送り直します。"),
    ),
    "sync.body": ErrorText(
        N_("記録の中身を読めません（{type}）。"),
        N_("本部に連絡してください。"),
    ),
    "sync.unauthorised": ErrorText(
        N_("本部がこの端末を知らないか、鍵が違います。"),
        N_("端末の登録を本部に確かめてください。"),
    ),
    "sync.revoked": ErrorText(
        N_("この端末は本部で停止されています。"),
        N_("本部に連絡してください。"),
    ),
    "sync.wrong_terminal": ErrorText(
        N_("ほかの端末の記録が送られてきました。"),
        N_("端末の設定（端末番号）を確かめてください。"),
    ),
    "sync.chain": ErrorText(
        N_("送られた記録のつながりが正しくありません。"),
        N_("端末の記録は消さずに残し、本部に連絡してください。"),
    ),
    "sync.malformed": ErrorText(
        N_("送られた内容を読めません（{detail}）。"),
        N_("端末のソフトウェアの版を本部に確かめてください。"),
    ),
    "sync.too_large": ErrorText(
        N_("送られた内容が大きすぎます（上限 {limit} バイト）。"),
        N_("端末が分けて送り直します。続くときは本部に連絡してください。"),
    ),
    "sync.encoding": ErrorText(
        N_("圧縮の方式 {encoding} は扱えません。"),
        N_("端末のソフトウェアの版を本部に確かめてください。"),
    ),
    "sync.field": ErrorText(
        N_("記録の項目 {field} に使えない値が入っています。"),
        N_("端末のソフトウェアの版を本部に確かめてください。"),
    ),
    "sync.figures": ErrorText(
        N_("記録の点数の内訳が合計と合いません。"),
        N_("端末のソフトウェアの版を本部に確かめてください。"),
    ),
    "sync.visit_known": ErrorText(
        N_("同じ来店の記録がすでに届いています。"),
        N_("同じ端末番号が2台で使われていないか確かめてください。"),
    ),
}
