"""What a case says to the person who opens it: what happened, what to do, what each answer does. No blame."""

from __future__ import annotations

from dataclasses import dataclass

from server.ledger import cases
from server.reconcile.maturing import COMPLETE, DENIED, NOBODY, TOO_MUCH
from server.reconcile.service import NO, SEEN, STOP, YES
from shared.locale import N_


@dataclass(frozen=True, slots=True)
class Answer:
    """``label``: of the button; ``effect``: what it does."""

    label: str
    effect: str
    icon: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    happened: str
    remedy: str
    answers: dict[str, Answer]


_SEEN = {SEEN: Answer(N_("確認した"), N_("この件を終わりにします。点は動きません。"), "check")}
_BELIEVE = {
    YES: Answer(N_("認める"), N_("この点をお客さまの点として確定します。"), "check"),
    NO: Answer(
        N_("認めない"),
        N_("この点は数えません。このカードへの調整は止まり、点の利用は本部の確認が要るままになります。"),
        "x",
        True,
    ),
}

WORDS: dict[str, Words] = {
    cases.FORK: Words(
        N_("1枚のカードに、2通りの続きがあります"),
        N_("同じカードから、別々の来店の記録が2つ続いています。カードが複製されたか、古い状態に戻されたときに起こります。"
           "両方の来店とも商品は渡っているので、点はどちらも帳簿に載せました。このカードの点は、今は使えません。"),
        N_("カードの持ち主に、責める言い方をせずに来店の心当たりを聞いてください。点は帳簿に残っているので、"
           "ふつうは新しいカードに替えるのがいちばん早い解決です。"),
        {
            STOP: Answer(
                N_("このカードを停止する"), N_("どの端末でも使えなくなります。点は帳簿に残ります。"), "ban", True
            ),
            SEEN: Answer(N_("確かめた。使えるようにする"), N_("このカードでふたたび点を使えるようにします。"), "check"),
        },
    ),
    cases.WITNESS: Words(
        N_("届いていない来店の点が、自動で認める上限より多いです"),
        N_("カードは本物ですが、そこに書かれた点のうち、どの端末からも届いていない分が多すぎます。"
           "点はまだ数えていません。"),
        N_("その日の端末が、まだ送っていない記録を持っていないか確かめてください。記録が届けば、この件は自然に消えます。"),
        _BELIEVE,
    ),
    cases.PENDING: Words(
        N_("届いていない来店の点を、だれかが確かめる必要があります"),
        N_("カードは本物で、点もお客さまの残高に入っています。ただ、どの端末の記録にもない点なので、まだ仮の扱いです。"),
        N_("レシートの控えや、その日の端末を確かめてください。記録が届けば、この件は自然に消えます。"),
        _BELIEVE,
    ),
    cases.FORGED: Words(
        N_("本部の鍵で確かめられないカードが入れられました"),
        N_("カードの形は当店のものですが、中身の確認符号が合いません。書きかけの失敗ではなく、別の鍵で書かれています。"
           "どの点も動いていません。"),
        N_("同じ店舗で続くときは、店長に様子を聞いてください。お客さまが古いカードを持っていただけのこともあります。"),
        _SEEN,
    ),
    cases.IMAGE: Words(
        N_("カードに書いた内容が、来店の記録と違います"),
        N_("端末が書いたカードの点数が、同じ端末の記録から計算した点数と一致しません。"
           "帳簿には、お客さまに伝えた来店の記録のほうを載せました。"),
        N_("端末のソフトウェアの版を確かめ、システムの担当者に見せてください。"),
        _SEEN,
    ),
    cases.WORN: Words(
        N_("このカードには、もう調整を送れません"),
        N_("カードに書ける調整の番号を使い切りました。帳簿の点は正しいままです。"),
        N_("新しいカードに取り替えてください。点は引き継げます。"),
        _SEEN,
    ),
    cases.HOLDER: Words(
        N_("入会したカードの持ち主を、自動では決められません"),
        N_("店舗で入会の手続きをしたカードに、もう別の会員がいるか、同じ電話番号の会員が2人以上います。"
           "カードは今までどおり使え、点も動いていません。"),
        N_("会員検索で電話番号の下4けたを探し、正しい会員のページで「カードを結びつける」を行ってから、"
           "この件を終わりにしてください。"),
        _SEEN,
    ),
    cases.REPLACED: Words(
        N_("カードの取り替えが食い違っています"),
        N_("同じカードの取り替えが2回届いたか、前と後のカードに別々の会員がいます。"
           "点は、先に届け出のあった取り替えのほうへ移してあります。"),
        N_("お客さまが今お持ちのカードを確かめてください。会員が2人いるときは、どちらの登録を残すか決めてください。"),
        {
            YES: Answer(
                N_("こちらの取り替えが正しい"),
                N_("点をこちらの新しいカードへ移します。ほかの取り替えは取り消します。"), "check", True,
            ),
            SEEN: Answer(N_("今のままでよい"), N_("この件を終わりにします。点は動きません。"), "check"),
        },
    ),
    cases.CAP: Words(
        N_("届いていない来店の点が、1日の上限に達しました"),
        N_("カードだけが知っている点が、1日に自動で認める上限を超えました。残りは人の確認を待っています。"),
        N_("鍵を盗まれた端末がないか確かめてください。端末を1台失ったあとなら、ふつうのことです。"),
        _SEEN,
    ),
}  # fmt: skip

WHY: dict[str, str] = {
    NOBODY: N_("カードに書かれた端末番号は、登録されたことがありません。"),
    DENIED: N_("書いた端末は、停止されています。"),
    COMPLETE: N_("書いた端末のその日の記録は、すべて届いています。そこにこの来店はありません。"),
    TOO_MUCH: N_("1日に自動で認める上限を超えました。"),
}
