"""Messages packed with gzip: the same bytes for the same text, and never unfolded beyond a limit."""

from __future__ import annotations

import zlib

GZIP_LEVEL = 6
_GZIP = zlib.MAX_WBITS | 16  # with a gzip head; one that we write says no time


class Unfoldable(ValueError):
    """Not one whole gzip member."""


def fold(text: bytes) -> bytes:
    """``text`` as one gzip member."""
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(text) + packer.flush()


def unfold(packed: bytes, limit: int) -> bytes:
    """What is in it; stopped one byte beyond ``limit`` while it unfolds. Raises Unfoldable."""
    unfolding = zlib.decompressobj(_GZIP)
    try:
        text = unfolding.decompress(packed, limit + 1)
    except zlib.error as damaged:
        raise Unfoldable(str(damaged)) from damaged
    if len(text) <= limit and (not unfolding.eof or unfolding.unused_data):
        raise Unfoldable("not one member")
    return text
