"""Challenges: those that can be answered, and those that cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.sip import Response
from terminal.protocol.sip_digest import Credentials, authorization, read_challenge


def challenged(*values: str, header: str = "www-authenticate") -> Response:
    return Response(tuple((header, value) for value in values), 401)


UNUSABLE = [
    'Basic realm="x"',
    'Digest realm="x"',
    'Digest realm="x", nonce="n", algorithm=MD5-sess',
    'Digest realm="x", nonce="n", qop="auth-int"',
    "",
]


@pytest.mark.parametrize("value", UNUSABLE)
def test_what_cannot_be_answered_is_no_challenge(value: str) -> None:
    assert read_challenge(challenged(value)) is None


def test_the_first_that_can_be_answered_is_taken() -> None:
    response = challenged(*UNUSABLE, 'Digest realm="r", nonce="n", algorithm=SHA-256', 'Digest realm="r2", nonce="m"')
    challenge = read_challenge(response)
    assert challenge is not None
    assert (challenge.nonce, challenge.algorithm) == ("n", "SHA-256")


def test_a_proxy_is_answered_as_a_proxy() -> None:
    challenge = read_challenge(challenged('Digest realm="r", nonce="n", stale=TRUE', header="proxy-authenticate"))
    assert challenge is not None
    assert challenge.is_stale
    name, value = authorization(challenge, Credentials("u", "p"), "REGISTER", "sip:r", 1, "c")
    assert name == "Proxy-Authorization"
    assert "qop" not in value
    assert "algorithm" not in value  # it was not named


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=120))
def test_any_challenge_may_be_read(value: str) -> None:
    read_challenge(challenged("Digest " + value))
