"""Errors of members' records: attributes, consents, households, merges, files, stock of cards, privacy requests."""

from shared.errors.text import ErrorText
from shared.locale import N_

_AGAIN = N_("ページを開き直して、もう一度試してください。")

TEXTS = {
    "input.email": ErrorText(
        N_("「{value}」をメールアドレスとして読めません。"),
        N_("例：hanako@example.jp のように、半角の英数字で入れてください。"),
    ),
    "input.phone_or_card": ErrorText(
        N_("電話番号もカード番号もありません。"),
        N_("どちらか1つを入れてください。あとからご本人を見つけるために使います。"),
    ),
    "members.card_held": ErrorText(
        N_("このカードは、もうこの会員のものです。"),
        N_("ほかのカードの番号を入れてください。"),
    ),
    "members.card_stopped": ErrorText(
        N_("停止中のカードは渡せません。"),
        N_("使えるように戻すか、ほかのカードを渡してください。"),
    ),
    "members.memo": ErrorText(
        N_("メモは1文字から{limit}文字までです。"),
        N_("メモを書くか、短くしてください。"),
    ),
    "attribute.name": ErrorText(
        N_("項目の名前は1文字から{limit}文字までです。"), N_("例：好きな色、ペットの名前 のように入れてください。")
    ),
    "attribute.taken": ErrorText(
        N_("「{value}」という項目は、もうあります。"), N_("別の名前にしてください。")
    ),
    "attribute.kind": ErrorText(N_("項目の種類が選ばれていません。"), N_("種類を1つ選んでください。")),
    "attribute.choices": ErrorText(
        N_("選択肢は1つから{limit}個まで、それぞれ{length}文字までです。"), N_("1行に1つずつ書いてください。")
    ),
    "attribute.many": ErrorText(
        N_("項目は{limit}個までです。"), N_("使わなくなった項目を確かめてください。")
    ),
    "attribute.value": ErrorText(
        N_("「{value}」は「{name}」の答えとして読めません。"), N_("項目の種類に合うように入れてください。")
    ),
    "consent.channel": ErrorText(N_("お知らせの方法が選ばれていません。"), _AGAIN),
    "household.kind": ErrorText(N_("家族か会社かが選ばれていません。"), N_("どちらかを選んでください。")),
    "household.name": ErrorText(
        N_("名前は1文字から{limit}文字までです。"), N_("例：高橋家、株式会社みどり のように入れてください。")
    ),
    "household.member": ErrorText(
        N_("その会員を加えられません。"), N_("会員番号と、もう加わっていないかを確かめてください。")
    ),
    "household.full": ErrorText(
        N_("1つのまとまりに加えられる会員は{limit}人までです。"), N_("別のまとまりを作ってください。")
    ),
    "merge.same": ErrorText(N_("同じ会員どうしは統合できません。"), N_("別の会員を選んでください。")),
    "merge.gone": ErrorText(
        N_("どちらかの会員は、もう統合されたか消去されています。"), N_("会員検索から、今の登録を開いてください。")
    ),
    "merge.undone": ErrorText(N_("この統合は、もう取り消されています。"), _AGAIN),
    "merge.later": ErrorText(
        N_("この会員には、あとから行った統合があります。"), N_("新しい統合から順に取り消してください。")
    ),
    "merge.kept_gone": ErrorText(
        N_("残した会員が、そのあと別の会員へ統合されています。"), N_("先にその統合を取り消してください。")
    ),
    "merge.erased": ErrorText(
        N_("ご本人の求めで消去した会員なので、統合は取り消せません。"), N_("消した内容はどこにも残っていません。")
    ),
    "intake.empty": ErrorText(
        N_("ファイルに会員の行がありません。"), N_("1行目を見出し、2行目からを会員にしてください。")
    ),
    "intake.large": ErrorText(
        N_("ファイルが大きすぎます。{limit}行、{size}MBまでです。"), N_("いくつかのファイルに分けてください。")
    ),
    "intake.encoding": ErrorText(
        N_("ファイルの文字を読めません。"), N_("UTF-8か、Excelの「CSV（コンマ区切り）」で保存してください。")
    ),
    "intake.columns": ErrorText(
        N_("列の数か、見出しが正しくありません。"), N_("1行目に、見出しを1つずつ書いてください。")
    ),
    "intake.mapping": ErrorText(
        N_("お名前かフリガナの列が選ばれていないか、同じ項目に2つの列が選ばれています。"),
        N_("列と項目の組み合わせを確かめてください。"),
    ),
    "intake.state": ErrorText(N_("このファイルは、今はその操作ができません。"), _AGAIN),
    "intake.unknown_member": ErrorText(
        N_("会員番号 {value} の会員がいません。"), N_("番号を確かめるか、番号の列を使わずに取り込んでください。")
    ),
    "intake.twice": ErrorText(
        N_("{line}行目と同じ会員です。"), N_("どちらか1行だけを残してください。")
    ),
    "intake.several": ErrorText(
        N_("同じ電話番号の会員が2人以上います。"), N_("会員番号の列を加えて、どの会員かを示してください。")
    ),
    "intake.foreign": ErrorText(
        N_("ほかの店舗の会員なので、変えられません。"), N_("本部の担当者に取り込みを頼んでください。")
    ),
    "stock.range": ErrorText(
        N_("カードの番号の範囲が正しくありません。"), N_("最初と最後の番号を、小さいほうから入れてください。")
    ),
    "stock.overlap": ErrorText(
        N_("この範囲は「{value}」と重なっています。"), N_("納品書の番号を確かめてください。")
    ),
    "stock.name": ErrorText(
        N_("名前は1文字から{limit}文字までです。"), N_("納品書の番号などを入れてください。")
    ),
    "stock.counted": ErrorText(N_("枚数を読めません。"), N_("数えた枚数を数字で入れてください。")),
    "card.why": ErrorText(N_("理由が選ばれていません。"), N_("理由を1つ選んでください。")),
    "card.not_stopped": ErrorText(N_("このカードは停止されていません。"), _AGAIN),
    "card.is_stopped": ErrorText(N_("このカードは、もう停止されています。"), _AGAIN),
    "card.replaced": ErrorText(
        N_("このカードは新しいカードに替わっているので、使えるようには戻せません。"),
        N_("お客さまが今お持ちのカードを使ってもらってください。"),
    ),
    "card.same": ErrorText(N_("同じカードには替えられません。"), N_("新しいカードの番号を入れてください。")),
    "card.used": ErrorText(
        N_("新しいカードは、もう使われています。"), N_("まだ使っていないカードを用意してください。")
    ),
    "privacy.kind": ErrorText(N_("求めの種類が選ばれていません。"), N_("種類を1つ選んでください。")),
    "privacy.identity": ErrorText(
        N_("ご本人の確かめ方が書かれていません。"), N_("例：運転免許証で確認 のように書いてください。")
    ),
    "privacy.unchecked": ErrorText(
        N_("まだご本人を確かめていません。"), N_("先に、どのように確かめたかを記録してください。")
    ),
    "privacy.closed": ErrorText(N_("この求めは、もう終わっています。"), _AGAIN),
    "privacy.answer": ErrorText(
        N_("お答えの内容が書かれていません。"), N_("何をしたか、できないときはその理由を書いてください。")
    ),
    "privacy.word": ErrorText(
        N_("確かめの言葉が違います。"), N_("取り消せない操作です。よければ「消去」と入れてください。")
    ),
}  # fmt: skip
