"""Head office's word while a card is inside: a check grants nothing, a repair makes one new generation."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import func, select

from server.access.scope import ALL
from server.cards import settling
from server.ledger import cases, grants
from server.ledger.models import Entry, Repair, Ruling, SeenImage
from server.reconcile import service as reconcile
from server.terminals import service as terminals
from shared.card.codec import decode, encode, prev_tag
from shared.card.image import CardFlag, CardImage
from shared.card.mac import KeyRing
from shared.sync.messages import AdjustmentItem, CardHighWaterItem, RepairReply
from shared.sync.messages import Repair as Asked
from shared.visit.journal import OffCard, Reissue, Seen
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    RING,
    START_MS,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    refusal,
    track,
    visit_id,
    written,
)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    """It has told of two visits."""
    made = bench.terminal()
    made.write(BOOT, intent(1, 1), commit(1), intent(2, 2), commit(2))
    made.push()
    return made


def image_of(card: str) -> CardImage:
    image = decode(card, RING).image
    assert image is not None
    return image


def balance(bench: Bench) -> int:
    with bench.database.reading() as session:
        return session.scalar(select(func.coalesce(func.sum(Entry.points), 0))) or 0


def repaired(terminal: Terminal, request: int = 50) -> RepairReply:
    answer = terminal.repair(request)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return msgspec.json.decode(answer.data, type=RepairReply)


# --- check -----------------------------------------------------------------------------------------------------------


def test_the_newest_image_is_as_known_and_leaves_no_trace(bench: Bench, terminal: Terminal) -> None:
    assert terminal.check(track(CARD, 1, 2)).code == ""
    assert bench.count(SeenImage) == 0


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (track(CARD, 1, 1), "card.stale"),
        (track(CARD, 1, 2, "copy"), "card.held"),  # and from now on the other one, too
        (track(CARD, 0, 2), "card.old_generation"),
        ("P0012345678".ljust(69, "0"), "card.foreign"),
        (track(CARD, 1, 2)[:40], "card.foreign"),
        (track(CARD, 1, 2)[:40] + " " + track(CARD, 1, 2)[41:], "card.torn"),
        (track(CARD, 1, 3), ""),  # ahead of what head office was told
        (track(OTHER_CARD, 1, 1), ""),  # a card that nobody told of
    ],
    ids=["stale", "copy", "old", "foreign", "short", "torn", "ahead", "unknown"],
)
def test_every_other_image_gets_the_word_that_fits(terminal: Terminal, card: str, code: str) -> None:
    assert terminal.check(card).code == code


def test_a_forged_image_and_one_under_a_key_that_never_was_are_cases(bench: Bench, terminal: Terminal) -> None:
    genuine = track(CARD, 1, 2)
    strange = encode(image_of(genuine), KeyRing(7, 9, {9: bytes(32)}))
    assert terminal.check(genuine[:-1] + ("A" if genuine[-1] != "A" else "B")).code == "card.forged"
    assert terminal.check(strange).code == "card.unknown_key"
    with bench.database.reading() as session:
        assert [case.kind for case in cases.listed(session)] == [cases.FORGED] * 2


def test_a_check_changes_no_points(bench: Bench, terminal: Terminal) -> None:
    for card in (track(CARD, 1, 1), track(CARD, 1, 2), track(CARD, 1, 2)):
        terminal.check(card)
    assert balance(bench) == 20
    assert all_is_well(bench)


def test_a_card_seen_without_a_visit_that_is_open_settles_it_weakly(bench: Bench, terminal: Terminal) -> None:
    terminal.write(intent(3, 3))
    terminal.push()
    assert terminal.check(track(CARD, 1, 2)).code == ""
    assert bench.books()["states"][visit_id(3)] == "aborted"
    assert bench.count(Ruling) == 1
    terminal.write(commit(3))
    terminal.push()
    assert bench.books()["states"][visit_id(3)] == "counted"
    assert all_is_well(bench)


def test_a_visit_told_after_its_base_was_seen_is_not_settled_by_that(bench: Bench, terminal: Terminal) -> None:
    terminal.check(track(CARD, 1, 2))
    terminal.write(intent(3, 3))
    terminal.push()
    assert bench.books()["states"][visit_id(3)] == "undecided"


def test_the_answer_brings_what_is_on_its_way_to_the_card(terminal: Terminal) -> None:
    terminal.write(OffCard(visit_id(9), CARD, "card.stale", 3000, 30, ((40, 30),), 9, 1, DAY))
    terminal.push()
    reply = terminal.check(track(CARD, 1, 2))
    assert [(one.number, one.lots) for one in reply.adjustments] == [(65, ((40, 30),))]
    had = written(track(CARD, 1, 2), ((40, 30),), number=65)
    assert terminal.check(had).adjustments == ()


def test_a_card_that_was_stopped_or_is_in_question_is_not_served(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        settling.stop(session, CARD, START_MS)
    assert terminal.check(track(CARD, 1, 2)).code == "card.locked"
    with bench.database.transaction() as session:
        settling.allow(session, CARD, START_MS)
    assert terminal.check(track(CARD, 1, 2)).code == ""
    terminal.write(intent(4, 2, branch="copy"), commit(4))
    terminal.push()
    for card in (track(CARD, 1, 2), track(CARD, 1, 2, "copy")):
        assert terminal.check(card).code == "card.held"


def test_an_untold_image_by_a_stopped_terminal_is_held(bench: Bench, terminal: Terminal) -> None:
    thief = bench.terminal(14)
    with bench.database.transaction() as session:
        row = terminals.find(session, 14, ALL)
        assert row is not None
        terminals.revoke(session, row, START_MS)
    rich = encode(structs.replace(image_of(track(CARD, 1, 3)), writer=14), RING)
    assert thief.number == 14
    assert terminal.check(rich).code == "card.held"
    assert terminal.check(encode(structs.replace(image_of(track(CARD, 1, 3)), writer=999), RING)).code == "card.held"


# --- repair ----------------------------------------------------------------------------------------------------------


def test_a_repair_is_the_books_on_a_fresh_stripe(bench: Bench, terminal: Terminal) -> None:
    reply = repaired(terminal)
    image = image_of(reply.track)
    assert (reply.card, reply.gen, reply.balance) == (CARD, 9, 20)
    assert (image.gen, image.seq, image.balance, image.adj) == (9, 0, 20, 0)
    assert image.prev == prev_tag(track(CARD, 1, 2))
    assert image.flags == CardFlag.REPAIRED
    assert balance(bench) == 20


def test_the_same_request_gets_the_same_answer(bench: Bench, terminal: Terminal) -> None:
    first = repaired(terminal)
    terminal.write(intent(3, 3), commit(3))
    terminal.push()
    assert repaired(terminal) == first
    assert bench.count(Repair) == 1
    assert repaired(terminal, 51).gen == 10
    assert refusal(terminal.repair(50, OTHER_CARD)).code == "sync.field"


def test_a_generation_begins_when_a_terminal_says_that_it_writes_it(bench: Bench, terminal: Terminal) -> None:
    reply = repaired(terminal)
    newest = [entry.item for entry in terminal.pull().items if isinstance(entry.item, CardHighWaterItem)]
    assert [item.gen for item in newest] == [1]
    terminal.write(Reissue(visit_id(50), CARD, reply.gen, reply.track))
    terminal.write(intent(3, 1, pre=reply.track, gen=reply.gen), commit(3))
    terminal.push()
    newest = [entry.item for entry in terminal.pull().items if isinstance(entry.item, CardHighWaterItem)]
    assert [(item.gen, item.seq) for item in newest] == [(9, 1)]
    assert terminal.check(track(CARD, 1, 2)).code == "card.old_generation"
    assert balance(bench) == 30
    assert all_is_well(bench)


def test_a_late_visit_of_the_old_stripe_follows_as_an_adjustment(bench: Bench, terminal: Terminal) -> None:
    other = bench.terminal(13, "2")
    other.write(intent(3, 3), commit(3))  # not told yet
    reply = repaired(terminal)
    terminal.write(Reissue(visit_id(50), CARD, reply.gen, reply.track))
    terminal.push()
    other.push()
    assert balance(bench) == 30
    items = [entry.item for entry in terminal.pull().items if isinstance(entry.item, AdjustmentItem)]
    assert [item.lots for item in items] == [((36, 10),)]
    assert all_is_well(bench)


def test_a_repaired_card_that_was_read_counts_though_nobody_told_of_its_writing(
    bench: Bench, terminal: Terminal
) -> None:
    reply = repaired(terminal)
    terminal.write(intent(3, 1, pre=reply.track, gen=reply.gen), commit(3))
    terminal.push()
    assert balance(bench) == 30
    assert {kind for (_, kind, _) in bench.books()["entries"]} == {"EARN"}
    with bench.database.reading() as session:
        assert cases.listed(session) == []


def test_a_later_image_proves_a_generation_that_nobody_told_of(bench: Bench, terminal: Terminal) -> None:
    """The terminal that wrote it is gone; a late visit of the old stripe is owed all the same."""
    other = bench.terminal(13, "2")
    other.write(intent(3, 3), commit(3))  # not told yet
    reply = repaired(terminal)
    other.write(Seen(intent(4, 1, pre=reply.track, gen=reply.gen).post, ""))
    other.push()
    assert balance(bench) == 40
    items = [entry.item for entry in other.pull().items if isinstance(entry.item, AdjustmentItem)]
    assert [item.lots for item in items] == [((36, 10),)]
    assert all_is_well(bench)


def test_what_is_on_its_way_is_on_the_new_stripe_and_not_sent_twice(bench: Bench, terminal: Terminal) -> None:
    terminal.write(OffCard(visit_id(9), CARD, "card.torn", 3000, 30, ((40, 30),), 9, 1, DAY))
    terminal.push()
    reply = repaired(terminal)
    assert (reply.balance, image_of(reply.track).adj) == (50, 65)
    terminal.write(Reissue(visit_id(50), CARD, reply.gen, reply.track))
    terminal.push()
    assert terminal.check(reply.track).adjustments == ()
    assert all_is_well(bench)


def test_more_lots_than_a_card_holds_are_joined_in_the_holders_favour_and_in_the_books(
    bench: Bench, terminal: Terminal
) -> None:
    for number, month in enumerate((37, 39, 41), 10):
        terminal.write(OffCard(visit_id(number), CARD, "card.torn", 500, 5, ((month, 5),), number, 1, DAY))
    terminal.push()
    reply = repaired(terminal)
    held = {lot.month: lot.points for lot in image_of(reply.track).lots}
    assert held == {36: 20, 37: 5, 41: 10}
    terminal.write(Reissue(visit_id(50), CARD, reply.gen, reply.track))
    terminal.push()
    with bench.database.reading() as session:
        sums = select(Entry.month, func.sum(Entry.points)).group_by(Entry.month)
        assert {month: points for month, points in session.execute(sums) if points} == held
    assert all_is_well(bench)


def test_a_debt_leaves_an_empty_card_and_is_asked_for_later(bench: Bench, terminal: Terminal) -> None:
    spent = intent(3, 3, earn=0, redeem=20, lots=((36, -20),))
    terminal.write(spent, commit(3))
    terminal.push()
    with bench.database.transaction() as session:
        grants.give(session, CARD, ((36, -15),), 1, "訂正", START_MS)
        settling.settle(session, [CARD], START_MS)
    reply = repaired(terminal)
    assert reply.balance == 0
    terminal.write(Reissue(visit_id(50), CARD, reply.gen, reply.track))
    terminal.push()
    items = [entry.item for entry in terminal.pull().items if isinstance(entry.item, AdjustmentItem)]
    assert [item.lots for item in items][-1] == ((36, -15),)
    assert balance(bench) == -15


def test_cards_that_may_not_be_made_anew_are_refused(bench: Bench, terminal: Terminal) -> None:
    assert refusal(terminal.repair(50, OTHER_CARD)).code == "input.card_unknown"
    assert refusal(terminal.repair(50, 1234567890)).code == "sync.field"
    assert refusal(terminal.send("/v1/repair", Asked("Z" * 32, CARD, ""))).code == "sync.field"
    for request in range(60, 65):
        repaired(terminal, request)
    assert refusal(terminal.repair(65)).code == "card.worn_out"
    with bench.database.transaction() as session:
        settling.stop(session, CARD, START_MS)
    assert refusal(terminal.repair(66)).code == "card.locked"


def test_a_card_in_question_is_made_anew_only_after_a_person_has_looked(bench: Bench, terminal: Terminal) -> None:
    terminal.write(intent(4, 2, branch="copy"), commit(4))
    terminal.push()
    assert refusal(terminal.repair(50)).code == "card.held"
    with bench.database.transaction() as session:
        (case,) = cases.listed(session)
        reconcile.answer(session, case, reconcile.SEEN, 1, "本人を確かめた", START_MS)
    assert repaired(terminal).balance == 30
