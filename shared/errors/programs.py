"""Errors of the programme's rules: drafts, roll-out, previews."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "programs.start": ErrorText(
        N_("はじまる日は、明日から {days} 日先までの日にしてください。"),
        N_("日付を入れ直すか、空欄にして、すぐにはじめてください。"),
    ),
    "programs.planned": ErrorText(
        N_("先の日にはじまる版が、もう {limit} 件あります。"),
        N_("版の履歴で、使わない予定を取り消してください。"),
    ),
    "programs.begun": ErrorText(
        N_("この版は、もうはじまっているか、取り消されています。"),
        N_("前のルールに戻すには、版の履歴で、その版から変更案を作ってください。"),
    ),
    "programs.closed": ErrorText(
        N_("この変更案は、もう直せません。"),
        N_("新しい変更案を作ってください。"),
    ),
    "programs.no_preview": ErrorText(
        N_("この内容での試算が、まだ終わっていません。"),
        N_("試算をしてから、もう一度はじめてください。"),
    ),
    "programs.not_ready": ErrorText(
        N_("足りないことが {count} 件あります。"),
        N_("「はじめる前の確認」の印を見て、足りないことを入れてください。"),
    ),
    "programs.many": ErrorText(
        N_("特典は {limit} 件までです。"),
        N_("使わない特典を消してから、足してください。"),
    ),
    "programs.figure": ErrorText(
        N_("「{field}」を数字として読めません。"),
        N_("数字を入れ直してください。"),
    ),
    "programs.bounds": ErrorText(
        N_("「{field}」に使えない値が入っています。"),
        N_("{minimum} から {maximum} までにしてください。"),
    ),
    "programs.wrong": ErrorText(
        N_("「{field}」の組み合わせが正しくありません。"),
        N_("前後やくり返しを確かめて、入れ直してください。"),
    ),
    "programs.goods_missing": ErrorText(
        N_("「対象商品の分だけ」や「対象商品1つにつき」には、条件の商品が要ります。"),
        N_("条件の「商品」に分類か商品コードを入れてください。"),
    ),
    "programs.nothing": ErrorText(
        N_("特典が1つも入っていません。"),
        N_("倍率、足すポイント、お渡しするものなど、どれか1つを入れてください。"),
    ),
    "points.history_only": ErrorText(
        N_("この店のプログラムは、来店の記録だけを残します。"),
        N_("ポイントを使わずに進めてください。"),
    ),
}
