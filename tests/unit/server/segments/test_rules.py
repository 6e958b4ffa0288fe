"""Rules as JSON: whatever comes is a rule or is refused; spans of days at the edges of months and years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.segments import periods
from server.segments.rules import CONDITIONS_MAX, DEPTH_MAX, All, Is, Not, Period, Rule, decode, encode
from shared.errors import EnishiError

ONE = Is("visits", "between", low=1)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_arbitrary_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(EnishiError) as raised:
        decode(data)
    assert raised.value.code.startswith("segment.")


def test_a_rule_has_only_so_many_conditions_and_groups() -> None:
    assert decode(encode(All(tuple([ONE] * CONDITIONS_MAX)))) == All(tuple([ONE] * CONDITIONS_MAX))
    deep: Rule = ONE
    for _ in range(DEPTH_MAX + 1):
        deep = Not(deep)
    for wrong in (encode(deep), b'{"kind":"not","rule":' * 900, b"[" * 20_000):
        with pytest.raises(EnishiError):
            decode(wrong)


@pytest.mark.parametrize(
    ("period", "today", "wanted"),
    [
        (Period("last_days", 1), "2026-11-18", ("2026-11-18", "2026-11-18")),
        (Period("last_days", 30), "2026-03-01", ("2026-01-31", "2026-03-01")),
        (Period("next_days", 30), "2026-12-15", ("2026-12-15", "2027-01-14")),
        (Period("this_month"), "2028-02-10", ("2028-02-01", "2028-02-29")),
        (Period("last_month"), "2027-01-31", ("2026-12-01", "2026-12-31")),
        (Period("month_last_year"), "2028-02-29", ("2027-02-01", "2027-02-28")),
        (Period("this_year"), "2026-12-31", ("2026-01-01", "2026-12-31")),
        (Period("last_year"), "2026-01-01", ("2025-01-01", "2025-12-31")),
        (Period("between", 0, "", "2026-01-31"), "2026-11-18", ("0001-01-01", "2026-01-31")),
        (Period(), "2026-11-18", ("0001-01-01", "9999-12-31")),
    ],
)
def test_a_span_goes_along_with_today(period: Period, today: str, wanted: tuple[str, str]) -> None:
    assert periods.span(period, date.fromisoformat(today)) == wanted


@pytest.mark.parametrize(
    "period",
    [
        Period("never"), Period("last_days"), Period("between"), Period("between", 0, "2026-02-30", ""),
        Period("between", 0, "2026-02-02", "2026-02-01"),
    ],
)  # fmt: skip
def test_a_span_that_cannot_be_is_refused(period: Period) -> None:
    with pytest.raises(EnishiError) as raised:
        periods.check(period)
    assert raised.value.code == "segment.period"
