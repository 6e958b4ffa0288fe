"""Nothing of the books depends on the order in which journals arrive, in what pieces, or how often."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.cards.models import Card
from shared.visit.journal import Body, Seen
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    OTHER_CARD,
    Bench,
    abort,
    all_is_well,
    commit,
    intent,
    track,
    visit_id,
)


def history(dice: Random) -> list[list[Body]]:
    """Journals of four boots: visits of two cards, committed, aborted, in doubt or left open; evidence anywhere."""
    journals: list[list[Body]] = [[], [], [], []]
    number = 0
    for card in (CARD, OTHER_CARD):
        base = track(card, 1, 0)
        for seq in range(1, 6):
            written = []
            for branch in ("", "b") if dice.random() < 0.3 else ("",):
                number += 1
                home = dice.randrange(4)
                earn = dice.randrange(1, 50)
                lots = ((36 + seq % 3, earn),)
                visit = intent(number, seq, card, branch, pre=base, earn=earn, lots=lots)
                journals[home].append(visit)
                written.append(visit.post)
                later = dice.choice([commit, commit, abort, None, None])
                if later is not None:
                    journals[dice.choice([home, dice.randrange(4)])].append(later(number))
                if dice.random() < 0.2:
                    journals[dice.randrange(4)].append(Seen(visit.post, "card.stale"))
            base = dice.choice(written)
    return journals


def deliver(bench: Bench, journals: Sequence[Sequence[Body]], dice: Random) -> dict[str, object]:
    """Push every journal piece by piece in an order of the dice's; the books at the end, which must be sound."""
    first, second = bench.terminal(12, "1"), bench.terminal(13, "2")
    boots = [first, first.boot(2), second, second.boot(2)]
    for boot, bodies in zip(boots, journals, strict=True):
        boot.write(BOOT, *bodies)
    sent = [0] * len(boots)
    while open_boots := [place for place, boot in enumerate(boots) if sent[place] < len(boot.events)]:
        place = dice.choice(open_boots)
        upto = dice.randint(sent[place] + 1, len(boots[place].events))
        boots[place].push(dice.randint(1, sent[place] + 1), upto)
        sent[place] = upto
    assert all_is_well(bench)
    books = bench.books()
    with bench.database.reading() as session:
        cards = select(Card.number, Card.gen, Card.seq, Card.hash).order_by(Card.number)
        books["cards"] = [tuple(row) for row in session.execute(cards)]
    return books


def compare(offices: Offices, seed: int) -> None:
    """Two head offices hear the same journals in different orders."""
    journals = history(Random(seed))
    with offices() as one, offices() as another:
        first = deliver(one, journals, Random(seed + 1))
        second = deliver(another, list(journals), Random(seed + 2))
    assert first == second
    assert first["states"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_every_order_of_arrival_gives_the_same_books(sqlite_offices: Offices, seed: int) -> None:
    compare(sqlite_offices, seed)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_every_order_of_arrival_gives_the_same_books_on_postgresql(postgres_offices: Offices, seed: int) -> None:
    compare(postgres_offices, seed)


BROKEN = (b'{"visit":"\xff"}', b'{"visit":"a","x":' + b"[" * 5_000, b'{"visit":' + b"9" * 5_000)
bodies_of_any_kind = st.tuples(
    st.sampled_from(["INTENT", "COMMIT", "SEEN", "PRINT", "EJECT", "NEW"]),
    st.binary(max_size=60) | st.sampled_from(BROKEN),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(bodies_of_any_kind))
@example(bodies=[("EJECT", body) for body in BROKEN])
def test_no_body_whatever_stops_a_push(offices: Offices, bodies: list[tuple[str, bytes]]) -> None:
    with offices() as bench:
        terminal = bench.terminal()
        for kind, body in bodies:
            terminal.write_raw(kind, body)
        terminal.write(intent(1, 1), commit(1))
        assert terminal.push().acked_seq == len(bodies) + 2
        assert bench.books()["states"][visit_id(1)] == "counted"
