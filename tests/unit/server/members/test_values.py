"""The application form: every width and kana is taken, and what is wrong is said by field."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.members.values import Person, katakana, keys, read_application
from shared.errors import TEXTS
from shared.ids import make_card_no
from shared.text.kana import search_key

TODAY = date(2026, 11, 21)
CARD = make_card_no(123)


def test_any_width_and_kana_becomes_one_form() -> None:
    application = read_application(
        {
            "family_name": "　高橋 ",
            "given_name": "美智子",
            "family_kana": "たかはし",
            "given_kana": "ﾐﾁｺ",
            "phone": "０９０ー１２３４ー５６７８",
            "postal_code": "〒１５０－００４３",
            "birthday": "昭和40年2月3日",
            "card": f"{CARD:010d}".translate(str.maketrans("0123456789", "０１２３４５６７８９")),
            "prefecture": "東京都",
        },
        TODAY,
    )
    assert application.errors == {}
    assert application.card == CARD
    assert application.person == Person(
        "高橋", "美智子", "タカハシ", "ミチコ", "09012345678", "1500043", "東京都", "", "", "1965-02-03", ""
    )


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"family_name": " "}, "family_name", "input.name_missing"),
        ({"family_name": "あ" * 41}, "family_name", "input.too_long"),
        ({"phone": "12"}, "phone", "input.phone"),
        ({"postal_code": "12"}, "postal_code", "input.postal_code"),
        ({"birthday": "きのう"}, "birthday", "input.date"),
        ({"birthday": "2026/11/22"}, "birthday", "input.birthday_to_come"),
        ({"card": "1234567890"}, "card", "input.card_no"),
    ],
)
def test_what_is_wrong_is_said_by_field(typed: dict[str, str], field: str, code: str) -> None:
    application = read_application({"family_name": "高橋", **typed}, TODAY)
    assert {name: refused.code for name, refused in application.errors.items()} == {field: code}
    assert code in TEXTS


def test_a_name_alone_is_enough() -> None:
    application = read_application({"family_name": "García Márquez"}, TODAY)
    assert application.errors == {}
    assert application.person == Person("García Márquez")
    assert application.card is None


def test_kana_of_every_kind_become_katakana_and_the_rest_stays() -> None:
    assert katakana("たかはしﾀｶﾊｼA高") == "タカハシタカハシA高"


def test_a_member_is_found_by_any_spelling_of_name_kana_telephone_and_number() -> None:
    found_by, sorted_by = keys(13, Person("髙橋", "美智子", "タカハシ", "ミチコ", "09012345678"))
    for query in ("高橋美智子", "たかはし", "ﾀｶﾊｼ", "090-1234", "5678", "0000-0013"):
        assert search_key(query) in found_by
    assert sorted_by == search_key("タカハシミチコ")


@given(st.dictionaries(st.sampled_from([*Person.__dataclass_fields__, "card", "other"]), st.text(max_size=300)))
def test_no_form_whatever_raises(typed: dict[str, str]) -> None:
    application = read_application(typed, TODAY)
    assert all(refused.code in TEXTS for refused in application.errors.values())
    for name in Person.__dataclass_fields__:
        assert len(getattr(application.person, name)) <= 200
