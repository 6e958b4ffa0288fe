"""SIP by the examples of the RFCs: a registration, a call, a tortuous message, and the digests."""

from __future__ import annotations

import pytest

from terminal.protocol.sip import Address, NameAddr, Request, Response, Via, answer, read, reply_address
from terminal.protocol.sip_digest import Challenge, Credentials, authorization, read_challenge, response_to

# RFC 3261, 24.2, F1
INVITE = b"""INVITE sip:bob@biloxi.com SIP/2.0
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
Max-Forwards: 70
To: Bob <sip:bob@biloxi.com>
From: Alice <sip:alice@atlanta.com>;tag=1928301774
Call-ID: a84b4c76e66710
CSeq: 314159 INVITE
Contact: <sip:alice@pc33.atlanta.com>
Content-Type: application/sdp
Content-Length: 0

""".replace(b"\n", b"\r\n")

# RFC 4475, 3.1.1.1 without its body: legal, and about as odd as it gets
TORTUOUS = rb"""INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

""".replace(b"\n", b"\r\n")


def invite(data: bytes = INVITE) -> Request:
    request = read(data)
    assert isinstance(request, Request)
    return request


def test_the_rfc_s_invite_is_read() -> None:
    request = invite()
    assert (request.method, request.uri, request.cseq) == ("INVITE", "sip:bob@biloxi.com", (314159, "INVITE"))
    assert request.via == Via("pc33.atlanta.com", None, "z9hG4bKnashds8", wants_port=False)
    assert (request.tag("from"), request.tag("to"), request.call_id) == ("1928301774", "", "a84b4c76e66710")
    assert request.addresses("from") == [NameAddr("Alice", "sip:alice@atlanta.com", {"tag": "1928301774"})]


def test_the_rfc_s_ringing_is_written() -> None:
    source = Address("192.0.2.1", 6000)
    assert reply_address(invite(), source) == Address("192.0.2.1", 5060)
    extra = (("Contact", "<sip:bob@192.0.2.4>"),)
    assert (
        answer(invite(), "180 Ringing", source, "a6c85cf", extra)
        == b"""SIP/2.0 180 Ringing
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
From: Alice <sip:alice@atlanta.com>;tag=1928301774
To: Bob <sip:bob@biloxi.com>;tag=a6c85cf
Call-ID: a84b4c76e66710
CSeq: 314159 INVITE
Contact: <sip:bob@192.0.2.4>
Content-Length: 0

""".replace(b"\n", b"\r\n")
    )


def test_rport_sends_the_answer_home_through_a_router() -> None:
    # RFC 3581, 6.1
    request = invite(INVITE.replace(b"pc33.atlanta.com;branch", b"10.1.1.1:4540;rport;branch"))
    source = Address("192.0.2.1", 9988)
    assert reply_address(request, source) == source
    via = b"Via: SIP/2.0/UDP 10.1.1.1:4540;rport=9988;received=192.0.2.1;branch=z9hG4bKnashds8\r\n"
    assert via in answer(request, "100 Trying", source)


def test_the_tortuous_message_is_read() -> None:
    request = invite(TORTUOUS)
    assert request.via == Via("192.0.2.2", None, "390skdjuw", wants_port=False)
    assert (request.cseq, request.tag("to"), request.tag("from")) == ((9, "INVITE"), "1918181833n", "98asjd8")
    assert request.addresses("from")[0].name == 'J Rosenberg \\"'
    assert request.addresses("contact")[0].parameters == {"newparam": "newvalue", "secondparam": "", "q": "0.33"}
    assert answer(request, "200 OK", Address("192.0.2.2", 1)).count(b"Via: ") == 2


# realm, nonce, algorithm, qop, user, password, cnonce, response
DIGESTS = [
    # RFC 2617, 3.5
    *[("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "MD5", True, "Circle Of Life", "0a4f113b",
       "6629fae49393a05397450978507c4ef1")],
    # RFC 2069 as corrected by its erratum 749: no qop
    *[("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "MD5", False, "CircleOfLife", "",
       "1949323746fe6a43ef61f9606e7febea")],
    # RFC 7616, 3.9.1
    *[("http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm, True, "Circle of Life",
       "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", response)
      for algorithm, response in (
          ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
          ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"))],
]  # fmt: skip


@pytest.mark.parametrize(("realm", "nonce", "algorithm", "has_qop", "password", "own_nonce", "expected"), DIGESTS)
def test_digests_are_those_of_the_rfcs(
    realm: str, nonce: str, algorithm: str, has_qop: bool, password: str, own_nonce: str, expected: str
) -> None:
    challenge = Challenge(realm, nonce, None, algorithm, True, has_qop, False, False)
    who = Credentials("Mufasa", password)
    assert response_to(challenge, who, "GET", "/dir/index.html", 1, own_nonce) == expected


def test_a_challenge_is_answered_word_for_word() -> None:
    # RFC 3261, 22.4: the challenge of its example; the digest made with md5sum
    lines = b"""SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bKnashds7
To: Bob <sip:bob@biloxi.com>;tag=2
From: Bob <sip:bob@biloxi.com>;tag=456248
Call-ID: 843817637684230@998sdasdh09
CSeq: 1826 REGISTER
WWW-Authenticate: Digest realm="biloxi.com", qop="auth,auth-int",
 nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"

""".replace(b"\n", b"\r\n")
    response = read(lines)
    assert isinstance(response, Response)
    challenge = read_challenge(response)
    assert challenge is not None
    name, value = authorization(challenge, Credentials("bob", "zanzibar"), "REGISTER", "sip:biloxi.com", 1, "0a4f113b")
    assert name == "Authorization"
    assert value == (
        'Digest username="bob", realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="sip:biloxi.com", '
        'response="9e2d1006810044fd79f39476209ae31a", opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, '
        'nc=00000001, cnonce="0a4f113b"'
    )
