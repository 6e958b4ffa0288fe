"""What a registrar and a caller say, written out by hand for the tests of the SIP core."""

from __future__ import annotations

from terminal.protocol.sip import Address, Request, Response, read
from terminal.protocol.sip_account import SipLine

REGISTRAR = Address("192.168.1.1", 5060)
LOCAL = Address("192.168.1.9", 5062)
CHALLENGE = 'WWW-Authenticate: Digest realm="gw", nonce="{}", algorithm=MD5, qop="auth"{}'


def line(**changes: object) -> SipLine:
    """The account of these tests."""
    values: dict[str, object] = {
        "user": "3",
        "auth_user": "0003",
        "password": "s3cret",
        "domain": "192.168.1.1",
        "expires_s": 3600,
        "registrar": REGISTRAR,
        "local": LOCAL,
        "seed": b"0123456789abcdef",
    }
    return SipLine(**(values | changes))  # type: ignore[arg-type]


def request(data: bytes) -> Request:
    """A datagram that must be a request."""
    message = read(data)
    assert isinstance(message, Request)
    return message


def response(data: bytes) -> Response:
    """A datagram that must be a response."""
    message = read(data)
    assert isinstance(message, Response)
    return message


def reply(to: bytes, status: str, *more: str) -> Response:
    """What a registrar answers to ``to``."""
    asked = request(to)
    lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in asked.all("via")), f"From: {asked.first('from')}"]
    lines += [f"To: {asked.first('to')};tag=r", f"Call-ID: {asked.call_id}", f"CSeq: {asked.first('cseq')}", *more]
    return response(("\r\n".join(lines) + "\r\n\r\n").encode())


def invite(branch: str = "z9hG4bKa", call: str = "c1", method: str = "INVITE", *more: str) -> Request:
    """Somebody calls from 03-1234-5678, or takes it back."""
    lines = [f"{method} sip:3@192.168.1.9 SIP/2.0", f"Via: SIP/2.0/UDP 192.168.1.1:5060;branch={branch}"]
    lines += ["From: <sip:0312345678@gw>;tag=f", "To: <sip:3@gw>", f"Call-ID: {call}", f"CSeq: 1 {method}", *more]
    return request(("\r\n".join(lines) + "\r\n\r\n").encode())
