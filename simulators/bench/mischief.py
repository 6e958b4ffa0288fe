"""What hands can do to a card on the table: wear it out, erase it, tear its record, copy it, forge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.card.codec import decode, encode
from shared.card.mac import KEY_BYTES, KeyRing
from shared.locale import N_
from simulators.bench.table import Table
from simulators.bench.tray import TrayCard

FORGED_POINTS = 900  # more than there were


def copy(table: Table, card: TrayCard) -> TrayCard:
    """A second card with the same stripe, as a copier makes it. Raises TrayFull."""
    return table.add("copy", card.number, card.name, card.plastic.copy())


def wear(_table: Table, card: TrayCard) -> None:
    """Read errors from now on, everywhere."""
    card.plastic.is_worn = True


def wipe(_table: Table, card: TrayCard) -> None:
    """It lay on a magnet."""
    card.plastic.track, card.plastic.torn = None, False


def tear(_table: Table, card: TrayCard) -> None:
    """A write that began and never ended."""
    card.plastic.begin_pass()


def forge(table: Table, card: TrayCard) -> None:
    """More points, signed with a key that is not ours; a card that is no card of ours stays as it is."""
    image = decode(card.plastic.track or "", table.ring).image
    if image is None:
        return
    first, second, third = image.lots
    richer = replace(image, lots=(replace(first, points=first.points + FORGED_POINTS), second, third))
    false = KeyRing(table.ring.tenant, table.ring.current, {table.ring.current: b"?" * KEY_BYTES})
    card.plastic.track = encode(richer, false)


DEEDS: Mapping[str, Callable[[Table, TrayCard], object]] = {
    "copy": copy,
    "wear": wear,
    "wipe": wipe,
    "tear": tear,
    "forge": forge,
}
NAMES = (  # as the page offers them
    ("insert", N_("入れる")),
    ("copy", N_("写しを作る")),
    ("wear", N_("すり減らす")),
    ("wipe", N_("磁気を消す")),
    ("tear", N_("記録を途中で切る")),
    ("forge", N_("偽造する")),
)
