"""The day's beginning and end at a terminal."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "day.begun": ErrorText(
        N_("今日の営業を始めました。"),
        N_("終わるときは「一日を締める」を選んでください。"),
    ),
    "day.rain_begun": ErrorText(
        N_("今日は雨の日です。"),
        N_("この店の次の会計から「雨の日だけ」の特典が付きます。やめるときは、もう一度「今日は雨」を選んでください。"),
    ),
    "day.rain_ended": ErrorText(
        N_("雨の日をやめました。"),
        N_("次の会計から「雨の日だけ」の特典は付きません。"),
    ),
    "day.closed": ErrorText(
        N_("今日を締めて、日報を印字しました。"),
        N_("印字が出ないときは「今日の数字を印字する」で、もう一度出せます。"),
    ),
    "day.practice": ErrorText(
        N_("いまは練習中です。練習の会計は、どの数字にも入りません。"),
        N_("この数字は、本番の会計だけのものです。"),
    ),
    "day.no_enrolments": ErrorText(
        N_("今日の入会は、まだありません。"),
        N_("新しいカードを入れて、メニューの「入会」を選んでください。"),
    ),
}
