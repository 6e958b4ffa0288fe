"""What a round of sync found: values that the loop applies to the store between visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import Fact
from shared.sync.messages import Pull, Quarantined


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
    """A page of the feed. ``skipped``: entries left out because this software does not know them."""

    pull: Pull
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """Something did not work. Where it stops only one stream, more results follow."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    wait_s: int = 0  # Retry-After


SyncResult = Acknowledged | PageArrived | Failed
