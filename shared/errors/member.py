"""Members at the counter: enrolled, found, not found."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "member.enrolled": ErrorText(
        N_("入会を受け付けました。"),
        N_("カードのお名前は、次のご来店から印字されます。"),
    ),
    "member.registered": ErrorText(
        N_("このカードは、もう登録されています。"),
        N_("内容を直すときは、本部に頼んでください。"),
    ),
    "member.enrol_needs_card": ErrorText(
        N_("入会には、新しいカードが要ります。"),
        N_("カードを入れてから、もう一度選んでください。"),
    ),
    "member.enrol_waits": ErrorText(
        N_("電話の方の入会は、このお会計のあとで続けます。"),
        N_("終わったら、新しいカードを入れてください。"),
    ),
    "member.new_card_wanted": ErrorText(
        N_("ほかの方の新しいカードを待っています。"),
        N_("そのカードを入れるか「中止」で取り消してから、もう一度選んでください。"),
    ),
    "member.no_calls": ErrorText(
        N_("電話の着信はまだありません。"),
        N_("端末を入れてからの着信が、ここに並びます。"),
    ),
    "member.phone_short": ErrorText(
        N_("電話番号は {digits} けた以上で探します。"),
        N_("下 {digits} けたか、全部の番号を入れてください。"),
    ),
    "member.kana_missing": ErrorText(
        N_("お名前のカナが入っていません。"),
        N_("カナのはじめを入れるか、「中止」で戻ってください。"),
    ),
    "member.none_found": ErrorText(
        N_("あてはまる方が見つかりません。"),
        N_("番号を確かめるか、ほかの番号やカナで探してください。"),
    ),
    "member.too_many": ErrorText(
        N_("あてはまる方が多すぎます。"),
        N_("電話番号を全部入れるか、カナをもう少し長く入れてください。"),
    ),
    "member.card_unknown": ErrorText(
        N_("カード番号 {card} は、この端末に記録がありません。"),
        N_("カードをお持ちなら入れてください。お持ちでなければ、電話番号で探してください。"),
    ),
}
