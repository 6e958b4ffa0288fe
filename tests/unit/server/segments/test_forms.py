"""A form of rows and the rule it says: there and back without loss, and every button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.segments import fields, forms, rules
from server.segments.fields import FIELDS
from server.segments.forms import ROWS_MAX, Form, Group, Row
from server.segments.rules import All, Any, Is, Not, Period, Rule, Window
from shared.errors import EnishiError
from tests.contract import segment_dice


def typed(form: Form) -> Mapping[str, Sequence[str]]:
    """What a browser would send of it."""
    sent: dict[str, Sequence[str]] = {"join": [form.join]}
    for place, group in enumerate(form.groups):
        sent[f"g{place}-join"] = [group.join]
        for number, row in enumerate(group.rows):
            prefix = f"g{place}r{number}-"
            sent |= {prefix + name: [value] for name, value in row.typed.items()}
            sent |= {prefix + name: list(values) for name, values in row.chosen.items() if values}
            sent |= {prefix + "field": [row.field], prefix + "op": [row.op]}
            sent |= {prefix + "not": ["1"]} if row.negated else {}
    return sent


@pytest.mark.parametrize("seed", range(150))
def test_a_condition_survives_its_form(seed: int) -> None:
    dice = Random(seed)
    made = [Not(one) if dice.random() < 0.3 else one for one in conditions(dice, 3)]
    for rule in (made[0], All(tuple(made)), Any(tuple(made)), Any((All(tuple(made[:2])), made[2]))):
        form = forms.form_of(rule, {})
        assert form is not None
        assert forms.rule_of(forms.read(typed(form)), {}) == rule


def conditions(dice: Random, count: int) -> list[Is]:
    names = [name for name, field in FIELDS.items() if name != "segment" and name != "birthday_within"]
    return [segment_dice.condition(dice, dice.choice(names)) for _ in range(count)]


def test_groups_within_groups_have_no_form() -> None:
    one = Is("visits", "between", low=1)
    assert forms.form_of(All((Any((one, All((one, one)))), one)), {}) is None
    assert forms.form_of(Not(All((one, one))), {}) is None
    assert forms.form_of(All(), {}) is None


def test_buttons_add_and_drop_rows_and_groups() -> None:
    form = forms.changed(Form(), "add-0")
    assert [len(group.rows) for group in form.groups] == [2]
    form = forms.changed(form, "group")
    assert [len(group.rows) for group in form.groups] == [2, 1]
    form = forms.changed(forms.changed(form, "drop-0-1"), "drop-1-0")
    assert form.groups == (Group(),)
    assert forms.changed(form, "drop-0-0") == Form()
    for nonsense in ("", "drop-9-9", "add-", "add-x", "drop-0", "fly"):
        assert forms.changed(form, nonsense) == form


def test_a_form_has_only_so_many_rows() -> None:
    full = Form(groups=(Group(rows=tuple(Row() for _ in range(ROWS_MAX))),))
    with pytest.raises(EnishiError) as raised:
        forms.changed(full, "add-0")
    assert raised.value.code == "segment.form_rows"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"field": ["sales"], "low": ["１，０００円"]}, Is("sales", "between", low=1_000)),
        ({"field": ["name"], "op": ["is"], "text": ["佐藤、 鈴木,田中"]}, Is("name", "is", ("佐藤", "鈴木", "田中"))),
        (
            {"field": ["visits"], "low": ["1"], "start": ["２２：００"], "until": ["2:00"]},
            Is("visits", "between", low=1, window=Window(start=1_320, until=120)),
        ),
        (
            {"field": ["joined"], "op": ["in"], "period": ["between"], "first": ["R8.1.2"]},
            Is("joined", "in", window=Window(Period("between", 0, "2026-01-02", ""))),
        ),
    ],
)
def test_what_people_type_is_understood(told: Mapping[str, Sequence[str]], wanted: Rule) -> None:
    form = forms.read({f"g0r0-{name}": values for name, values in told.items()})
    assert forms.rule_of(form, {}) == wanted


NAMES = sorted(
    {"join", "do", "g0-join", *(f"g0r0-{name}" for name in ("field", "op", "not", "low", "values", "period"))}
)


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=20), max_size=3)))
def test_whatever_is_sent_is_a_rule_or_is_refused_in_words(sent: Mapping[str, Sequence[str]]) -> None:
    assert outcome(sent).startswith(("rule", "segment.", "input."))


def outcome(sent: Mapping[str, Sequence[str]]) -> str:
    try:
        rule = forms.rule_of(forms.read(sent), {})
        for one in rules.conditions(rule):
            fields.check(one, {})
    except EnishiError as error:
        return error.code
    return "rule"
