"""The number that a chip bears from its maker: hexadecimal text in lower case; empty for a stripe, which bears none."""

from __future__ import annotations

import re

from shared.errors import EnishiError

UID_BYTES_MIN, UID_BYTES_MAX = 4, 10  # ISO 14443-3, single and triple size; a FeliCa IDm has 8
UID_PATTERN = rf"\A(?:(?:[0-9a-f]{{2}}){{{UID_BYTES_MIN},{UID_BYTES_MAX}}})?\Z"

_UID = re.compile(UID_PATTERN)


def is_uid(uid: str) -> bool:
    """Whether it is a chip's number, or empty."""
    return not uid or _UID.fullmatch(uid) is not None


def uid_bytes(uid: str) -> bytes:
    """Nothing for a stripe. Raises ``card.uid``."""
    if not is_uid(uid):
        raise EnishiError("card.uid", value=uid[: 2 * UID_BYTES_MAX])
    return bytes.fromhex(uid)
