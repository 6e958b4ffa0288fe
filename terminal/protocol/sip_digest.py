"""Digest authentication (RFC 2617, 8760): what proves a password without sending it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from terminal.protocol.sip import Response

_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


HASHES: Final[dict[str, Callable[[str], str]]] = {"MD5": _md5, "SHA-256": _sha256}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for. Values are as between their quotation marks, escapes and all."""

    realm: str
    nonce: str
    opaque: str | None
    algorithm: str  # a key of HASHES
    named: bool  # the algorithm was named, and is named back
    has_qop: bool
    is_stale: bool  # only the nonce was too old; the password may be right
    is_proxy: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who says so. ``user`` is the digest's name, which need not be the telephone number."""

    user: str
    password: str


def read_challenge(response: Response) -> Challenge | None:
    """The first challenge that can be answered; None when there is none."""
    for header, is_proxy in (("www-authenticate", False), ("proxy-authenticate", True)):
        for value in response.all(header):
            challenge = _read(value, is_proxy)
            if challenge is not None:
                return challenge
    return None


def _read(value: str, is_proxy: bool) -> Challenge | None:
    scheme, _, rest = value.partition(" ")
    found = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
    algorithm = found.get("algorithm", "MD5").upper()
    qops = [qop.strip().lower() for qop in found.get("qop", "auth").split(",")]
    if scheme.lower() != "digest" or algorithm not in HASHES or "auth" not in qops or not found.get("nonce"):
        return None
    return Challenge(
        realm=found.get("realm", ""),
        nonce=found["nonce"],
        opaque=found.get("opaque"),
        algorithm=algorithm,
        named="algorithm" in found,
        has_qop="qop" in found,
        is_stale=found.get("stale", "").lower() == "true",
        is_proxy=is_proxy,
    )


def response_to(
    challenge: Challenge, who: Credentials, method: str, uri: str, count: int = 1, own_nonce: str = ""
) -> str:
    """The digest (RFC 2617, 3.2.2.1). ``count``: how often this nonce was answered, with this time."""
    digest = HASHES[challenge.algorithm]
    first = digest(f"{who.user}:{challenge.realm}:{who.password}")
    second = digest(f"{method}:{uri}")
    if not challenge.has_qop:
        return digest(f"{first}:{challenge.nonce}:{second}")
    return digest(f"{first}:{challenge.nonce}:{count:08x}:{own_nonce}:auth:{second}")


def authorization(
    challenge: Challenge, who: Credentials, method: str, uri: str, count: int, own_nonce: str
) -> tuple[str, str]:
    """Name and value of the header that answers ``challenge``."""
    response = response_to(challenge, who, method, uri, count, own_nonce)
    parts = [f'username="{who.user}"', f'realm="{challenge.realm}"', f'nonce="{challenge.nonce}"']
    parts += [f'uri="{uri}"', f'response="{response}"']
    if challenge.named:
        parts.append(f"algorithm={challenge.algorithm}")
    if challenge.opaque is not None:
        parts.append(f'opaque="{challenge.opaque}"')
    if challenge.has_qop:
        parts += ["qop=auth", f"nc={count:08x}", f'cnonce="{own_nonce}"']
    return "Proxy-Authorization" if challenge.is_proxy else "Authorization", "Digest " + ", ".join(parts)
