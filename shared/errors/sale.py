"""Refusals while goods are scanned and totalled."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "sale.code": ErrorText(
        N_("「{value}」を商品コードとして読めません。"),
        N_("もう一度読み取るか、半角の英数字で20文字までのコードを入れてください。"),
    ),
    "sale.code_check": ErrorText(
        N_("バーコード {value} の検査数字が合いません。"),
        N_("もう一度読み取るか、数字を確かめて入れ直してください。"),
    ),
    "sale.unknown_product": ErrorText(
        N_("コード {value} の商品は、まだ登録がありません。"),
        N_("金額を入れて続けるか、本部に商品の登録を頼んでください。"),
    ),
    "sale.scan_refused": ErrorText(
        N_("バーコードを最後まで読めませんでした。"),
        N_("この商品はまだ入っていません。もう一度読み取ってください。読めないときは、金額を入れてください。"),
    ),
    "sale.product": ErrorText(
        N_("商品 {value} の項目「{field}」に使えない値が入っています。"),
        N_("文字数と金額を確かめて、入れ直してください。"),
    ),
    "sale.price_in_code": ErrorText(
        N_("値段入りバーコードの設定「{field}」に使えない値が入っています（{value}）。"),
        N_("先頭は 02 か 20〜29、値段は 2〜7 けたから選んでください。"),
    ),
    "sale.line": ErrorText(
        N_("明細 {line} 行目の項目「{field}」に使えない値が入っています。"),
        N_("レジの商品名・部門・金額を確かめてください。"),
    ),
    "sale.no_such_line": ErrorText(
        N_("その明細はありません。"),
        N_("画面の明細から選び直してください。"),
    ),
    "sale.too_many_lines": ErrorText(
        N_("一度のお会計に入る明細は {maximum} 行までです。"),
        N_("ここまでで一度お会計をして、残りを次のお会計にしてください。"),
    ),
    "sale.quantity": ErrorText(
        N_("数量は 1 から {maximum} までです。"),
        N_("数量を入れ直すか、やめるときは明細を取り消してください。"),
    ),
    "sale.total": ErrorText(
        N_("合計が {maximum} 円を超えます。"),
        N_("お会計を二度に分けてください。"),
    ),
    "sale.discount_above_line": ErrorText(
        N_("この明細の値引は 0円から {maximum}円までです。"),
        N_("値引を入れ直してから、もう一度操作してください。"),
    ),
    "sale.discount_above_subtotal": ErrorText(
        N_("小計からの値引は 0円から {maximum}円までです。"),
        N_("小計値引を入れ直してから、もう一度操作してください。"),
    ),
    "sale.reference": ErrorText(
        N_("レジの会計番号を読めません。"),
        N_("半角の英数字で {maximum} 文字までにしてください。"),
    ),
    "sale.two_references": ErrorText(
        N_("レジの会計番号が二つあります（{one} と {other}）。"),
        N_("一方のお会計を済ませてから、もう一方を読み込んでください。"),
    ),
    "sale.invoice_number": ErrorText(
        N_("「{value}」をインボイスの登録番号として読めません。"),
        N_("T と13けたの数字を、通知書のとおりに入れてください。"),
    ),
    "sale.invoice_check": ErrorText(
        N_("登録番号 {value} は、法人番号の検査数字と合いません。"),
        N_("通知書と見比べてください。個人事業者のときは「個人」を選んでください。"),
    ),
}
