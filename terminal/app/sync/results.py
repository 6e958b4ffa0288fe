"""What a round of sync found: values that the loop applies to the store between visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.card.mac import KeyRing
from shared.errors import Fact
from shared.sync.messages import KeyPackage, Pull, Quarantined


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Head office holds ``stream`` up to event ``acked``, its backup up to ``durable`` (0: not told)."""

    stream: bytes
    acked: int
    durable: int
    quarantined: tuple[Quarantined, ...] = ()  # stored there, but not booked; a matter for head office
    wait_s: int = 0  # head office asks for this pause before the next round


@dataclass(frozen=True, slots=True)
class PageArrived:
    """A page of the feed. ``skipped``: entries left out because this software does not know them. ``anew``: head office
    does not keep what we had, so this is the first page of a new reading.
    """

    pull: Pull
    skipped: int = 0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole members file beside the journal, and what opens it. ``base``: which one it supplements."""

    id: str
    base: str
    feed_epoch: int
    upto: int  # the feed's number of the newest item in it
    members: int
    size: int  # bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RosterArrived:
    """A members file was fetched and looked into. ``forgotten``: cards of members whom the files in force still know
    and this one does not."""

    roster: Roster
    forgotten: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """Something did not work. Where it stops only one stream, more results follow."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    wait_s: int = 0  # Retry-After


@dataclass(frozen=True, slots=True)
class Synced:
    """The round came to its end: all is known here that head office has to tell."""


@dataclass(frozen=True, slots=True)
class OfficeNote:
    """What head office said of itself and of us: kept, so that a terminal starts with it while nobody answers."""

    server_epoch: int
    verdict: str  # shared.sync.messages.Verdict
    kid: int  # under which cards are written
    keys: tuple[KeyPackage, ...]


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Head office says something new in its hello. ``ring``: the keys of ``note``, opened."""

    note: OfficeNote
    ring: KeyRing


SyncResult = Acknowledged | PageArrived | RosterArrived | Failed | Synced | Welcomed
