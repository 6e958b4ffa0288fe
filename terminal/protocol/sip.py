"""SIP messages (RFC 3261) as far as a telephone that only shows who calls needs them: read, taken apart, answered.

Text is Latin-1 inside, so that whatever a peer put into a header goes back to it byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MESSAGE_MAX: Final = 8_192  # bytes; an INVITE has one or two thousand, one Ethernet frame 1,472
HEADERS_MAX: Final = 100
LINE_MAX: Final = 2_048  # characters of one header
PORT: Final = 5060
MAGIC: Final = "z9hG4bK"  # begins the branch of whoever follows RFC 3261 (8.1.1.7)
ALLOW: Final = "INVITE, ACK, CANCEL, OPTIONS, NOTIFY"

_LONG: Final = {  # 7.3.3
    "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id", "k": "supported", "l": "content-length",
    "m": "contact", "s": "subject", "t": "to", "v": "via",
}  # fmt: skip
_REQUEST = re.compile(r"([A-Z]{2,20}) (\S+) SIP/2\.0")
_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: .*)?")
_HEADER = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]+)[ \t]*:(.*)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_VIA = re.compile(r"SIP\s*/\s*2\.0\s*/\s*\w+\s+(\[[^\]]*\]|[^\s:;,]+)(?:\s*:\s*([0-9]{1,5}))?\s*(;.*)?", re.IGNORECASE)
_CSEQ = re.compile(r"([0-9]{1,10})\s+([A-Z]+)")
_NAME_ADDR = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>(.*)')
_PARAMETER = re.compile(r';\s*([^\s;=,]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,]*))?')
_LIST = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+|["<]')
_URI_USER = re.compile(r"sips?:([^@;:>]*)(?:[;:][^@]*)?@|tel:([^;>]*)", re.IGNORECASE)
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")

Headers = tuple[tuple[str, str], ...]  # names in lower case and in full


@dataclass(frozen=True, slots=True)
class Address:
    """Where a datagram goes or came from; ``host`` is a numeric address."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Via:
    """The topmost hop: who waits for the answer."""

    host: str
    port: int | None
    branch: str
    wants_port: bool  # rport (RFC 3581): answer to where the request came from


@dataclass(frozen=True, slots=True)
class NameAddr:
    """``"name" <uri>;parameters`` of From, To, Contact and the identities."""

    name: str
    uri: str
    parameters: dict[str, str]

    @property
    def user(self) -> str:
        """What stands before the @, without a password or parameters."""
        found = _URI_USER.match(self.uri)
        user = "" if found is None else found[1] or found[2] or ""
        return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), user)


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses share. Bodies are never looked at."""

    headers: Headers

    def all(self, name: str) -> Iterator[str]:
        return (value for header, value in self.headers if header == name)

    def first(self, name: str) -> str:
        return next(self.all(name), "")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method; (-1, "") when unreadable."""
        found = _CSEQ.fullmatch(self.first("cseq"))
        return (-1, "") if found is None else (int(found[1]), found[2])

    @property
    def call_id(self) -> str:
        return self.first("call-id")

    @property
    def via(self) -> Via | None:
        return read_via(self.first("via"))

    def addresses(self, name: str) -> list[NameAddr]:
        """Every address in the headers of that name."""
        return [read_address(part) for value in self.all(name) for part in split_list(value)]

    def tag(self, name: str) -> str:
        """The tag of From or To; empty when there is none."""
        return read_address(self.first(name)).parameters.get("tag", "")


@dataclass(frozen=True, slots=True)
class Request(Message):
    method: str
    uri: str


@dataclass(frozen=True, slots=True)
class Response(Message):
    status: int


