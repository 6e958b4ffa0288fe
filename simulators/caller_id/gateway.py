"""A simulated SIP gateway: it registers one telephone by digest, calls it, and hangs up.

Written from RFC 3261 and 2617 as the other side, with its own reading and writing of messages. No socket: datagrams
go in and come out, so that it runs on a virtual clock as well as behind ``server.py``.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from dataclasses import dataclass, field
from random import Random

from shared.visit.events import Withheld
from terminal.protocol.datagrams import Datagram
from terminal.protocol.sip import Address

T1_S, T2_S = 0.5, 4.0
GIVE_UP_S = 32.0
LOG_MAX = 200  # first lines
EXPIRES_S = 60

_NAMES = {
    Withheld.PRIVATE: "Anonymous",
    Withheld.COIN_PHONE: "Coin line/payphone",
    Withheld.UNAVAILABLE: "Unavailable",
    Withheld.CONFLICT: "Interaction with other service",
}


@dataclass(slots=True)
class Call:
    """One call as the gateway sees it. ``statuses``: what the telephone answered to the INVITE, copies included."""

    number: int
    identity: str  # the lines that say who calls
    branch: str
    tag: str
    request: bytes
    again_at: float | None  # INVITE, or CANCEL after it was hung up
    give_up_at: float
    pause_s: float = T1_S
    statuses: list[int] = field(default_factory=list)
    cancelled: bool = False
    ended: bool = False


class SipGatewaySimulator:
    """``accounts``: digest user -> password; ``user``: the number behind which the telephone stands.

    Knobs: ``silent`` says nothing, ``refuses`` answers 403 whatever the password, ``overloaded`` answers 503,
    ``min_expires_s`` answers 423 to shorter wishes, ``loses_cancel`` never sends one.
    """

    def __init__(
        self,
        address: Address,
        user: str = "3",
        accounts: dict[str, str] | None = None,
        seed: int = 0,
        algorithm: str = "MD5",
        qop: str = "auth",
    ) -> None:
        self.address = address
        self.silent = self.refuses = self.overloaded = self.loses_cancel = False
        self.min_expires_s = 0
        self.log: deque[str] = deque(maxlen=LOG_MAX)
        self.calls: list[Call] = []
        self._user = user
        self._accounts = {"0003": "s3cret"} if accounts is None else accounts
        self._dice = Random(seed)
        self._algorithm, self._qop = algorithm, qop
        self._nonce = self._token()
        self._contact: Address | None = None
        self._lapses_at = 0.0

    # --- the wire --------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        return min((call.again_at for call in self.calls if call.again_at is not None), default=None)

    def feed(self, data: bytes, source: Address, now: float) -> list[Datagram]:
        """One datagram of the telephone."""
        start, headers = _read(data)
        self.log.append(start)
        if self.silent:
            return []
        if start.startswith("REGISTER "):
            return [Datagram(source, self._register(headers, source, now))]
        if start.startswith("SIP/2.0 "):
            return self._answered(int(start.split()[1]), headers, now)
        return []

    def tick(self, now: float) -> list[Datagram]:
        """Requests that are sent again."""
        out = []
        for call in self.calls:
            if call.again_at is not None and now >= call.again_at and self._contact is not None:
                call.pause_s = min(call.pause_s * 2, T2_S)
                call.again_at = now + call.pause_s if now + call.pause_s < call.give_up_at else None
                out += self._to_phone(call.request)
        return out

    # --- what people do ----------------------------------------------------------------------------------------

    def is_registered(self, now: float) -> bool:
        return self._contact is not None and now < self._lapses_at

    def restart(self) -> None:
        """It was switched off and on: it knows nobody any more."""
        self._contact = None
        self._nonce = self._token()
        self.calls.clear()

    def call(self, number: str, now: float, withheld: Withheld | None = None) -> tuple[Call, list[Datagram]]:
        """Ring the telephone; nothing is sent while it is not registered."""
        call = Call(
            len(self.calls) + 1, _identity(number, withheld), f"z9hG4bK{self._token()}", self._token(), b"", None, 0
        )
        self.calls.append(call)
        if not self.is_registered(now):
            call.ended = True
            return call, []
        return call, self._send(call, "INVITE", now)

    def hang_up(self, call: Call, now: float) -> list[Datagram]:
        """The caller gives up."""
        if call.cancelled or call.ended:
            return []
        call.cancelled = True
        if self.loses_cancel:
            call.again_at = None
            return []
        return self._send(call, "CANCEL", now)

    # --- registering -----------------------------------------------------------------------------------------

    def _register(self, headers: dict[str, str], source: Address, now: float) -> bytes:
        wished_s = int(headers.get("expires", "3600"))
        if self.overloaded:
            return _answer(headers, "503 Service Unavailable", "Retry-After: 30\r\n")
        if self.refuses or f"sip:{self._user}@" not in headers.get("to", ""):
            return _answer(headers, "403 Forbidden")
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', headers.get("authorization", "").partition(" ")[2]))
        if given.get("nonce") != self._nonce:
            return _answer(headers, "401 Unauthorized", self._challenge(stale=bool(given)))
        if not self._is_right(given):
            return _answer(headers, "401 Unauthorized", self._challenge(stale=False))
        if wished_s < self.min_expires_s:
            return _answer(headers, "423 Interval Too Brief", f"Min-Expires: {self.min_expires_s}\r\n")
        granted_s = max(EXPIRES_S, self.min_expires_s)
        self._contact, self._lapses_at = source, now + granted_s
        return _answer(headers, "200 OK", f"Contact: {headers.get('contact', '')};expires={granted_s}\r\n")

    def _challenge(self, *, stale: bool) -> str:
        parts = [f'realm="ntt-hgw", nonce="{self._nonce}"', f"algorithm={self._algorithm}"]
        parts += [f'qop="{self._qop}"'] if self._qop else []
        parts += ["stale=true"] if stale else []
        return f"WWW-Authenticate: Digest {', '.join(parts)}\r\n"

    def _is_right(self, given: dict[str, str]) -> bool:
        name = given.get("username", "")
        if name not in self._accounts:
            return False
        first = self._hash(f"{name}:ntt-hgw:{self._accounts[name]}")
        second = self._hash(f"REGISTER:{given.get('uri', '')}")
        middle = [self._nonce]
        if self._qop:
            middle += [given.get("nc", ""), given.get("cnonce", ""), given.get("qop", "")]
        return given.get("response") == self._hash(":".join([first, *middle, second]))

    def _hash(self, text: str) -> str:
        kind = hashlib.sha256 if self._algorithm == "SHA-256" else hashlib.md5
        return kind(text.encode()).hexdigest()

    # --- calling ---------------------------------------------------------------------------------------------

    def _send(self, call: Call, method: str, now: float) -> list[Datagram]:
        host = self.address.host
        call.request = (
            (
                f"{method} sip:{self._user}@{host} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {host}:{self.address.port};branch={call.branch}\r\n"
                f"{call.identity}To: <sip:{self._user}@{host}>\r\nCall-ID: call-{call.number}@{host}\r\n"
                f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            )
            .replace("TAG", call.tag)
            .encode()
        )
        call.pause_s, call.again_at, call.give_up_at = T1_S, now + T1_S, now + GIVE_UP_S
        return self._to_phone(call.request)

    def _answered(self, status: int, headers: dict[str, str], now: float) -> list[Datagram]:
        call = next((one for one in self.calls if f"branch={one.branch}" in headers.get("via", "")), None)
        if call is None:
            return []
        if headers.get("cseq", "").endswith("CANCEL"):
            call.again_at = None
            return []
        call.statuses.append(status)
        if not call.cancelled:
            call.again_at = None
        if status < 200:
            return []
        call.ended = True
        ack = call.request.replace(b"INVITE", b"ACK").replace(b"CANCEL", b"ACK")
        return self._to_phone(re.sub(rb"To: [^\r]*", b"To: " + headers["to"].encode(), ack))

    def _to_phone(self, request: bytes) -> list[Datagram]:
        return [] if self.silent or self._contact is None else [Datagram(self._contact, request)]

    def _token(self) -> str:
        return f"{self._dice.getrandbits(64):016x}"


def _identity(number: str, withheld: Withheld | None) -> str:
    if withheld is None:
        return f'From: "{number}" <sip:{number}@ntt-hgw>;tag=TAG\r\nP-Asserted-Identity: <sip:{number}@ntt-hgw>\r\n'
    hidden = "Privacy: id\r\n" if withheld is Withheld.PRIVATE else ""
    return f'From: "{_NAMES[withheld]}" <sip:anonymous@anonymous.invalid>;tag=TAG\r\n{hidden}'


def _read(data: bytes) -> tuple[str, dict[str, str]]:
    start, *lines = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return start, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _answer(headers: dict[str, str], status: str, extra: str = "") -> bytes:
    to = headers.get("to", "")
    lines = [f"SIP/2.0 {status}", f"Via: {headers.get('via', '')}", f"From: {headers.get('from', '')}"]
    lines += [f"To: {to if 'tag=' in to else to + ';tag=gw'}", f"Call-ID: {headers.get('call-id', '')}"]
    lines += [f"CSeq: {headers.get('cseq', '')}"]
    return ("\r\n".join(lines) + f"\r\n{extra}Content-Length: 0\r\n\r\n").encode()
