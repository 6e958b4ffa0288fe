"""Refusals of head office about products, people at the counters, settings of the shops, and benefits."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "jobs.large": ErrorText(
        N_("一度に渡せる量（{limit} MB）より多くあります。"),
        N_("ファイルを分けるか、条件で絞り込んでから、もう一度始めてください。"),
    ),
    "jobs.over": ErrorText(
        N_("この作業は、もう終わっています。"),
        N_("作業の状況を開き直して、結果を確かめてください。"),
    ),
    "jobs.given_up": ErrorText(
        N_("作業が{times}回、途中で止まりました。"),
        N_("もう一度始めてください。また止まるときは、作業の番号を添えて本部の管理者に伝えてください。"),
    ),
    "products.too_large": ErrorText(
        N_("商品のファイルが大きすぎます（上限 {limit} 行）。"),
        N_("ファイルを分けて、一つずつ取り込んでください。"),
    ),
    "products.encoding": ErrorText(
        N_("商品のファイルの文字を読めません。"),
        N_("文字コードを UTF-8 か Shift_JIS（CP932）にして保存し直してください。"),
    ),
    "products.column": ErrorText(
        N_("1行目の見出し「{value}」が分からないか、2回あります。"),
        N_("見出しをコード、商品名、カナ、価格、税率、部門、ポイント対象、取扱終了から選んでください。"),
    ),
    "products.columns": ErrorText(
        N_("商品のファイルの形が違います（必要な見出し：{wanted}。{detail}）。"),
        N_("1行目に見出しがあり、カンマで区切られたファイルにしてください。"),
    ),
    "products.twice": ErrorText(
        N_("コード {value} は、{line} 行目にもあります。"),
        N_("どちらか一方を消して、もう一度取り込んでください。"),
    ),
    "staff.unknown": ErrorText(
        N_("番号 {value} の担当者はいません。"),
        N_("「python -m server staff list」で番号を確かめてください。"),
    ),
    "staff.role": ErrorText(
        N_("役割「{value}」はありません。"),
        N_("{wanted} から選んでください。"),
    ),
    "staff.last_admin": ErrorText(
        N_("本部管理者が、ほかにいません。"),
        N_("先に、ほかの人を本部管理者にしてください。"),
    ),
    "staff.own_role": ErrorText(
        N_("自分の役割や店舗、利用の停止は、自分では変えられません。"),
        N_("ほかの本部管理者に頼んでください。"),
    ),
    "staff.stores": ErrorText(
        N_("この役割には、担当する店舗が1つ以上要ります。"),
        N_("担当する店舗を選んでください。"),
    ),
    "staff.gone": ErrorText(
        N_("この人は、利用を止めてあります。"),
        N_("先に、もう一度使えるようにしてください。"),
    ),
    "adjust.points": ErrorText(
        N_("点数が正しくありません。1から{limit}までの数を入れてください。"),
        N_("数字だけで、点数を入れ直してください。"),
    ),
    "adjust.too_much": ErrorText(
        N_("使える点が{points}点しかないので、引けません。"),
        N_("残っている点までの数にしてください。"),
    ),
    "adjust.why": ErrorText(
        N_("理由が入っていないか、{limit}文字を超えています。"),
        N_("あとで見て分かるように、理由を短く書いてください。"),
    ),
    "adjust.card_stopped": ErrorText(
        N_("このカードは停止しているので、点を調整できません。"),
        N_("お客さまが今お持ちのカードの番号を入れてください。"),
    ),
    "adjust.twice": ErrorText(
        N_("同じ調整を、少し前に行っています。"),
        N_("調整と承認の一覧で確かめてください。もう一度要るときは、理由の書き方を変えてください。"),
    ),
    "approval.own": ErrorText(
        N_("自分が頼んだことは、自分では承認できません。"),
        N_("ほかの、承認できる人に頼んでください。"),
    ),
    "approval.closed": ErrorText(
        N_("この件は、もう決まっています。"),
        N_("一覧で結果を確かめてください。"),
    ),
    "approval.remark": ErrorText(
        N_("承認しない理由が入っていないか、{limit}文字を超えています。"),
        N_("頼んだ人に分かるように、理由を短く書いてください。"),
    ),
    "staff.pin": ErrorText(
        N_("暗証番号が使えない形です。"),
        N_("{least}〜{most} けたの数字にしてください。"),
    ),
    "staff.pin_taken": ErrorText(
        N_("この暗証番号は使えません。"),
        N_("別の数字を選ぶか、番号を指定せずに自動で決めてください。"),
    ),
    "shop.invoice_number": ErrorText(
        N_("インボイスの登録番号「{value}」の形が違います。"),
        N_("T と数字13けたで入れてください。"),
    ),
    "shop.voices": ErrorText(
        N_("お客さまの声の見出しが多すぎるか、長すぎます。"),
        N_("{limit} 個まで、1つ {chars} 文字までにしてください。"),
    ),
    "benefits.text": ErrorText(
        N_("お渡しするものが入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "benefits.twice": ErrorText(
        N_("同じものが、このカードにもう登録されています。"),
        N_("「お渡しするもの」の一覧を見てください。もう一つ渡すときは、ちがう書き方にしてください。"),
    ),
    "benefits.too_many": ErrorText(
        N_("このカードには、まだ渡していないものが {limit} 個あります。"),
        N_("渡してから登録するか、いらないものを取り消してください。"),
    ),
    "benefits.card_stopped": ErrorText(
        N_("このカードは止められているので、次の来店がありません。"),
        N_("お客さまの新しいカードの番号を入れてください。"),
    ),
    "benefits.closed": ErrorText(
        N_("お渡しするものは、すでに渡されたか取り消されています。"),
        N_("カードのページで状態を確かめてください。"),
    ),
}
