"""What head office says of a terminal that wants a look or a hand."""

from shared.errors.text import ErrorText
from shared.locale import N_

_LINE = N_("端末の電源とネットワークを見てください。点のやりとりは、その間もカードだけで続けられます。")
_CLOCK = N_("端末の日時の設定と、ネットワークを確かめてください。")
_SPACE = N_("端末をネットワークにつなぎ、たまった記録を送ってください。減らないときは記憶装置を交換してください。")
_HEAD = N_("印字がかすれていないか見て、ヘッドを交換してください。交換したら、この端末の画面で記録してください。")

TEXTS = {
    "health.alarm": ErrorText(
        N_("確かめることが{n}件あります。"),
        N_("この端末の画面を開き、内容を確かめてください。"),
    ),
    "health.frozen": ErrorText(
        N_("ポイントの利用を止めています。"),
        N_("この端末の画面を開き、どの機械が正しいかを確かめてください。"),
    ),
    "health.never": ErrorText(
        N_("まだ一度もつながっていません。"),
        N_("端末の電源を入れ、登録の手順を最後まで進めてください。"),
    ),
    "health.silent_minutes": ErrorText(N_("{n}分間つながっていません。"), _LINE),
    "health.silent_hours": ErrorText(N_("{n}時間つながっていません。"), _LINE),
    "health.silent_days": ErrorText(N_("{n}日間つながっていません。"), _LINE),
    "health.unsent": ErrorText(
        N_("未送信の記録が{n}件たまっています。"),
        N_("端末のネットワークを見てください。つながっているのに減らないときは、本部の管理者に伝えてください。"),
    ),
    "health.clock_ahead": ErrorText(N_("時計が{n}分進んでいます。"), _CLOCK),
    "health.clock_behind": ErrorText(N_("時計が{n}分遅れています。"), _CLOCK),
    "health.clock_days": ErrorText(N_("時計が{n}日ずれています。"), _CLOCK),
    "health.head_soon": ErrorText(
        N_("ヘッドの印字は{n}回です。{limit}回が交換の目安です。"),
        N_("次の点検に合わせて、ヘッドの交換を手配してください。"),
    ),
    "health.head": ErrorText(N_("ヘッドの印字が{n}回になり、交換の目安（{limit}回）を過ぎました。"), _HEAD),
    "health.space": ErrorText(N_("記録を入れる場所の空きが {n} MB しかありません。"), _SPACE),
    "health.training": ErrorText(
        N_("練習中です。会計は記録されません。"),
        N_("練習が終わったら、端末の担当メニューで練習を終えてください。"),
    ),
    "health.old": ErrorText(
        N_("ソフトウェアが古い版（{theirs}）です。"),
        N_("閉店後に、{ours} へ更新してください。"),
    ),
}
