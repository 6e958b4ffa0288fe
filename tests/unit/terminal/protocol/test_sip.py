"""SIP messages out of any datagram; what is answered goes to who asked and carries nothing new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.sip import (
    HEADERS_MAX,
    LINE_MAX,
    MESSAGE_MAX,
    Address,
    NameAddr,
    Request,
    Tokens,
    Via,
    answer,
    read,
    read_address,
    read_via,
    reply_address,
    split_list,
)

HERE = Address("192.0.2.1", 5070)
LINES = [
    "OPTIONS sip:3@192.0.2.9 SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa",
    "From: <sip:0312345678@gw>;tag=1",
    "To: <sip:3@gw>",
    "Call-ID: c1",
    "CSeq: 1 OPTIONS",
]


def message(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def test_what_every_message_has_must_be_there() -> None:
    assert isinstance(read(message(*LINES)), Request)
    for missing in range(len(LINES)):
        assert read(message(*LINES[:missing], *LINES[missing + 1 :])) is None


BROKEN = [
    b"",
    b"\r\n\r\n",
    b"\x00" * 20,
    b"HTTP/1.1 200 OK\r\n\r\n",
    message(*LINES)[:-2],
    message(*LINES, "no colon here"),
    message(*LINES, "Subject: a\x01b"),
    message(*LINES, "Subject: a\nb"),
    message("options sip:x SIP/2.0", *LINES[1:]),
    message(*LINES[:5], "CSeq: x OPTIONS"),
    message(*LINES, "Subject: " + "x" * LINE_MAX),
    message(*LINES, *(f"X{number}: y" for number in range(HEADERS_MAX))),
    message(*LINES) + b"x" * MESSAGE_MAX,
]


@pytest.mark.parametrize("data", BROKEN)
def test_what_is_no_message_is_none(data: bytes) -> None:
    assert read(data) is None


@given(st.binary(max_size=400))
def test_any_datagram_may_be_read(data: bytes) -> None:
    read(data)


HEADER = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60)


@given(HEADER, HEADER, HEADER, HEADER)
def test_any_headers_may_be_read_and_the_answer_is_a_message_for_the_one_who_asked(
    via: str, sender: str, to: str, call: str
) -> None:
    data = message(LINES[0], f"Via: {via}", LINES[1], f"From: {sender}", f"To: {to}", f"Call-ID: {call}", LINES[5])
    request = read(data)
    if isinstance(request, Request):
        assert reply_address(request, HERE).host == HERE.host
        replied = answer(request, "200 OK", HERE, "t")
        assert replied.count(b"\r\n\r\n") == 1
        assert replied.endswith(b"\r\n\r\n")
        assert b"\nCall-ID: " + call.strip().encode("latin-1") + b"\r\n" in replied


VIAS = [
    ("SIP/2.0/UDP host;branch=z9hG4bKx", Via("host", None, "z9hG4bKx", False)),
    ("SIP/2.0/UDP 1.2.3.4:5062;rport;branch=b", Via("1.2.3.4", 5062, "b", True)),
    ("SIP/2.0/UDP [2001:db8::1]:5060;branch=b", Via("[2001:db8::1]", 5060, "b", False)),
    ("SIP/2.0/UDP a;branch=b, SIP/2.0/UDP c;branch=d", Via("a", None, "b", False)),
    ("SIP/1.0/UDP host", None),
    ("", None),
]


@pytest.mark.parametrize(("value", "via"), VIAS)
def test_the_first_hop_is_read(value: str, via: Via | None) -> None:
    assert read_via(value) == via


USERS = [
    ("<sip:0312345678@gw>", "0312345678"),
    ("sip:0312345678@gw;tag=1", "0312345678"),
    ('"a, b" <sip:%2B81312345678@gw;user=phone>', "+81312345678"),
    ("<sip:+81312345678;phone-context=x@gw>", "+81312345678"),
    ("<sip:3:secret@gw>", "3"),
    ("<tel:+81-3-1234-5678;phone-context=+81>", "+81-3-1234-5678"),
    ("<sip:gw.example>", ""),
    ("", ""),
]


@pytest.mark.parametrize(("value", "user"), USERS)
def test_the_user_stands_before_the_at(value: str, user: str) -> None:
    assert read_address(value).user == user


def test_commas_in_names_and_brackets_divide_nothing() -> None:
    value = '"Doe, John" <sip:1@a;x=1,2>, <sip:2@b>,,sip:3@c'
    assert list(split_list(value)) == ['"Doe, John" <sip:1@a;x=1,2>', "<sip:2@b>", "sip:3@c"]
    assert read_address(next(split_list(value))) == NameAddr("Doe, John", "sip:1@a;x=1,2", {})


def test_tokens_never_come_twice_and_names_keep_theirs() -> None:
    tokens = Tokens(b"seed")
    assert len({tokens.fresh() for _ in range(1000)}) == 1000
    assert tokens.of("a") == tokens.of("a") != Tokens(b"other").of("a")
