"""What is wrong with a value, said by the name of its field and never by the value."""

from __future__ import annotations

import msgspec
import pytest

from server.api.book_shapes import PointsIn
from server.api.problems import OTHER, STATUS, TITLES, of_fields, problem, unfit
from server.api.shapes import MemberNew
from shared.errors import TEXTS, Refused
from shared.locale import japanese


@pytest.mark.parametrize(
    ("body", "shape", "code", "field"),
    [
        (b'{"points":1,"why":"x","secret":2}', PointsIn, "api.field_unknown", "secret"),
        (b'{"points":"hush"}', PointsIn, "api.field", "points"),
        (b'{"points":1}', PointsIn, "api.field", "why"),
        (b'{"store":"1","may":{"mail":"hush"}}', MemberNew, "api.field", "may.mail"),
        (b'{"store":"1","may":{"fax":true}}', MemberNew, "api.field_unknown", "may.fax"),
        (b"[]", PointsIn, "api.field", "body"),
    ],
)
def test_the_field_is_named_and_what_stands_in_it_is_not(
    body: bytes, shape: type[msgspec.Struct], code: str, field: str
) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=shape)
    error = unfit(str(caught.value))
    assert (error.code, error.facts["field"]) == (code, field)
    assert "hush" not in str(error)


def test_every_status_belongs_to_a_code_and_has_a_title() -> None:
    assert set(STATUS) <= set(TEXTS)
    assert {*STATUS.values(), OTHER} <= set(TITLES)


def test_a_problem_has_a_permanent_name_and_two_sentences() -> None:
    told = problem(Refused("api.throttled", {"seconds": 7}), japanese)
    assert (told.type, told.status, told.code) == ("urn:enishi:problem:api.throttled", 429, "api.throttled")
    assert "7 秒" in told.detail
    assert problem(Refused("input.email"), japanese).status == OTHER
    assert problem(Refused("input.email"), japanese, 503).status == 503


def test_several_fields_are_told_together() -> None:
    told = of_fields({"email": Refused("input.email"), "store": Refused("input.store_unknown")}, japanese)
    assert [(one.field, one.code) for one in told.errors] == [
        ("email", "input.email"),
        ("store", "input.store_unknown"),
    ]
