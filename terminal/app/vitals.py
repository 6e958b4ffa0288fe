"""How this terminal is, for head office: gathered when sync says hello, in sync's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import UNSET

from shared.sync.health import (
    CODE_CHARS,
    COUNT_MAX,
    DEVICES_MAX,
    IDENTITY_CHARS,
    WELL,
    WORD_CHARS,
    DeviceHealth,
    Health,
    cut,
)
from terminal.app.condition import Condition
from terminal.app.kiosk.stage import Status
from terminal.app.store.disk import free_bytes

MIRROR = "store.mirror"  # with what its troubles begin


class Worn(Protocol):
    """What is needed of the journal."""

    def worn(self) -> tuple[int, int]: ...


class Vitals:
    """``status``: what stands around the counter's screen now. ``journal``: its file, whose disk may fill."""

    def __init__(
        self,
        conditions: Sequence[Condition],
        worn: Worn,
        journal: Path,
        has_mirror: bool,
        status: Callable[[], Status],
    ) -> None:
        self._conditions = tuple(conditions)[:DEVICES_MAX]
        self._worn = worn
        self._folder = journal.parent
        self._has_mirror = has_mirror
        self._status = status

    def told(self) -> Health:
        """Within the limits of the message, whatever a device says of itself. Raises ``store.*``."""
        rewrites, prints = self._worn.worn()
        status = self._status()
        troubles = [notice.code for notice in status.troubles if notice.code.startswith(MIRROR)]
        mirror = (troubles or [WELL])[0] if self._has_mirror else ""
        prints_faces = any(condition.has_face for condition in self._conditions)
        return Health(
            rewrites=min(rewrites, COUNT_MAX),
            prints=min(prints, COUNT_MAX) if prints_faces else UNSET,
            devices=tuple(map(device_health, self._conditions)),
            free_mb=free_bytes(self._folder) >> 20,
            mirror=cut(mirror, CODE_CHARS),
            training=status.is_training,
        )


def device_health(condition: Condition) -> DeviceHealth:
    """One device as it is told."""
    code, _ = condition.finding
    return DeviceHealth(
        cut(condition.role.value, WORD_CHARS),
        cut(condition.model, WORD_CHARS),
        cut(code, CODE_CHARS),
        cut(condition.identity, IDENTITY_CHARS),
    )
