"""The comparison at the end of a world: stripes, screens, journals and head office must tell one story."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from shared.visit.journal import Commit, How, Intent, OffCard, Reissue
from simulators.world import refunds
from simulators.world.oracle import Violation
from simulators.world.world import World

COUNTED, UNDECIDED, PRINTED = "counted", "undecided", "printed"
_TOLD = "SELECT type, body FROM event WHERE type IN ('INTENT', 'COMMIT', 'OFFCARD', 'REISSUE')"


def audit(world: World) -> list[Violation]:
    """Every way in which the books disagree."""
    journals = _Journals(world)
    states, told = world.office.visit_states(), world.office.told()
    on_stripe = _proven(world, journals, states)
    found = [Violation("I6", f"a stripe held {visit}") for visit in on_stripe if visit not in journals.intents]
    for visit, intent in journals.intents.items():
        state = states.get(visit, "unknown to head office")
        if (state == COUNTED) != (visit in on_stripe):
            where = "held" if visit in on_stripe else "never held"
            found.append(Violation("I6", f"card {intent.card} {where} visit {visit[:8]}, head office says {state}"))
    beside = {str(body["visit"]) for body in told.of("OFFCARD")}
    honoured = {str(body["visit"]) for body in told.of("HONOUR")}
    for terminal, slip in world.oracle.shown:
        visit = journals.visit_of(terminal, slip)
        if states.get(visit) != COUNTED and visit not in beside and visit not in honoured:
            found.append(
                Violation("I1", f"terminal {terminal} showed slip {slip}, head office says {states.get(visit)}")
            )
    return [*found, *_balances(world, journals, on_stripe, honoured), *_streams(world), *_messages(world)]


def _proven(world: World, journals: _Journals, states: dict[str, str]) -> set[str]:
    """Every visit that a stripe held. One whose stripe was lost before anybody read it again, and that nobody was
    shown, proves nothing: head office cannot know."""
    found = set()
    for card in world.oracle.opening:
        visits = [journals.visit_on(track) for track in world.oracle.lineage(card)[1:]]
        for visit, following in zip(visits, [*visits, None][1:], strict=True):
            if visit and not (following == "" and states.get(visit) == UNDECIDED):
                found.add(visit)
    return found


def _balances(world: World, journals: _Journals, on_stripe: set[str], honoured: set[str]) -> Iterator[Violation]:
    """I7: what was on the stripes and promised beside them is in the books, and on the card or on its way to it."""
    balances, coming = world.office.balances(), world.office.coming()
    moved = on_stripe | honoured | _stood_on(world, journals)
    taken = [journals.intents[visit] for visit in sorted(moved) if visit in journals.intents]
    owing = refunds.owed(msgspec.to_builtins(taken))
    for card, opening in world.oracle.opening.items():
        expected = opening + sum(_change(intent) for intent in taken if intent.card == card) - owing.get(card, 0)
        expected += sum(entry.earn for entry in journals.beside.values() if entry.card == card)
        image = world.oracle.image_on(card)
        on_the_way = sum(points for number, points in coming.get(card, {}).items() if number > image.adj)
        booked = balances.get(card, 0)
        if booked == expected and _is_set_back(world, journals, card):
            continue
        if not image.balance + on_the_way == booked == expected:
            detail = f"stripe {image.balance} and {on_the_way} to come, head office {booked}, by hand {expected}"
            yield Violation("I7", f"card {card}: {detail}")


def _stood_on(world: World, journals: _Journals) -> set[str]:
    """Visits of which some terminal found the image on the stripe, for it began another visit there: the points moved,
    whatever became of either."""
    bases = {intent.pre for intent in journals.intents.values()}
    held = {track for card in world.oracle.opening for track in world.oracle.lineage(card)}
    return {journals.visit_on(track) for track in bases & held}


def _is_set_back(world: World, journals: _Journals, card: int) -> bool:
    """Whether staff had an older image written again because the face had never shown the newer one (DECISIONS 35)."""
    tracks = world.oracle.lineage(card)
    places = [(image.gen, image.seq) for image in map(world.oracle.image, tracks)]
    return any(
        after <= before and after[0] == places[-1][0] and journals.visit_on(track) in journals.rolled_forward
        for before, after, track in zip(places, places[1:], tracks[1:], strict=False)
    )


def _change(intent: Intent) -> int:
    return intent.earn - intent.redeem - intent.expired


class _Journals:
    """What all terminals decided, read from their journals by an independent connection."""

    def __init__(self, world: World) -> None:
        self.intents: dict[str, Intent] = {}
        self.beside: dict[str, OffCard] = {}
        self.rolled_forward: set[str] = set()
        self._by_track: dict[str, str] = {}
        self._slips: dict[tuple[int, int], str] = {}
        for counter in world.counters:
            connection = sqlite3.connect(f"file:{counter.path}?mode=ro", uri=True)
            rows = connection.execute(
                "SELECT type, body FROM event WHERE type IN ('INTENT', 'OFFCARD', 'REISSUE', 'COMMIT')"
            )
            for kind, body in rows.fetchall():
                self._take(counter.terminal, kind, body)
            connection.close()

    def _take(self, terminal: int, kind: str, body: bytes) -> None:
        match kind:
            case "INTENT":
                intent = msgspec.json.decode(body, type=Intent)
                self.intents[intent.visit] = intent
                self._by_track[intent.post] = intent.visit
                self._slips[terminal, intent.slip] = intent.visit
            case "OFFCARD":
                entry = msgspec.json.decode(body, type=OffCard)
                self.beside[entry.visit] = entry
                self._slips[terminal, entry.slip] = entry.visit
            case "COMMIT":
                done = msgspec.json.decode(body, type=Commit)
                if done.how is How.ROLLED_FORWARD:
                    self.rolled_forward.add(done.visit)
            case _:
                self._by_track[msgspec.json.decode(body, type=Reissue).track] = ""

    def visit_on(self, track: str) -> str:
        """The visit that left a track; "" for a new generation's first."""
        return self._by_track.get(track, f"unknown {track[:12]}")

    def visit_of(self, terminal: int, slip: int) -> str:
        return self._slips.get((terminal, slip), "")


def _streams(world: World) -> list[Violation]:
    """I11, I17: everything written is stored at head office, without gap, and nothing was put aside."""
    found = [
        Violation("I11", f"stream {stream.hex()}: head {head}, but {count} events")
        for stream, (head, count) in world.office.heads().items()
        if head != count
    ]
    for counter in world.counters:
        unsent = counter.store.unsent() if counter.store is not None else -1
        if unsent:
            found.append(Violation("I17", f"terminal {counter.terminal} still holds {unsent} unsent events"))
    quarantined = world.office.quarantined()
    if quarantined:
        found.append(Violation("I17", f"{quarantined} events in quarantine"))
    return found


def _messages(world: World) -> list[Violation]:
    """A message that head office believes printed was on a face; one that was printed is not printed for ever."""
    proven = {message for message, state in world.office.message_states().items() if state == PRINTED}
    printed: set[int] = set()
    for counter in world.counters:
        connection = sqlite3.connect(f"file:{counter.path}?mode=ro", uri=True)
        for (body,) in connection.execute("SELECT body FROM event WHERE type = 'PRINT'"):
            told = msgspec.json.decode(body)
            printed |= set(told["messages"])
        connection.close()
    found = [
        Violation("message", f"message {message} is proven, but no face ever carried it")
        for message in sorted(printed)
        if not world.faces.was_shown(*world.messages[message])
    ]
    if proven != printed:
        found.append(
            Violation("message", f"head office believes {sorted(proven)}, terminals printed {sorted(printed)}")
        )
    return found
