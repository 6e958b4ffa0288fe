"""The settings of a SIP line: what is wrong is said by key, and the password stands elsewhere."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from terminal.protocol.sip import Address
from terminal.protocol.sip_account import AccountFile, SipLine, decode_line, encode_line, read_account

GOOD: dict[str, object] = {"registrar": "192.168.1.1", "user": "3", "password_file": "/etc/enishi/sip.password"}


def test_three_lines_are_enough() -> None:
    assert read_account(GOOD, "sip.toml") == AccountFile(
        registrar="192.168.1.1", user="3", password_file="/etc/enishi/sip.password"
    )


def test_the_number_and_the_digests_user_may_differ() -> None:
    account = read_account(GOOD | {"auth_user": "0003", "domain": "ntt.example", "local_port": 0}, "sip.toml")
    assert (account.user, account.auth_user, account.domain, account.local_port) == ("3", "0003", "ntt.example", 0)


WRONG = [
    ({"registrar": None}, "config.missing_key", "registrar"),
    ({"user": ""}, "config.missing_key", "user"),
    ({"password_file": None}, "config.missing_key", "password_file"),
    ({"password": "s3cret"}, "config.secret_inline", "password"),
    ({"registar": "x"}, "config.unknown_key", "registar"),
    ({"port": "5060"}, "config.wrong_type", "port"),
    ({"port": True}, "config.wrong_type", "port"),
    ({"port": 0}, "config.bad_value", "port"),
    ({"port": 70000}, "config.bad_value", "port"),
    ({"expires_s": 5}, "config.bad_value", "expires_s"),
    ({"user": 3}, "config.wrong_type", "user"),
    ({"user": "3 3"}, "config.bad_value", "user"),
    ({"user": "3@gw"}, "config.bad_value", "user"),
    ({"user": "3\r\nVia: x"}, "config.bad_value", "user"),
    ({"auth_user": 'a"b'}, "config.bad_value", "auth_user"),
    ({"registrar": "sip:192.168.1.1"}, "config.bad_value", "registrar"),
    ({"domain": "x" * 101}, "config.bad_value", "domain"),
]


@pytest.mark.parametrize(("change", "code", "key"), WRONG)
def test_what_is_wrong_is_named(change: dict[str, object], code: str, key: str) -> None:
    document = {name: value for name, value in (GOOD | change).items() if value is not None}
    with pytest.raises(EnishiError) as caught:
        read_account(document, "sip.toml")
    assert (caught.value.code, caught.value.facts["key"]) == (code, f"sip.toml: {key}")
    assert "s3cret" not in str(caught.value)


def test_a_line_travels_whole() -> None:
    line = SipLine(
        user="3",
        auth_user="0003",
        password="ぱす",
        domain="gw",
        expires_s=3600,
        registrar=Address("192.168.1.1", 5060),
        local=Address("192.168.1.9", 5060),
        seed=bytes(range(16)),
    )
    assert decode_line(encode_line(line)) == line
