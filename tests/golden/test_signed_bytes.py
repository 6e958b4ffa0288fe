"""The bytes that terminals and head office sign, and Ed25519 signatures over them by known keys: permanent."""

from __future__ import annotations

from nacl.signing import SigningKey

from shared.card.mac import epoch_key
from shared.sync.enrolment import code_hash, word_numbers
from shared.sync.signing import Claim, body_hash, claim_headers, reply_bytes, request_bytes

STREAM = bytes.fromhex("000c0123456789abcdef")
CLAIM = Claim(12, STREAM, 7, 3, 1)
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
BODY = b'{"stream":"AAwBI0VniavN7w=="}'
TERMINAL, OFFICE = SigningKey(bytes(range(32))), SigningKey(bytes(range(32, 64)))


def test_a_request_without_a_body() -> None:
    assert request_bytes(CLAIM, "GET", "/v1/pull?cursor=5&limit=1000", body_hash(b"")) == (
        b"enishi-request-v1\nGET\n/v1/pull?cursor=5&limit=1000\n12\n000c0123456789abcdef\n7\n3\n1\n"
        + EMPTY.encode()
        + b"\n"
    )


def test_a_request_with_a_body_and_its_headers() -> None:
    told = request_bytes(CLAIM, "POST", "/v1/push", body_hash(BODY))
    assert told == (
        b"enishi-request-v1\nPOST\n/v1/push\n12\n000c0123456789abcdef\n7\n3\n1\n"
        b"48bbba0e5aebf69759e29ba2d869ec1415ca503954cb35d2c9f03aec12aaf9b9\n"
    )
    assert claim_headers(CLAIM, TERMINAL.sign(told).signature) == {
        "X-Tid": "12",
        "X-Stream": "000c0123456789abcdef",
        "X-Rctr": "7",
        "X-Epoch": "3",
        "X-Proto": "1",
        "X-Signature": "VZGxNtcETMj4ggPLvY+fpI9AaK+IFNWggGXbh3u3OsJn2Ci7HSocHgkiElURp6N7FF2gmvdM9RvOf+j57iTUBQ==",
    }


def test_a_reply_repeats_what_it_answers() -> None:
    told = reply_bytes(STREAM, 7, 200, body_hash(b"{}"))
    digest = b"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert told == b"enishi-reply-v1\n200\n000c0123456789abcdef\n7\n" + digest + b"\n"
    assert OFFICE.sign(told).signature.hex() == (
        "323f78cae1edbb2fe5844b321aaba7bf9859a8d9fbbfa2ae3d1c84c1c2e3fee6"
        "fe0522aed6679c7f25c0d9d08009b67a74d6d1f8e3b0abe0793dcd487bb5b60c"
    )


def test_the_card_key_of_an_epoch() -> None:
    """HKDF-SHA-256 (RFC 5869) by hand: no salt, info "card-epoch", tenant in two bytes, kid in one."""
    assert epoch_key(bytes(range(32)), 7, 1).hex() == "fcf44ed08c24da82db4a4889a2d8d443a819038566b30ce224ceefbecb9cab0d"
    assert (
        epoch_key(bytes(range(32)), 7, 63).hex() == "028c124fd6d5fbef3f218f2eee6adbdec99177b1efdaa095d7373d5bf2f856ed"
    )


def test_the_six_words_of_an_enrolment() -> None:
    numbers = word_numbers(bytes(OFFICE.verify_key), bytes(TERMINAL.verify_key), "0123456789ABCDEF")
    assert numbers == (697, 1363, 686, 1423, 1012, 383)
    assert code_hash("0123456789ABCDEF").hex() == "f12acc4e163c995e74307e717bb0b814fa431d9bb18400e8fc1d4f15735a184b"
