"""Where a page ended, as a text that callers hand back and do not read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from shared.errors import EnishiError
from shared.sync.messages import NUMBER_MAX, UNREADABLE


def encode(*place: int | str) -> str:
    return msgspec.json.encode(place).hex()


def decode(text: str, *kinds: type) -> tuple[Any, ...]:
    """``()`` for none. Raises ``api.cursor``."""
    if not text:
        return ()
    try:
        place = msgspec.json.decode(bytes.fromhex(text), type=list[int | str])
    except (*UNREADABLE, ValueError) as error:
        raise EnishiError("api.cursor") from error
    if [type(value) for value in place] != list(kinds) or not all(map(_fits, place)):
        raise EnishiError("api.cursor")
    return tuple(place)


def cut(found: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """The page, and whether more follows. ``found``: one more than a page, if there is one."""
    return found[:limit], len(found) > limit


def _fits(value: int | str) -> bool:
    """Whether a column can be compared with it."""
    return abs(value) <= NUMBER_MAX if isinstance(value, int) else "\0" not in value


def stream(text: str) -> bytes:
    """A journal's name within a place. Raises ``api.cursor``."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise EnishiError("api.cursor") from error
