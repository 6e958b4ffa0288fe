"""Errors of what a person or another system typed."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "input.card_no": ErrorText(
        N_("カード番号 {value} は正しくありません。"),
        N_("カードの番号10けたを、もう一度入れてください。"),
    ),
    "input.member_no": ErrorText(
        N_("会員番号 {value} は正しくありません。"),
        N_("会員番号8けたを、もう一度入れてください。"),
    ),
    "input.serial_out_of_range": ErrorText(
        N_("番号 {value} は {digits} けたに収まりません。"),
        N_("小さい番号から選び直してください。"),
    ),
    "input.date": ErrorText(
        N_("「{value}」を日付として読めません。"),
        N_("例：1965/2/3、S40.2.3、昭和40年2月3日 のように入れてください。"),
    ),
    "input.phone": ErrorText(
        N_("「{value}」を電話番号として読めません。"),
        N_("市外局番から、10けたか11けたの数字を入れてください。"),
    ),
    "input.postal_code": ErrorText(
        N_("「{value}」を郵便番号として読めません。"),
        N_("例：150-0043 のように、7けたの数字を入れてください。"),
    ),
    "input.programme": ErrorText(
        N_("ポイントの決まりの項目「{field}」に使えない値が入っています（{value}）。"),
        N_("{minimum} から {maximum} までの値を入れてください。"),
    ),
    "input.amount": ErrorText(
        N_("金額は 0円から {maximum}円までです。"),
        N_("金額を入れ直してください。"),
    ),
    "input.export_large": ErrorText(
        N_("{limit} 件より多いので、ファイルにできません。"),
        N_("前のページに戻り、条件で絞り込んでから、もう一度ファイルにしてください。"),
    ),
    "input.card_taken": ErrorText(
        N_("このカードは、ほかの会員のものとして登録されています。"),
        N_("カードの番号を確かめてください。"),
    ),
    "input.card_unknown": ErrorText(
        N_("このカード番号のカードは、まだ登録がありません。"),
        N_("番号を確かめるか、先に会員登録でカードを結びつけてください。"),
    ),
    "input.name_missing": ErrorText(
        N_("姓が入っていません。"),
        N_("姓を入れてください。"),
    ),
    "input.too_long": ErrorText(
        N_("文字が多すぎます。"),
        N_("{limit} 文字までにしてください。"),
    ),
    "input.member_twice": ErrorText(
        N_("同じ内容の会員を、今日すでに登録しています。"),
        N_("会員検索で確かめてください。別の方のときは、電話番号や誕生日も入れてください。"),
    ),
    "input.birthday_to_come": ErrorText(
        N_("誕生日が今日より後になっています。"),
        N_("年を確かめてください。"),
    ),
    "input.store_code": ErrorText(
        N_("店舗コード「{value}」は使えません。"),
        N_("半角の英字か数字で、8文字までにしてください。"),
    ),
    "input.store_name": ErrorText(
        N_("店舗の名前が入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "input.store_taken": ErrorText(
        N_("店舗コード「{value}」は、すでに使われています。"),
        N_("別のコードにしてください。"),
    ),
    "input.store_unknown": ErrorText(
        N_("店舗「{value}」の登録がありません。"),
        N_("店舗の一覧から選んでください。"),
    ),
    "input.terminal_id": ErrorText(
        N_("端末番号 {value} は使えません。"),
        N_("1 から {limit} までの番号にしてください。"),
    ),
    "input.terminal_name": ErrorText(
        N_("端末の名前が入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "input.programme_template": ErrorText(
        N_("業種のひな形「{value}」がありません。"),
        N_("ひな形の名前を確かめてください。"),
    ),
    "input.message_text": ErrorText(
        N_("文面が入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "input.message_twice": ErrorText(
        N_("同じ文面のメッセージが、このカードですでに印字を待っています。"),
        N_("一覧で確かめてください。"),
    ),
    "input.message_closed": ErrorText(
        N_("このメッセージは、すでに印字されたか取り消されています。"),
        N_("一覧で状態を確かめてください。"),
    ),
    "input.priority": ErrorText(
        N_("優先の選び方が正しくありません。"),
        N_("一覧から選んでください。"),
    ),
    "input.valid_until_past": ErrorText(
        N_("期限が今日より前になっています。"),
        N_("今日か、それより後の日にしてください。"),
    ),
    "input.password_short": ErrorText(
        N_("パスワードが短すぎます。"),
        N_("{limit} 文字以上にしてください。覚えやすい文章でもかまいません。"),
    ),
    "input.password_long": ErrorText(
        N_("パスワードが長すぎます。"),
        N_("{limit} 文字までにしてください。"),
    ),
    "input.password_easy": ErrorText(
        N_("このパスワードは、すぐに言い当てられます。"),
        N_("名前や店名、よくある言葉や並びを避け、3つ以上の関係のない言葉をつなげてください。"),
    ),
    "input.password_differs": ErrorText(
        N_("2回のパスワードが同じではありません。"),
        N_("同じパスワードを2回入れてください。"),
    ),
    "input.login": ErrorText(
        N_("利用者名が入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "input.login_taken": ErrorText(
        N_("利用者名「{value}」は、すでに使われています。"),
        N_("別の利用者名にしてください。"),
    ),
    "input.staff_name": ErrorText(
        N_("お名前が入っていないか、長すぎます。"),
        N_("{limit} 文字までで入れてください。"),
    ),
    "input.terminal_closed": ErrorText(
        N_("端末 {value} は停止または交換されています。"),
        N_("新しい端末として登録してください。"),
    ),
    "input.case_closed": ErrorText(
        N_("この確認ごとは、すでに終わっています。"),
        N_("一覧に戻って、今の状態を確かめてください。"),
    ),
    "input.case_answer": ErrorText(
        N_("この確認ごとには、その答えは使えません。"),
        N_("画面のボタンから選んでください。"),
    ),
    "input.case_note": ErrorText(
        N_("理由が入っていないか、長すぎます。"),
        N_("あとで読む人のために、{limit} 文字までで理由を書いてください。"),
    ),
    "input.books_large": ErrorText(
        N_("カードが多いため、この画面からは照合できません。"),
        N_("毎晩の照合を待つか、サーバーで「python -m server reconcile --all」を実行してください。"),
    ),
    "input.enrolment_over": ErrorText(
        N_("この登録は終わっているか、期限が切れています。"),
        N_("新しい登録コードを作ってください。"),
    ),
}
