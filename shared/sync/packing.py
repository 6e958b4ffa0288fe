"""Messages packed with gzip: the same bytes for the same text, and never unfolded beyond a limit."""

from __future__ import annotations

from typing import cast

from isal import isal_zlib

GZIP_LEVEL = 3  # ISA-L's highest: a sixteenth larger than zlib's 6, in a sixth of its time
_GZIP = isal_zlib.MAX_WBITS | 16  # with a gzip head; one that we write says no time
_Damaged = cast(type[Exception], isal_zlib.error)  # its types call it an exception, not a class of them


class Unfoldable(ValueError):
    """Not one whole gzip member."""


def fold(text: bytes) -> bytes:
    """``text`` as one gzip member."""
    packer = isal_zlib.compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP)
    return packer.compress(text) + packer.flush()


def unfold(packed: bytes, limit: int) -> bytes:
    """What is in it; stopped one byte beyond ``limit`` while it unfolds. Raises Unfoldable."""
    unfolding = isal_zlib.decompressobj(_GZIP)
    try:
        text = unfolding.decompress(packed, limit + 1)
    except _Damaged as damaged:
        raise Unfoldable(str(damaged)) from damaged
    if len(text) <= limit and (not unfolding.eof or unfolding.unused_data):
        raise Unfoldable("not one member")
    return text
