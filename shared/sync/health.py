"""How a terminal is, as it says with every hello. Whoever says it keeps to the limits: health must cost no hello."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

DEVICES_MAX = 16  # twice as many as there are roles
WORD_CHARS = 20  # a role, a model
CODE_CHARS = 60  # of shared.errors; the longest has 40
IDENTITY_CHARS = 60  # model and firmware, as a device spells them
COUNT_MAX = (1 << 53) - 1  # JSON readers agree on integers up to here
WELL = "ok"  # of a mirror

Word = Annotated[str, Meta(max_length=WORD_CHARS)]
Code = Annotated[str, Meta(max_length=CODE_CHARS)]
Count = Annotated[int, Meta(ge=0, le=COUNT_MAX)]


class DeviceHealth(Struct, frozen=True, omit_defaults=True):
    """``code``: what is wrong with it, "" = nothing. ``identity``: model and firmware, "" = it has not told."""

    role: Word
    model: Word
    code: Code = ""
    identity: Annotated[str, Meta(max_length=IDENTITY_CHARS)] = ""


class Health(Struct, frozen=True, omit_defaults=True):
    """The counts only rise, for as long as the journal lives: whoever reads them remembers where a part was changed.

    ``rewrites``: cards that the unit wrote and read back equal. ``prints``: faces that came out. ``mirror``: of the
    journal; "" = it has none, ``WELL``, or what is wrong with it.
    """

    rewrites: Count = 0
    prints: Count | UnsetType = UNSET  # not said: the unit prints no faces, or has not answered yet
    devices: Annotated[tuple[DeviceHealth, ...], Meta(max_length=DEVICES_MAX)] = ()
    free_mb: Count | UnsetType = UNSET  # of the journal's disk
    mirror: Code = ""
    training: bool = False


def cut(text: str, limit: int) -> str:
    """What a device or a driver said, as it may be told: printable, and not longer than ``limit``."""
    return "".join(sign for sign in text if sign.isprintable())[:limit]
