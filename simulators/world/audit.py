"""The comparison at the end of a world: stripes, screens, journals and head office must tell one story."""

from __future__ import annotations

import sqlite3

import msgspec

from shared.visit.journal import Intent
from simulators.world.oracle import Violation
from simulators.world.world import World

COUNTED, PRINTED = "counted", "printed"


def audit(world: World) -> list[Violation]:
    """Every way in which the books disagree."""
    found: list[Violation] = []
    intents = _intents(world)
    states = world.office.visit_states()
    on_stripe = _visits_on_stripes(world, intents)
    for visit, intent in intents.items():
        state = states.get(visit, "unknown to head office")
        if (state == COUNTED) != (visit in on_stripe):
            where = "held" if visit in on_stripe else "never held"
            found.append(Violation("I6", f"card {intent.card} {where} visit {visit[:8]}, head office says {state}"))
    for terminal, slip in world.oracle.shown:
        visit = _visit_of(world, terminal, slip)
        if states.get(visit) != COUNTED:
            found.append(
                Violation("I1", f"terminal {terminal} showed slip {slip}, head office says {states.get(visit)}")
            )
    balances = world.office.balances()
    for card in world.oracle.opening:
        expected = world.oracle.opening[card] + sum(
            _change(intents[visit]) for visit in on_stripe if intents[visit].card == card
        )
        on_card, booked = world.oracle.balance_on(card), balances.get(card, 0)
        if not on_card == booked == expected:
            found.append(Violation("I7", f"card {card}: stripe {on_card}, head office {booked}, by hand {expected}"))
    found += _streams(world) + _messages(world)
    return found


def _change(intent: Intent) -> int:
    return intent.earn - intent.redeem - intent.expired


def _intents(world: World) -> dict[str, Intent]:
    """Every decision of every terminal, read from the journals by an independent connection."""
    decode = msgspec.json.Decoder(Intent).decode
    found: dict[str, Intent] = {}
    for counter in world.counters:
        connection = sqlite3.connect(f"file:{counter.path}?mode=ro", uri=True)
        for (body,) in connection.execute("SELECT body FROM event WHERE type = 'INTENT'"):
            intent = decode(body)
            found[intent.visit] = intent
        connection.close()
    return found


def _visits_on_stripes(world: World, intents: dict[str, Intent]) -> set[str]:
    by_track = {intent.post: visit for visit, intent in intents.items()}
    tracks = (track for card in world.oracle.opening for track in world.oracle.lineage(card)[1:])
    return {by_track.get(track, f"unknown {track[:12]}") for track in tracks}


def _visit_of(world: World, terminal: int, slip: int) -> str:
    counter = next(one for one in world.counters if one.terminal == terminal)
    connection = sqlite3.connect(f"file:{counter.path}?mode=ro", uri=True)
    row = connection.execute("SELECT visit FROM visit WHERE slip = ?", (slip,)).fetchone()
    connection.close()
    return row[0] if row else ""


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
