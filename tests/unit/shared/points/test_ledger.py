"""What counts depends on the set of facts, never on the order in which they came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.points.ledger import Derived, VisitFact, derive


def image(name: str) -> bytes:
    return name.encode().ljust(32, b"\0")


def fact(visit: str, base: str, post: str, seq: int = 1, gen: int = 1) -> VisitFact:
    return VisitFact(visit, gen, seq, image(base), image(post))


def derived(visits, committed=(), aborted=(), seen=()) -> Derived:
    return derive({one.visit: one for one in visits}, committed, aborted, [image(name) for name in seen])


A = fact("a", "0", "A", 1)
B = fact("b", "A", "B", 2)
C = fact("c", "B", "C", 3)
RIVAL = fact("r", "0", "R", 1)  # stands on the same base as A
OTHER_LINE = fact("o", "0", "O", 1, gen=2)  # same base, but a new generation


@pytest.mark.parametrize(
    ("facts", "counted", "aborted", "undecided"),
    [
        ({"visits": []}, "", "", ""),
        ({"visits": [A]}, "", "", "a"),
        ({"visits": [A], "committed": "a"}, "a", "", ""),
        ({"visits": [A], "aborted": "a"}, "", "a", ""),
        ({"visits": [A], "committed": "a", "aborted": "a"}, "a", "", ""),  # commit dominates abort
        ({"visits": [A], "seen": ["A"]}, "a", "", ""),
        ({"visits": [A], "seen": ["0"]}, "", "", "a"),  # the base alone proves nothing
        ({"visits": [A], "aborted": "a", "seen": ["A"]}, "a", "", ""),  # the card proved the abort wrong
        ({"visits": [A, B], "committed": "b"}, "ab", "", ""),  # b stands on what a wrote
        ({"visits": [A, B, C], "committed": "c"}, "abc", "", ""),  # and so on down the chain
        ({"visits": [A, B, C], "seen": ["C"]}, "abc", "", ""),
        ({"visits": [A, B, C], "committed": "a"}, "a", "", "bc"),
        ({"visits": [A, RIVAL], "committed": "r"}, "r", "a", ""),  # the card went the other way
        ({"visits": [A, B, RIVAL], "committed": "b"}, "ab", "r", ""),
        ({"visits": [A, RIVAL], "committed": "ar"}, "ar", "", ""),  # a fork: both goods left the shop
        ({"visits": [A, OTHER_LINE], "committed": "o"}, "o", "", "a"),
        ({"visits": [A], "committed": "ax", "aborted": "y"}, "a", "", ""),  # news of visits not yet known
    ],
)
def test_evidence_decides_each_visit(facts, counted, aborted, undecided):
    assert derived(**facts) == Derived(frozenset(counted), frozenset(aborted), frozenset(undecided))


visit_facts = st.lists(
    st.builds(
        fact,
        visit=st.sampled_from("abcdefgh"),
        base=st.sampled_from("0123"),
        post=st.sampled_from("123456"),
        seq=st.integers(1, 3),
        gen=st.integers(1, 2),
    ),
    unique_by=lambda one: one.visit,
)
some_visits = st.lists(st.sampled_from("abcdefgh"), unique=True)
some_images = st.lists(st.sampled_from("0123456"), unique=True)


@given(visit_facts, some_visits, some_visits, some_images, st.randoms(use_true_random=False))
def test_arrival_order_and_repetition_change_nothing(visits, committed, aborted, seen, dice):
    expected = derived(visits, committed, aborted, seen)
    again = [list(some) for some in (visits, committed * 2, aborted * 2, seen * 2)]
    for some in again:
        dice.shuffle(some)
    assert derived(*again) == expected


@given(visit_facts, some_visits, some_visits, some_images)
def test_every_visit_is_decided_at_most_once_and_commits_always_count(visits, committed, aborted, seen):
    result = derived(visits, committed, aborted, seen)
    names = sorted(one.visit for one in visits)
    assert sorted([*result.counted, *result.aborted, *result.undecided]) == names
    assert {visit for visit in committed if visit in names} <= result.counted


@given(visit_facts, some_visits, some_visits, some_images, st.sampled_from("abcdefgh"))
def test_more_evidence_never_takes_back_a_counted_visit(visits, committed, aborted, seen, news):
    before = derived(visits, committed, aborted, seen)
    after = derived(visits, [*committed, news], aborted, [*seen, news])
    assert before.counted <= after.counted
