"""The simulated gateway holds a telephone to the RFCs: wrong digests, old nonces and lost datagrams."""

from __future__ import annotations

import hashlib

import pytest

from shared.visit.events import Withheld
from simulators.caller_id import SipGatewaySimulator
from terminal.protocol.sip import Address

PHONE = Address("192.168.1.9", 5062)
GATEWAY = Address("192.168.1.1", 5060)


def register(gateway: SipGatewaySimulator, now: float = 0.0, authorization: str = "", expires: int = 3600) -> str:
    """What it answers."""
    text = (
        "REGISTER sip:gw SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.9:5062;branch=z9hG4bKr\r\nFrom: <sip:3@gw>;tag=p\r\n"
        f"To: <sip:3@gw>\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\nContact: <sip:3@192.168.1.9:5062>\r\n"
        f"Expires: {expires}\r\n{authorization}\r\n"
    )
    (answer,) = gateway.feed(text.encode(), PHONE, now)
    assert answer.peer == PHONE
    return answer.data.decode()


def digest(nonce: str, password: str = "s3cret", user: str = "0003") -> str:
    first = hashlib.md5(f"{user}:ntt-hgw:{password}".encode()).hexdigest()
    second = hashlib.md5(b"REGISTER:sip:gw").hexdigest()
    response = hashlib.md5(f"{first}:{nonce}:00000001:c:auth:{second}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="{user}", realm="ntt-hgw", nonce="{nonce}", uri="sip:gw", '
        f'response="{response}", qop=auth, nc=00000001, cnonce="c"\r\n'
    )


def nonce_of(answer: str) -> str:
    return answer.partition('nonce="')[2].partition('"')[0]


def registered() -> SipGatewaySimulator:
    gateway = SipGatewaySimulator(GATEWAY)
    assert register(gateway, 0.0, digest(nonce_of(register(gateway)))).startswith("SIP/2.0 200 OK\r\n")
    return gateway


def test_only_the_right_digest_registers() -> None:
    gateway = registered()
    assert gateway.is_registered(59.0)
    assert not gateway.is_registered(61.0)
    nonce = nonce_of(register(gateway))
    for wrong in (digest(nonce, "guess"), digest(nonce, user="3")):
        assert register(gateway, 0.0, wrong).startswith("SIP/2.0 401")
    assert "stale=true" in register(gateway, 0.0, digest("old"))


def test_every_knob_has_its_answer() -> None:
    gateway = registered()
    nonce = nonce_of(register(gateway))
    gateway.min_expires_s = 600
    assert "Min-Expires: 600" in register(gateway, 0.0, digest(nonce), expires=60)
    gateway.overloaded = True
    assert register(gateway).startswith("SIP/2.0 503")
    gateway.overloaded, gateway.refuses = False, True
    assert register(gateway).startswith("SIP/2.0 403")
    gateway.silent = True
    assert gateway.feed(b"OPTIONS sip:gw SIP/2.0\r\n\r\n", PHONE, 0.0) == []


def test_a_call_is_sent_again_until_it_is_heard() -> None:
    gateway = registered()
    call, (first,) = gateway.call("0312345678", 0.0)
    assert b"P-Asserted-Identity: <sip:0312345678@ntt-hgw>" in first.data
    assert gateway.tick(0.5) == [first]
    ringing = (
        f"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP x;branch={call.branch}\r\nTo: <sip:3@gw>;tag=t\r\nCSeq: 1 INVITE"
    )
    assert gateway.feed(f"{ringing}\r\n\r\n".encode(), PHONE, 0.6) == []
    assert gateway.wake_at is None
    (cancel,) = gateway.hang_up(call, 5.0)
    assert cancel.data.startswith(b"CANCEL sip:3@")
    (ack,) = gateway.feed(f"{ringing}\r\n\r\n".replace("180", "487").encode(), PHONE, 5.1)
    assert ack.data.startswith(b"ACK sip:3@")
    assert b"To: <sip:3@gw>;tag=t" in ack.data
    assert call.statuses == [180, 487]
    assert gateway.hang_up(call, 6.0) == []


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Withheld.PRIVATE, b"Privacy: id"),
        (Withheld.COIN_PHONE, b'"Coin line/payphone"'),
        (Withheld.UNAVAILABLE, b'"Unavailable"'),
        (Withheld.CONFLICT, b'"Interaction with other service"'),
    ],
)
def test_a_caller_without_a_number_has_a_reason(why: Withheld, words: bytes) -> None:
    _, (invite,) = registered().call("", 0.0, why)
    assert words in invite.data


def test_a_telephone_that_is_not_registered_is_not_called() -> None:
    gateway = registered()
    gateway.restart()
    call, out = gateway.call("03", 1.0)
    assert out == []
    assert call.ended
