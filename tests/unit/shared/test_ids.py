"""Check digits catch what fingers do wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.ids import (
    CardNo,
    MemberNo,
    VisitId,
    VisitNames,
    check_digit,
    format_card_no,
    format_member_no,
    is_valid,
    make_card_no,
    make_member_no,
    parse_card_no,
    parse_member_no,
    visit_tag,
)

digit_strings = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(("digits", "check"), [("572", 4), ("", 0), ("0", 0), ("1", 3), ("43881234567", 9)])
def test_the_damm_digit_of_known_numbers(digits, check):
    assert check_digit(digits) == check
    assert is_valid(digits + str(check))


@given(digit_strings, st.data())
def test_one_wrong_digit_is_always_noticed(digits, data):
    valid = digits + str(check_digit(digits))
    place = data.draw(st.integers(0, len(valid) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != valid[place]]))
    assert not is_valid(valid[:place] + wrong + valid[place + 1 :])


@given(digit_strings, st.data())
def test_two_swapped_neighbours_are_always_noticed(digits, data):
    valid = digits + str(check_digit(digits))
    place = data.draw(st.integers(0, len(valid) - 2))
    first, second = valid[place : place + 2]
    if first != second:
        assert not is_valid(valid[:place] + second + first + valid[place + 2 :])


@pytest.mark.parametrize("text", ["", "12a4", "１２３４", "-1", "٣"])
def test_what_is_no_row_of_ascii_digits_is_not_valid(text):
    assert not is_valid(text)


@given(st.integers(0, 999_999_999))
def test_a_card_number_is_read_back_from_its_printed_form(serial):
    card = make_card_no(serial)
    assert card // 10 == serial
    assert parse_card_no(format_card_no(card)) == card


@given(st.integers(0, 9_999_999))
def test_a_member_number_is_read_back_from_its_printed_form(serial):
    member = make_member_no(serial)
    assert parse_member_no(format_member_no(member)) == member


def test_numbers_are_printed_in_groups():
    assert format_card_no(CardNo(1234567894)) == "1234-567-894"
    assert format_card_no(CardNo(0)) == "0000-000-000"
    assert format_member_no(MemberNo(12345)) == "0001-2345"


@pytest.mark.parametrize(
    "text", ["1234567894", "1234-567-894", " 1234 567 894 ", "１２３４－５６７－８９４", "1234ー567ー894"]
)
def test_width_blanks_and_hyphens_do_not_matter(text):
    assert parse_card_no(text) == 1234567894


@pytest.mark.parametrize(
    "text", ["", "123456789", "12345678941", "1234567890", "12345x7894", "\ud800" * 10, "1" * 99_999]
)
def test_a_wrong_number_is_refused_by_name_and_can_be_logged(text):
    with pytest.raises(EnishiError, match=r"input\.card_no") as caught:
        parse_card_no(text)
    str(caught.value).encode("utf-8")
    with pytest.raises(EnishiError, match=r"input\.member_no"):
        parse_member_no(text)


@given(st.text(max_size=60) | st.text("0123456789０１２３ -ー", max_size=14))
def test_any_text_is_a_number_or_refused_by_name(text):
    for parse, code in ((parse_card_no, "input.card_no"), (parse_member_no, "input.member_no")):
        try:
            assert is_valid(f"{parse(text):08d}")
        except EnishiError as error:
            if error.code != code:
                raise


@pytest.mark.parametrize("serial", [-1, 1_000_000_000])
def test_a_serial_that_does_not_fit_is_refused(serial):
    with pytest.raises(EnishiError, match=r"input\.serial_out_of_range"):
        make_card_no(serial)


def test_the_card_carries_the_first_26_bits_of_a_visit():
    assert visit_tag(VisitId("ffffffff" + "0" * 24)) == (1 << 26) - 1
    assert visit_tag(VisitId("0000003f" + "f" * 24)) == 0
    assert visit_tag(VisitId("00000040" + "0" * 24)) == 1


def test_the_visits_of_a_boot_follow_each_other_and_no_two_are_alike():
    streams = [terminal.to_bytes(2, "big") + boot.to_bytes(8, "big") for terminal in (1, 2) for boot in (1, 99)]
    visits = [[VisitNames(stream).name(number) for number in range(1, 200)] for stream in streams]
    assert len({visit for boot in visits for visit in boot}) == 4 * 199
    for boot in visits:
        assert all(len(visit) == 32 and int(visit, 16) >= 0 for visit in boot)
        tags = [visit_tag(visit) for visit in boot]
        assert [(tag - tags[0]) % (1 << 26) for tag in tags] == list(range(199))
    assert len({visit_tag(boot[0]) for boot in visits}) == 4


def test_the_tags_of_a_boot_begin_anew_behind_the_last():
    names = VisitNames(bytes(10))
    tags = [visit_tag(names.name(number)) for number in ((1 << 26) - 1, 1 << 26, (1 << 26) + 1)]
    assert (tags[1] - tags[0]) % (1 << 26) == (tags[2] - tags[1]) % (1 << 26) == 1
