"""What hands can do to a card on the table: wear it out, erase it, tear its record, copy it, forge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import structs

from shared.card.codec import encode
from shared.card.mac import KEY_BYTES, KeyRing
from shared.locale import N_
from simulators import card_reading
from simulators.bench.table import Table
from simulators.bench.tray import TrayCard
from simulators.ic_card.record import encode_chip
from simulators.identity import felica_master

FORGED_POINTS = 900  # more than there were


def copy(table: Table, card: TrayCard) -> TrayCard:
    """A second card with the same record, as a copier makes it. Raises TrayFull."""
    return table.add("copy", card.number, card.name, card.plastic.copy())


def wear(_table: Table, card: TrayCard) -> None:
    """Read errors from now on, everywhere."""
    card_reading.wear(card.plastic)


def wipe(_table: Table, card: TrayCard) -> None:
    """It lay on a magnet."""
    card_reading.wipe(card.plastic)


def tear(_table: Table, card: TrayCard) -> None:
    """A write that began and never ended."""
    card_reading.tear(card.plastic)


def forge(table: Table, card: TrayCard) -> None:
    """More points, signed with a key that is not ours; a card that is no card of ours stays as it is."""
    plastic, seen = card.plastic, card_reading.seen(card.plastic)
    image = seen.decoded(table.ring).image
    if image is None:
        return
    first, second, third = image.lots
    richer = structs.replace(image, lots=(structs.replace(first, points=first.points + FORGED_POINTS), second, third))
    false = KeyRing(table.ring.tenant, table.ring.current, {table.ring.current: b"?" * KEY_BYTES})
    track = encode(richer, false, seen.uid)
    if plastic.chip is None:
        plastic.track = track
    else:
        encode_chip(plastic.chip, track, felica_master(table.ring))


DEEDS: Mapping[str, Callable[[Table, TrayCard], object]] = {
    "copy": copy,
    "wear": wear,
    "wipe": wipe,
    "tear": tear,
    "forge": forge,
}
NAMES = (  # as the page offers them
    ("copy", N_("写しを作る")),
    ("wear", N_("すり減らす")),
    ("wipe", N_("磁気を消す")),
    ("tear", N_("記録を途中で切る")),
    ("forge", N_("偽造する")),
)
