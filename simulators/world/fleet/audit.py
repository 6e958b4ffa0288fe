"""The comparison at the end of a fleet's weeks: plastic, screens and head office must tell one story."""

from __future__ import annotations

from simulators.world import refunds
from simulators.world.fleet.fleet import Fleet
from simulators.world.oracle import Violation


def audit(fleet: Fleet) -> list[Violation]:
    """Every way in which the books disagree."""
    office, oracle = fleet.office, fleet.oracle
    office.settle_alarms()
    posted = office.derive_again()
    found = [Violation("I8", f"deriving everything again posted {posted} entries")] if posted else []
    told, balances, granted = office.told(), office.balances(), office.granted()
    twice, copied = oracle.forked(told)
    flagged, waiting = office.doubted()
    found += [Violation("I5", f"card {card}: two writes on one place, nobody was told") for card in twice - flagged]
    found += [Violation("I4", f"card {card} is called copied, and is not") for card in flagged - copied]
    truth, beside = oracle.truth(told), granted.keys() | told.beside()
    for card, points in truth.items():
        expected = points + granted.get(card, 0)
        if card in copied or card in waiting or card in oracle.set_back:
            continue
        if card in oracle.adopted and card in beside:
            continue  # nobody can tell which of it the card carried into its generation
        if balances.get(card, 0) != expected:
            found.append(Violation("I1/I2", f"card {card}: books {balances.get(card, 0)}, by hand {expected}"))
        found += _on_the_card(fleet, card, balances.get(card, 0))
    found += [Violation("books", line) for line in office.red()]
    heads = office.heads()
    found += [Violation("I11", f"stream {stream.hex()}") for stream, (head, count) in heads.items() if head != count]
    found += [Violation("I17", f"{office.quarantined()} events in quarantine")] if office.quarantined() else []
    if not fleet.counts["roll_back"]:  # a till whose disk was put back has forgotten what it refunded
        committed = {body["visit"] for body in told.of("COMMIT")}
        done = [body for body in told.of("INTENT") if body["visit"] in committed]
        found += [Violation("refund", line) for line in refunds.impossible(done)]
    return found


def _on_the_card(fleet: Fleet, number: int, booked: int) -> list[Violation]:
    """I7: after visits with head office at hand the card shows what the books say."""
    (card,) = (one for one in fleet.oracle.plastics if one.number == number and not one.is_copy)
    if card.torn:
        return [Violation("I7", f"card {number} is still unreadable")]
    on_card = fleet.oracle.image(card.track).balance
    if on_card == max(booked, 0):
        return []
    return [Violation("I7", f"card {number}: stripe {on_card}, head office {booked}")]
