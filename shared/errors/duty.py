"""Who serves: PINs, and what a person may do."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "duty.missing": ErrorText(
        N_("担当者が決まっていません。"),
        N_("「中止」でカードを返し、メニューの「担当者」から暗証番号を入れてください。"),
    ),
    "duty.pin_missing": ErrorText(
        N_("暗証番号が入っていません。"),
        N_("数字を入れてから「実行」を押してください。"),
    ),
    "duty.not_allowed": ErrorText(
        N_("{name} さんの役割では、この操作はできません。"),
        N_("できる役割の方の暗証番号を入れるか、「中止」で戻ってください。"),
    ),
    "duty.begun": ErrorText(
        N_("担当は {name} さんです。"),
        N_("交代するときは、メニューの「担当者」を選んでください。"),
    ),
    "duty.ended": ErrorText(
        N_("担当を終わりました。お疲れさまでした。"),
        N_("次の方は、メニューの「担当者」から始めてください。"),
    ),
}
