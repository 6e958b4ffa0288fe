"""Two lines for the customer: a greeting, the bill, the points. Never a name, an address, a memo or the details of an
error, and nothing of what staff ask, look for and read beside a visit.

The display knows JIS X 0201 only, so the source texts are kana; anything else becomes ``?``.
"""

from __future__ import annotations

from typing import assert_never

from shared.locale import N_, Translate
from shared.text.kana import to_half_width_kana
from shared.units import format_number
from shared.visit.screens import (
    Asking,
    Choosing,
    ConfirmFace,
    Confirming,
    ConfirmRepair,
    Done,
    Keying,
    Locked,
    Menu,
    OffCardDone,
    OffCardKeying,
    Reading,
    Repaired,
    Repairing,
    Screen,
    Starting,
    Stopped,
    Swiping,
    TakeCard,
    Told,
    TypeNumber,
    Unfinished,
    Waiting,
    Writing,
)
from shared.visit.unit import CardUnit
from terminal.protocol.panel_board import DISPLAY_COLUMNS

UNSHOWABLE = ord("?")
YEN_SIGN = 0x5C  # JIS X 0201, 5/12; the two places where it differs from ASCII are this and the overline
_BACKSLASH = "\\"
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}

WELCOME = N_("いらっしゃいませ")
INSERT_CARD = N_("カードを おいれください")
LAY_CARD = N_("カードを おいてください")
SWIPE_CARD = N_("カードを とおしてください")
SWIPE_AGAIN = N_("もういちど カードを")
SWIPE_IT = N_("とおしてください")
PLEASE_WAIT = N_("しばらく おまちください")
READING = N_("カードを よんでいます")
WRITING = N_("カードを かきかえています")
THANKS = N_("ありがとうございました")
TAKE_CARD = N_("カードを おとりください")
NEW_MEMBER = N_("ごにゅうかい ありがとう")
BALANCE = N_("ポイント")
DUE = N_("おかいけい")
USE = N_("ポイントりよう")
EARN = N_("こんかい")
KEPT = N_("おあずかり")
POINTS = N_("{points}テン")
_PLEASE = {CardUnit.REWRITER: INSERT_CARD, CardUnit.READER: LAY_CARD, CardUnit.SWIPE: SWIPE_CARD}


def customer_lines(screen: Screen, translate: Translate, columns: int = DISPLAY_COLUMNS) -> tuple[str, str]:
    """Upper and lower line of what the staff's ``screen`` means to the customer, for a display so wide."""
    match screen:
        case Waiting(amount_yen=0):
            return translate(WELCOME), translate(_PLEASE[screen.unit])
        case Waiting(amount_yen=amount_yen):
            return _edges(translate(DUE), "¥" + format_number(amount_yen), columns), translate(_PLEASE[screen.unit])
        case Reading():
            return translate(READING), translate(PLEASE_WAIT)
        case Keying():
            return _keying(screen, translate, columns)
        case Swiping():
            return translate(SWIPE_AGAIN), translate(SWIPE_IT)
        case Writing():
            return translate(WRITING), translate(PLEASE_WAIT)
        case Done():
            upper = TAKE_CARD if screen.take_card else THANKS
            return translate(upper), _balance(screen.balance, translate, columns)
        case OffCardKeying():
            return _off_card(screen, translate, columns)
        case OffCardDone():
            upper = TAKE_CARD if screen.take_card else THANKS
            return translate(upper), _edges(translate(KEPT), _points(screen.earn, translate, sign="+"), columns)
        case Repaired():
            return translate(TAKE_CARD if screen.take_card else PLEASE_WAIT), _balance(
                screen.balance, translate, columns
            )
        case Locked():
            return translate(WELCOME), ""
        case Stopped():
            return translate(TAKE_CARD if screen.take_card else PLEASE_WAIT), ""
        case TakeCard():
            return translate(TAKE_CARD), ""
        case Starting() | Unfinished() | TypeNumber() | ConfirmFace() | Repairing() | ConfirmRepair():
            return translate(PLEASE_WAIT), ""
        case Menu() | Asking() | Choosing() | Confirming() | Told():
            return translate(PLEASE_WAIT), ""
    assert_never(screen)


def display_bytes(line: str, columns: int = DISPLAY_COLUMNS) -> bytes:
    """One display line: half-width, ``columns`` bytes of JIS X 0201, cut or filled with spaces."""
    narrow = _narrow(line)
    return bytes(_jis_x_0201(char) for char in narrow[:columns]).ljust(columns)


def _keying(screen: Keying, translate: Translate, columns: int) -> tuple[str, str]:
    if screen.amount_yen == 0:
        return translate(NEW_MEMBER if screen.new_card else WELCOME), _balance(screen.balance, translate, columns)
    upper = _edges(translate(DUE), "¥" + format_number(screen.due_yen), columns)
    if screen.use_points > 0:
        return upper, _edges(translate(USE), _points(-screen.use_points, translate), columns)
    return upper, _edges(translate(EARN), _points(screen.earn, translate, sign="+"), columns)


def _off_card(screen: OffCardKeying, translate: Translate, columns: int) -> tuple[str, str]:
    """No balance: the card cannot say it, or may not be believed."""
    if screen.amount_yen == 0:
        return translate(WELCOME), ""
    upper = _edges(translate(DUE), "¥" + format_number(screen.amount_yen), columns)
    return upper, _edges(translate(EARN), _points(screen.earn, translate, sign="+"), columns)


def _balance(points: int, translate: Translate, columns: int) -> str:
    return _edges(translate(BALANCE), _points(points, translate), columns)


def _points(points: int, translate: Translate, sign: str = "") -> str:
    return translate(POINTS).format(points=sign + format_number(points))


def _edges(left: str, right: str, columns: int) -> str:
    """Both at their edge of the display; a label is cut before a figure is."""
    left, right = _narrow(left), _narrow(right)
    room = columns - len(right)
    return left[: max(room - 1, 0)].ljust(max(room, 0)) + right


def _narrow(text: str) -> str:
    return to_half_width_kana(text.translate(_TO_KATAKANA))


def _jis_x_0201(char: str) -> int:
    code = ord(char)
    if char in ("¥", "￥"):
        return YEN_SIGN
    if 0x20 <= code <= 0x7D and char != _BACKSLASH:
        return code
    if 0xFF61 <= code <= 0xFF9F:  # half-width katakana and its punctuation
        return code - 0xFF61 + 0xA1
    return UNSHOWABLE
