"""Event bodies: whatever stands in a journal is a body, a type of tomorrow, or refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, decode_body, encode_body, event_hash
from shared.visit.journal import TYPES, Seen

KINDS = st.sampled_from(sorted(TYPES))


def test_a_body_comes_back_from_its_canonical_form() -> None:
    kind, body = encode_body(Seen("L" * 69, "card.forged"))
    assert (kind, body) == ("SEEN", b'{"track":"' + b"L" * 69 + b'","verdict":"card.forged"}')
    assert decode_body(kind, body) == Seen("L" * 69, "card.forged")


def test_a_type_of_tomorrow_is_none_whatever_it_holds() -> None:
    assert decode_body("WEATHER", b"\xff") is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"visit":"\xff"}', b'{"visit":5}', b'{"x":' + b"[" * 5_000, b"9" * 5_000]
)
def test_what_is_no_body_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(EnishiError, match=r"sync\.body"):
        decode_body("EJECT", body)


@given(KINDS, st.binary(max_size=200))
def test_any_bytes_are_a_body_or_refused(kind: str, body: bytes) -> None:
    try:
        assert isinstance(decode_body(kind, body), TYPES[kind])
    except EnishiError as error:
        if error.code != "sync.body":
            raise


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_another_body_has_another_hash(first: bytes, second: bytes) -> None:
    hashes = [event_hash(ZERO_HASH, bytes(10), 1, "EJECT", body) for body in (first, second)]
    assert (hashes[0] == hashes[1]) is (first == second)
