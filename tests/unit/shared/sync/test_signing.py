"""What is signed: different requests never share their bytes, and headers are read in one form only."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import TERMINAL_ID_MAX
from shared.sync.signing import (
    NOBODY,
    Claim,
    answered,
    body_hash,
    claim_headers,
    read_claim,
    read_signature,
    reply_bytes,
    request_bytes,
)

CLAIM = Claim(12, b"\0\x0c" + b"n" * 8, 7, 3, 1)
claims = st.builds(
    Claim, st.integers(0, TERMINAL_ID_MAX), st.binary(min_size=10, max_size=10), st.integers(0, 10**18 - 1),
    st.integers(0, 10**18 - 1), st.integers(0, 99),
)  # fmt: skip


@given(claims, st.binary(min_size=64, max_size=64))
def test_claim_and_signature_come_back_from_the_headers(claim: Claim, signature: bytes) -> None:
    headers = claim_headers(claim, signature)
    assert read_claim(headers) == (claim, signature)
    assert answered(headers) == (claim.stream, claim.counter)


@given(claims, claims, st.sampled_from(["GET", "POST"]), st.text(max_size=9), st.binary(max_size=3))
def test_two_different_requests_are_never_the_same_bytes(
    one: Claim, other: Claim, method: str, path: str, body: bytes
) -> None:
    told = request_bytes(one, "GET", "/", body_hash(b""))
    same = (one, "GET", "/", b"") == (other, method, path, body)
    assert (told == request_bytes(other, method, path, body_hash(body))) == same


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Claim)])
def test_every_field_of_a_claim_is_signed(field: str) -> None:
    changed = dataclasses.replace(CLAIM, **{field: b"other byte" if field == "stream" else 9})
    assert request_bytes(changed, "GET", "/", b"") != request_bytes(CLAIM, "GET", "/", b"")


def test_a_request_is_no_reply() -> None:
    assert not request_bytes(CLAIM, "200", "/", b"").startswith(reply_bytes(CLAIM.stream, 7, 200, b"")[:16])


NAMES = ("X-Tid", "X-Stream", "X-Rctr", "X-Epoch", "X-Proto", "X-Signature")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)), st.booleans())
def test_any_headers_are_a_claim_or_nothing(changes: dict[str, str], whole: bool) -> None:
    headers = {**(claim_headers(CLAIM, bytes(64)) if whole else {}), **changes}
    read = read_claim(headers)
    if read is not None:
        assert claim_headers(*read) == headers
    stream, counter = answered(headers)
    assert len(stream) == 10
    assert counter >= 0
    signature = read_signature(headers)
    assert signature is None or len(signature) == 64


def test_without_stream_or_counter_nobody_is_answered() -> None:
    headers = claim_headers(CLAIM, bytes(64))
    for name in ("X-Stream", "X-Rctr"):
        assert answered({**headers, name: ""}) == NOBODY