def read(data: bytes) -> Request | Response | None:
    """One datagram; None for keep-alives and whatever is no message or lacks what every message has (8.1.1)."""
    if len(data) > MESSAGE_MAX:
        return None
    head, found, _ = data.decode("latin-1").lstrip("\r\n").partition("\r\n\r\n")
    start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    if not found or len(lines) > HEADERS_MAX or any(map(_is_bad_line, (start, *lines))):
        return None
    matched = [_HEADER.fullmatch(line) for line in lines]
    headers = tuple((_LONG.get(h[1].lower(), h[1].lower()), h[2].strip()) for h in matched if h is not None)
    message = _message(start, headers)
    if message is None or len(headers) != len(lines) or message.via is None or message.cseq[0] < 0:
        return None
    return message if message.call_id and message.first("from") and message.first("to") else None


def _is_bad_line(line: str) -> bool:
    return len(line) > LINE_MAX or _CONTROL.search(line) is not None


def _message(start: str, headers: Headers) -> Request | Response | None:
    request = _REQUEST.fullmatch(start)
    if request is not None:
        return Request(headers, request[1], request[2])
    status = _STATUS.fullmatch(start)
    return None if status is None else Response(headers, int(status[1]))


def read_via(value: str) -> Via | None:
    """The first of the hops in a Via header."""
    found = _VIA.fullmatch(next(split_list(value), ""))
    if found is None:
        return None
    parameters = read_parameters(found[3] or "")
    port = int(found[2]) if found[2] else None
    return Via(found[1], port, parameters.get("branch", ""), "rport" in parameters)


def read_address(value: str) -> NameAddr:
    """An address with or without angle brackets; without them the parameters are the header's (20.10)."""
    found = _NAME_ADDR.fullmatch(value)
    if found is None:
        uri, _, rest = value.partition(";")
        return NameAddr("", uri.strip(), read_parameters(";" + rest))
    name = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2]
    return NameAddr(name.strip(), found[3].strip(), read_parameters(found[4]))


def read_parameters(text: str) -> dict[str, str]:
    """``;name=value;flag``; names in lower case, values without quotation marks."""
    return {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(text)}


def split_list(value: str) -> Iterator[str]:
    """The parts between commas that stand in no quotation marks and no angle brackets."""
    return (part.strip() for part in _LIST.findall(value) if part.strip())


def reply_address(request: Request, source: Address) -> Address:
    """Where the answer goes (18.2.2, RFC 3581). Never to another host than the one that asked."""
    via = request.via
    if via is None or via.wants_port:
        return source
    return Address(source.host, via.port or PORT)


def answer(request: Request, status: str, source: Address, to_tag: str = "", extra: Headers = ()) -> bytes:
    """The response to a request that came from ``source``. ``status``: number and phrase."""
    to = request.first("to")
    if to_tag and not request.tag("to"):
        to += f";tag={to_tag}"
    headers = [("Via", _marked(via, place, source)) for place, via in enumerate(request.all("via"))]
    headers += [("From", request.first("from")), ("To", to), ("Call-ID", request.call_id)]
    headers += [("CSeq", request.first("cseq")), *extra]
    return write(f"SIP/2.0 {status}", headers)


def write(start: str, headers: list[tuple[str, str]]) -> bytes:
    """A message without a body."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _marked(via: str, place: int, source: Address) -> str:
    """The topmost hop learns where its request came from, when it asked (RFC 3581, 4)."""
    if place:
        return via
    marks = f";rport={source.port};received={source.host}"
    top, *others = split_list(via)
    top = re.sub(r";\s*rport\s*(?=;|$)", marks, top, count=1, flags=re.IGNORECASE)
    return ", ".join((top, *others))


class Tokens:
    """Names that nobody can guess and that never come twice, out of one random seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def fresh(self) -> str:
        """16 hexadecimal digits."""
        self._count += 1
        return self.of(str(self._count))

    def of(self, what: str) -> str:
        """16 hexadecimal digits, the same for the same ``what``."""
        return hashlib.sha256(self._seed + what.encode("latin-1", "replace")).hexdigest()[:16]
