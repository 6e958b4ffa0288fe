"""What staff may say to the customer: the reason, and the words. No errors, but told in the same way."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "guide.birthday": ErrorText(
        N_("お誕生日 {month}月{day}日。"),
        N_("お祝いのひとことを。"),
    ),
    "guide.lapsing": ErrorText(
        N_("{points}点が {month}月末まで。"),
        N_("お使いになりますか。"),
    ),
    "guide.reward": ErrorText(
        N_("あと{points}点で {yen}円分。"),
        N_("{spend}円のお買上で届きます。"),
    ),
    "guide.long_away": ErrorText(
        N_("{days}日ぶりのご来店。"),
        N_("「お久しぶりです」のひとことを。"),
    ),
    "guide.nth_visit": ErrorText(
        N_("{visits}回目のご来店。"),
        N_("お礼のひとことを。"),
    ),
    "guide.bought": ErrorText(
        N_("前回 {goods}。"),
        N_("ご感想を。"),
    ),
}
