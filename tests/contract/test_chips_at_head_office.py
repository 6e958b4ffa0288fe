"""Chip cards at head office: an image counts on the chip for which it was made, and on no other."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import func, select

from server.ledger import cases
from server.ledger.models import Entry, SeenImage
from shared.card.codec import Verdict, decode, encode, prev_tag
from shared.sync.messages import Check, CheckReply, Quarantined, RepairReply
from shared.sync.messages import Repair as Asked
from shared.visit.journal import Intent, Reissue, Seen
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    RING,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    refusal,
    visit_id,
)

CHIP, TWIN = "04a1b2c3000001", "04a1b2c3000000"
NO_CHIPS = ("04a1b2", "04A1B2C3000001", "04a1b2c30000011", "04" * 11, "no number", "04a1b2c3\n")


def on_chip(number: int, place: int, uid: str = CHIP, told: str = CHIP) -> Intent:
    """A visit whose images are bound to ``uid``, as a terminal tells it of ``told``."""
    plain = intent(number, place)
    pre, post = (decode(track, RING).image for track in (plain.pre, plain.post))
    assert pre is not None
    assert post is not None
    before = encode(structs.replace(pre, prev=0), RING, uid)
    return replace(plain, pre=before, post=encode(structs.replace(post, prev=prev_tag(before)), RING, uid), uid=told)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    made = bench.terminal()
    made.write(BOOT)
    return made


def points(bench: Bench) -> int:
    with bench.database.reading() as session:
        return session.scalar(select(func.coalesce(func.sum(Entry.points), 0))) or 0


def forged(bench: Bench) -> list[dict[str, object]]:
    with bench.database.reading() as session:
        return [cases.facts_of(case) for case in cases.listed(session) if case.kind == cases.FORGED]


def test_a_visit_of_a_chip_counts(bench: Bench, terminal: Terminal) -> None:
    terminal.write(on_chip(1, 1), commit(1))
    assert terminal.push().quarantined == ()
    assert points(bench) == 10
    assert all_is_well(bench)


@pytest.mark.parametrize(("uid", "told"), [(CHIP, TWIN), (CHIP, ""), ("", CHIP)], ids=["twin", "stripe", "chip"])
def test_images_of_another_chip_are_set_aside(bench: Bench, terminal: Terminal, uid: str, told: str) -> None:
    """Also when the very same images were proven on their own chip a moment ago."""
    terminal.write(on_chip(1, 1, uid, uid), commit(1), on_chip(2, 1, uid, told))
    assert terminal.push().quarantined == (Quarantined(4, "sync.image"),)
    assert points(bench) == 10


@pytest.mark.parametrize("uid", NO_CHIPS)
def test_a_number_that_no_chip_has_is_set_aside_in_every_event(bench: Bench, terminal: Terminal, uid: str) -> None:
    seen = on_chip(1, 1)
    terminal.write(on_chip(1, 1, told=uid), Seen(seen.pre, "", uid), Reissue(visit_id(9), CARD, 1, seen.pre, uid))
    reply = terminal.push()
    assert reply.quarantined == tuple(Quarantined(seq, "sync.field") for seq in (2, 3, 4))
    assert (reply.acked_seq, points(bench), bench.count(SeenImage)) == (4, 0, 0)


def test_a_copy_that_was_refused_at_a_counter_is_a_case_that_names_its_chip(bench: Bench, terminal: Terminal) -> None:
    track = on_chip(1, 1).pre
    terminal.write(Seen(track, "card.forged", TWIN), Seen(track, "", CHIP))
    assert terminal.push().quarantined == ()
    assert forged(bench) == [{"track": track, "uid": TWIN}]
    assert bench.count(SeenImage) == 1


# --- asked while the card lies there ---------------------------------------------------------------------------------


def check(terminal: Terminal, track: str, uid: str) -> str:
    return msgspec.json.decode(terminal.send("/v1/check", Check(track, uid)).data, type=CheckReply).code


def test_a_card_is_known_on_its_own_chip_only(bench: Bench, terminal: Terminal) -> None:
    visit = on_chip(1, 1)
    terminal.write(visit, commit(1))
    terminal.push()
    assert check(terminal, visit.post, CHIP) == ""
    assert check(terminal, visit.post, TWIN) == check(terminal, visit.post, "") == "card.forged"
    assert len(forged(bench)) == 1


@pytest.mark.parametrize("uid", NO_CHIPS)
def test_a_number_that_no_chip_has_is_no_question(terminal: Terminal, uid: str) -> None:
    answer = terminal.send("/v1/check", Check("L" * 69, uid))
    assert (answer.status_code, refusal(answer).code) == (400, "sync.malformed")
    answer = terminal.send("/v1/repair", Asked(visit_id(50), CARD, "card.torn", uid))
    assert (answer.status_code, refusal(answer).code) == (400, "sync.malformed")


def test_a_repair_is_for_one_chip(bench: Bench, terminal: Terminal) -> None:
    terminal.write(on_chip(1, 1), commit(1))
    terminal.push()
    asked = Asked(visit_id(50), CARD, "card.torn", CHIP)
    reply = msgspec.json.decode(terminal.send("/v1/repair", asked).data, type=RepairReply)
    assert decode(reply.track, RING, CHIP).verdict is Verdict.OK
    assert decode(reply.track, RING).verdict is Verdict.FORGED
    again = msgspec.json.decode(terminal.send("/v1/repair", asked).data, type=RepairReply)
    assert again == reply
    for uid in (TWIN, ""):
        answer = terminal.send("/v1/repair", Asked(visit_id(50), CARD, "card.torn", uid))
        assert refusal(answer).code == "sync.field"
    told = Reissue(visit_id(50), CARD, reply.gen, reply.track, CHIP)
    terminal.write(replace(told, uid=TWIN), told)
    assert terminal.push().quarantined == (Quarantined(4, "sync.image"),)
    assert check(terminal, reply.track, CHIP) == ""
    assert all_is_well(bench)
