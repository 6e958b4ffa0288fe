"""Every generated rule means the same people to the columnar copy as to a slow reading of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from server.access.scope import ALL, Scope
from server.segments import copying, service
from server.segments.rules import Rule, decode, encode
from tests.contract import segment_dice
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import START_MS, Bench
from tests.contract.segment_oracle import Oracle
from tests.contract.segment_shop import TODAY, Shop

MEMBERS = 20_000
RULES = 220
SCOPES = (ALL, ALL, Scope(frozenset({"2"})), Scope(frozenset({"1", "3"})), Scope(frozenset()))
Asked = tuple[Rule, Scope]


def questions() -> list[Asked]:
    """Each field alone at least once, then trees."""
    dice = Random(20261118)
    alone = [segment_dice.condition(dice, name) for name in segment_dice.FIELDS if name != "segment"]
    trees = [segment_dice.rule(dice) for _ in range(RULES - len(alone))]
    return [(rule, dice.choice(SCOPES)) for rule in (*alone, *trees)]


@pytest.fixture(scope="module")
def answers() -> dict[int, set[int]]:
    """Worked out once; both databases hold the same rows."""
    return {}


@pytest.fixture
def office(offices: Offices) -> Iterator[Bench]:
    with offices() as bench:
        with bench.database.transaction() as session:
            Shop(MEMBERS).furnish(session)
        yield bench


def test_every_rule_means_the_people_whom_the_rows_name(office: Bench, answers: dict[int, set[int]]) -> None:
    with office.database.reading() as session:
        oracle = None if answers else Oracle(session, TODAY)
        empty = 0
        for place, (rule, scope) in enumerate(questions()):
            if oracle is not None:
                answers[place] = oracle.who(rule, scope.stores)
            service.check(session, rule)
            people = service.members(session, rule, scope, START_MS, 0, MEMBERS)
            assert {person.number for person in people} == answers[place], rule
            assert decode(encode(rule)) == rule
            counted = service.count(session, rule, scope, START_MS)
            assert counted.members == len(answers[place])
            empty += not answers[place]
        assert empty < RULES / 2
        assert not copying.differences(session)
