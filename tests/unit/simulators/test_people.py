"""The invented town."""

import re
from datetime import date
from random import Random

import pytest

from simulators.people import AGE_MIN_YEARS, make_people

TODAY = date(2026, 11, 21)


def test_the_same_dice_give_the_same_people() -> None:
    assert make_people(Random(4), 50, TODAY) == make_people(Random(4), 50, TODAY)
    assert make_people(Random(4), 50, TODAY) != make_people(Random(5), 50, TODAY)


def test_nobody_shares_a_name_or_a_telephone() -> None:
    people = make_people(Random(1), 500, TODAY)
    assert len({person.name for person in people}) == 500
    assert len({person.phone for person in people}) == 500


def test_every_telephone_number_lies_in_a_block_that_belongs_to_nobody() -> None:
    for person in make_people(Random(2), 200, TODAY):
        assert re.fullmatch(r"(090|03)-0000-\d{4}", person.phone)


def test_everybody_is_of_age_and_has_a_reading_in_full_width_katakana() -> None:
    for person in make_people(Random(3), 200, TODAY):
        assert (TODAY - person.birthday).days >= AGE_MIN_YEARS * 365
        assert re.fullmatch(r"[ァ-ヶー]+", person.family_kana + person.given_kana)
        assert re.fullmatch(r"\d{7}", person.postal_code)
        assert person.street.startswith(tuple("駅本緑川東西若新"))


def test_a_town_cannot_have_more_people_than_names() -> None:
    with pytest.raises(ValueError, match="no more than"):
        make_people(Random(1), 10_000, TODAY)
