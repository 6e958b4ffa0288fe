"""Folding keeps every byte; unfolding stops at its limit and takes nothing but one whole member."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sync.packing import Unfoldable, fold, unfold


@given(st.binary(max_size=2_000))
def test_what_was_folded_unfolds(text: bytes) -> None:
    assert unfold(fold(text), len(text)) == text
    assert gzip.decompress(fold(text)) == text


def test_the_same_text_has_the_same_bytes() -> None:
    assert fold(b"text" * 100) == fold(b"text" * 100)


def test_unfolding_stops_one_byte_beyond_its_limit() -> None:
    assert len(unfold(fold(bytes(10_000_000)), 1_000)) == 1_001


@pytest.mark.parametrize(
    "packed", [b"", b"text", fold(b"text")[:-1], fold(b"text") + b"x", fold(b"text") + fold(b"more")]
)
def test_what_is_not_one_whole_member_is_refused(packed: bytes) -> None:
    with pytest.raises(Unfoldable):
        unfold(packed, 100)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(packed: bytes) -> None:
    with suppress(Unfoldable):
        assert len(unfold(packed, 50)) <= 51
