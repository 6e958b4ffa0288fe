"""The account of a SIP line: what stands in ``sip.toml``, and how it travels from the link to the core.

registrar = "192.168.1.1"          # the gateway or the provider
user = "3"                         # the number that is registered: From, To and Contact
auth_user = "0003"                 # the name in the digest; as user unless given (Hikari denwa: they differ)
password_file = "/etc/enishi/sip.password"
port = 5060                        # of the registrar
domain = ""                        # behind the @; empty: the registrar
local_port = 5060                  # of ours; 0: any
expires_s = 3600                   # how long a registration is asked for
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

import msgspec

from shared.errors import EnishiError
from terminal.protocol.sip import Address

PORT_MAX = 65_535
EXPIRES_MIN_S, EXPIRES_MAX_S = 60, 86_400
TEXT_MAX = 100  # characters of a name
INLINE = "password"  # the mistake that is worth a sentence of its own

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_USER = re.compile(r"[A-Za-z0-9_.!~*'()&=+$,?/#-]+")  # RFC 3261, 25.1: user, without escapes; and #
_AUTH_USER = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]+")  # what needs no escape between quotation marks


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFile:
    """The settings, checked, and where the password is."""

    registrar: str
    user: str
    password_file: str
    auth_user: str = ""
    port: int = 5060
    domain: str = ""
    local_port: int = 5060
    expires_s: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class SipLine:
    """Everything that the core needs to know of the outside: the link's first message."""

    user: str
    auth_user: str
    password: str
    domain: str
    expires_s: int
    registrar: Address  # resolved
    local: Address
    seed: bytes  # random; names of dialogs and transactions are made of it


def read_account(document: Mapping[str, object], place: str) -> AccountFile:
    """``document``: the TOML file, ``place``: its name for people. Raises ``config.*``."""
    if INLINE in document:
        raise EnishiError("config.secret_inline", key=f"{place}: {INLINE}", instead="password_file")
    known = {setting.name: setting.default for setting in fields(AccountFile)}
    for key in document:
        if key not in known:
            alike = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            suggestion = alike[0] if alike else ", ".join(known)
            raise EnishiError("config.unknown_key", key=f"{place}: {key[:80]}", suggestion=suggestion)
    return AccountFile(
        registrar=_text(document, place, "registrar", _HOST, "192.168.1.1"),
        user=_text(document, place, "user", _USER, "3"),
        password_file=_text(document, place, "password_file", None, "/etc/enishi/sip.password"),
        auth_user=_text(document, place, "auth_user", _AUTH_USER, "0003", ""),
        port=_number(document, place, "port", 1, PORT_MAX, 5060),
        domain=_text(document, place, "domain", _HOST, "ntt-east.example", ""),
        local_port=_number(document, place, "local_port", 0, PORT_MAX, 5060),
        expires_s=_number(document, place, "expires_s", EXPIRES_MIN_S, EXPIRES_MAX_S, 3600),
    )


def _text(
    document: Mapping[str, object],
    place: str,
    key: str,
    shape: re.Pattern[str] | None,
    example: str,
    default: str | None = None,
) -> str:
    value = document.get(key, default)
    if value == default and default is not None:
        return default
    if value in (None, ""):
        raise EnishiError("config.missing_key", key=f"{place}: {key}", example=f'{key} = "{example}"')
    if not isinstance(value, str):
        raise EnishiError("config.wrong_type", key=f"{place}: {key}", value=str(value)[:80], wanted=f'"{example}"')
    if len(value) > TEXT_MAX or not value.isprintable() or (shape is not None and not shape.fullmatch(value)):
        raise EnishiError("config.bad_value", key=f"{place}: {key}", value=value[:80], wanted=f'"{example}"')
    return value


def _number(document: Mapping[str, object], place: str, key: str, low: int, high: int, default: int) -> int:
    value = document.get(key, default)
    if type(value) is not int:
        raise EnishiError("config.wrong_type", key=f"{place}: {key}", value=str(value)[:80], wanted=str(default))
    if not low <= value <= high:
        raise EnishiError("config.bad_value", key=f"{place}: {key}", value=str(value), wanted=f"{low}–{high}")
    return value


def encode_line(line: SipLine) -> bytes:
    """For the link's first message."""
    return msgspec.json.encode(line)


def decode_line(data: bytes) -> SipLine:
    """Back again. Raises ValueError; only our own link ever writes it."""
    return msgspec.json.decode(data, type=SipLine)
