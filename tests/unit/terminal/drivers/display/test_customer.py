"""The customer display: what each screen means to the customer, and what it never shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import make_card_no, make_member_no
from shared.locale import japanese
from shared.text.kana import to_half_width_kana
from shared.units import POINTS_MAX, YEN_MAX
from shared.visit.facts import Member
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
    MenuItem,
    Notice,
    OffCardDone,
    OffCardKeying,
    Option,
    Reading,
    Repaired,
    Repairing,
    Screen,
    Starting,
    Stopped,
    TakeCard,
    Told,
    TypeNumber,
    Unfinished,
    Waiting,
    Writing,
)
from terminal.drivers.display.customer import UNSHOWABLE, customer_lines, display_bytes

CARD = make_card_no(123_456_789)
MEMBER = Member(
    make_member_no(1), "縁 花子", kana="エニシ ハナコ", rank="金", memo="くどい説明を嫌う", birthday="04-01"
)


def keying(**changed: object) -> Keying:
    """The amount screen of a member with 12,480 points."""
    fields: dict[str, object] = {
        "card": CARD, "member": MEMBER, "new_card": False, "balance": 12_480, "expiring_points": 300,
        "expiring_month": 30, "days_since_last": 12, "field": "amount", "amount_yen": 0, "use_points": 0, "earn": 0,
        "due_yen": 0, "balance_after": 12_480, "messages": ("誕生日おめでとう",), "notices": (Notice("card.stale"),),
    }  # fmt: skip
    return Keying(**{**fields, **changed})


def test_nothing_of_a_call_reaches_the_customer() -> None:
    shown = customer_lines(Told(None, "電話の着信", (("お名前", "縁 花子"), ("電話番号", "090-1234-5678"))), japanese)
    chosen = customer_lines(Choosing("電話の着信", (Option("縁 花子", "090-1234-5678"),)), japanese)
    assert shown == chosen == customer_lines(Choosing("", ()), japanese)
    assert customer_lines(Waiting(enrols="09012345678"), japanese) == customer_lines(Waiting(), japanese)


def done(take_card: bool) -> Done:
    """Nineteen points given on a balance of 12,480."""
    return Done("縁 花子", 12_499, 19, 0, 1_980, 42, "printed", False, take_card)


SHOWN: list[tuple[Screen, str, str]] = [
    (Starting(), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Waiting(), "ｲﾗｯｼｬｲﾏｾ", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ"),
    (Reading(), "ｶｰﾄﾞｦ ﾖﾝﾃﾞｲﾏｽ", "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ"),
    (keying(), "ｲﾗｯｼｬｲﾏｾ", "ﾎﾟｲﾝﾄ       12,480ﾃﾝ"),
    (keying(new_card=True, balance=0, member=None), "ｺﾞﾆｭｳｶｲ ｱﾘｶﾞﾄｳ", "ﾎﾟｲﾝﾄ            0ﾃﾝ"),
    (keying(amount_yen=1_980, due_yen=1_980, earn=19), "ｵｶｲｹｲ         ¥1,980", "ｺﾝｶｲ           +19ﾃﾝ"),
    (keying(amount_yen=1_980, due_yen=1_480, earn=14, use_points=500), "ｵｶｲｹｲ         ¥1,480", "ﾎﾟｲﾝﾄﾘﾖｳ      -500ﾃﾝ"),
    (Writing(), "ｶｰﾄﾞｦ ｶｷｶｴﾃｲﾏｽ", "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ"),
    (done(take_card=False), "ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｼﾀ", "ﾎﾟｲﾝﾄ       12,499ﾃﾝ"),
    (done(take_card=True), "ｶｰﾄﾞｦ ｵﾄﾘｸﾀﾞｻｲ", "ﾎﾟｲﾝﾄ       12,499ﾃﾝ"),
    (Stopped("card.forged", {"card": CARD}), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Stopped("card.forged", {"card": CARD}, take_card=True), "ｶｰﾄﾞｦ ｵﾄﾘｸﾀﾞｻｲ", ""),
    (TakeCard(), "ｶｰﾄﾞｦ ｵﾄﾘｸﾀﾞｻｲ", ""),
    (Unfinished(CARD, 1_980, 19, 0, 1), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (TypeNumber("12", wrong=False), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (ConfirmFace(CARD, 12_480, "2026-04-01"), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (OffCardKeying(CARD, MEMBER, Notice("card.stale"), 0, 0, False), "ｲﾗｯｼｬｲﾏｾ", ""),
    (
        OffCardKeying(CARD, MEMBER, Notice("card.stale"), 1_980, 19, False),
        "ｵｶｲｹｲ         ¥1,980",
        "ｺﾝｶｲ           +19ﾃﾝ",
    ),
    (
        OffCardDone("縁 花子", CARD, 19, 1_980, 42, Notice("card.stale"), False),
        "ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｼﾀ",
        "ｵｱｽﾞｶﾘ         +19ﾃﾝ",
    ),
    (
        OffCardDone("縁 花子", CARD, 99_999, 1_980, 42, Notice("card.stale"), True),
        "ｶｰﾄﾞｦ ｵﾄﾘｸﾀﾞｻｲ",
        "ｵｱｽﾞｶﾘ     +99,999ﾃﾝ",
    ),
    (Repairing(CARD), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (ConfirmRepair(CARD, MEMBER, 12_480), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Repaired("縁 花子", CARD, 12_480, "printing", False), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", "ﾎﾟｲﾝﾄ       12,480ﾃﾝ"),
    (Repaired("縁 花子", CARD, 12_480, "printed", True), "ｶｰﾄﾞｦ ｵﾄﾘｸﾀﾞｻｲ", "ﾎﾟｲﾝﾄ       12,480ﾃﾝ"),
    (Locked(10), "ｲﾗｯｼｬｲﾏｾ", ""),
    (Waiting(12_480), "ｵｶｲｹｲ        ¥12,480", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ"),
    (Waiting(replaces=CARD), "ｲﾗｯｼｬｲﾏｾ", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ"),
    (Menu("メニュー", (MenuItem("1", "入会", "user-plus"),)), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Asking("入会", "phone", "09012345678"), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Asking("担当者の暗証番号", "pin", "1234"), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Choosing("カードを忘れた方", (Option("縁 花子", "エニシ ハナコ"),)), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Confirming("カードを止めますか", "止めます。", (("お名前", "縁 花子"),)), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
    (Told(None, "今日の数字", (("差引売上", "98,765円"),)), "ｼﾊﾞﾗｸ ｵﾏﾁｸﾀﾞｻｲ", ""),
]  # fmt: skip


def english(text: str) -> str:
    """A stand-in for the English catalogue."""
    return {"ポイント": "Points", "{points}テン": "{points}", "おかいけい": "To pay"}.get(text, "Please wait")


def read(line: bytes) -> str:
    """JIS X 0201, read by the codec of the standard library."""
    return line.decode("shift_jis").replace("\\", "¥")


@pytest.mark.parametrize(("screen", "upper", "lower"), SHOWN)
def test_each_screen_shows_two_lines_of_twenty_columns(screen: Screen, upper: str, lower: str) -> None:
    lines = [display_bytes(line) for line in customer_lines(screen, japanese)]
    assert [read(line).rstrip() for line in lines] == [upper, lower]
    assert [len(line) for line in lines] == [20, 20]
    assert not any(UNSHOWABLE in line for line in lines)


@pytest.mark.parametrize(("screen", "upper", "lower"), SHOWN)
def test_nothing_is_cut_off_and_nothing_private_is_shown(screen: Screen, upper: str, lower: str) -> None:
    lines = [to_half_width_kana(line) for line in customer_lines(screen, japanese)]
    assert max(map(len, lines)) <= 20
    for secret in ("縁", "花子", "ﾊﾅｺ", "金", "くどい", str(CARD), "card.", "090", "1234", "98,765"):
        assert not any(secret in line for line in lines)


def test_the_language_is_the_translators() -> None:
    assert customer_lines(keying(amount_yen=1, due_yen=1, earn=0), english)[0] == "To pay            ¥1"
    assert customer_lines(done(take_card=False), english)[1] == "Points        12,499"


@given(st.integers(0, YEN_MAX), st.integers(1, POINTS_MAX), st.integers(0, 8 * POINTS_MAX))
def test_a_figure_is_never_cut(yen: int, points: int, balance: int) -> None:
    upper, lower = customer_lines(keying(amount_yen=max(yen, 1), due_yen=yen, use_points=points), japanese)
    assert display_bytes(upper).endswith(f"\\{yen:,}".encode())
    assert display_bytes(lower).endswith(f"-{points:,}".encode() + b"\xc3\xdd")
    assert display_bytes(customer_lines(keying(balance=balance), japanese)[1]).endswith(
        f" {balance:,}".encode() + b"\xc3\xdd"
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("縁A", b"?A"),
        ("¥1", b"\\1"),
        ("\\", b"?"),
        ("～‾", b"??"),
        ("ガ。", b"\xb6\xde\xa1"),
        ("ＡＢ", b"AB"),
        ("x" * 30, b"x" * 20),
        ("\x00\x1b", b"??"),
    ],
)
def test_what_the_display_does_not_know_becomes_a_question_mark(line: str, shown: bytes) -> None:
    assert display_bytes(line).rstrip() == shown


@given(st.text(max_size=40))
def test_any_line_is_twenty_showable_bytes(line: str) -> None:
    shown = display_bytes(line)
    assert len(shown) == 20
    assert all(0x20 <= byte < 0x7E or 0xA1 <= byte <= 0xDF for byte in shown)
