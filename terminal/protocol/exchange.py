"""One request in flight: block out, ACK in, response in, ACK out, with every repetition counted and every wait timed.

Sans-I/O: bytes and monotonic seconds go in, bytes and an outcome come out. The device resends without limit and waits
for our ACK without limit (TCP300II command manual MD/6), so the limits are all here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from terminal.protocol.framing.stx_bcc import Control, Damaged, Frame, ResponseDecoder, Token, frame

ACK_TIMEOUT_S = 3.5  # "reply can be up to three seconds", MD/6
RESEND_MAX = 3  # times a block is sent again after NAK; the device itself has no limit
REJECT_RETRY_MAX = 1  # a DLE may only say that an older, cut-off block stood before ours; seen on hardware
RESPONSE_NAK_MAX = 3  # times a response is asked for again
RESENT_TIMEOUT_S = 2.0  # from our NAK to the response again; no manual value, a 1 KiB block takes 1.1 s at 9600 baud

_ACK = bytes((Control.ACK,))
_NAK = bytes((Control.NAK,))


@dataclass(frozen=True, slots=True)
class Request:
    """``body``: CMD and data. ``response_timeout_s``: from the device's ACK to its response.

    ``lone_ack``: send an ACK before the block, which frees a device that still waits for one. ``nudge_s``: while
    the response may take long, send a NAK this often; it brings back a response that was lost on the wire.
    """

    body: bytes
    response_timeout_s: float
    lone_ack: bool = False
    nudge_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The response, its BCC right and its CMD ours. ``status`` is the raw byte."""

    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """DLE, twice: the device will not take this block; nothing was done."""


@dataclass(frozen=True, slots=True)
class Silent:
    """No usable answer. ``accepted``: the device had said ACK, so the command may have been carried out."""

    accepted: bool


Outcome = Answered | Rejected | Silent


@dataclass(frozen=True, slots=True)
class Turn:
    """Bytes to send and, when the request is over, how it ended."""

    out: bytes = b""
    outcome: Outcome | None = None


class _Phase(Enum):
    """The host's states of MD/6; H3 (answer accepted) is IDLE again."""

    IDLE = 0
    SENT = 1  # H1: awaiting ACK, NAK or DLE
    ACCEPTED = 2  # H2: awaiting the response
    REFUSED = 4  # H4: NAK sent, awaiting the response again


class Exchange:
    """Softer than the manual's host table: what does not belong to the request is dropped instead of reset."""

    def __init__(self) -> None:
        self._decoder = ResponseDecoder()
        self._phase = _Phase.IDLE
        self._request = Request(b"\x00", 0)
        self._deadline = 0.0
        self._expires = 0.0  # end of response_timeout_s; the deadline may be an earlier nudge
        self._resends = self._rejects = self._naks = 0

    @property
    def wake_at(self) -> float | None:
        """When :meth:`tick` is wanted; None while idle."""
        return None if self._phase is _Phase.IDLE else self._deadline

    @property
    def is_busy(self) -> bool:
        """Whether a request is in flight."""
        return self._phase is not _Phase.IDLE

    def ask(self, request: Request, now: float) -> bytes:
        """Start a request; whatever was in flight is given up. Returns the bytes to send."""
        self._request = request
        self._resends = self._rejects = self._naks = 0
        return (_ACK if request.lone_ack else b"") + self._send(now)

    def abandon(self) -> None:
        """Stop waiting. A response that still comes is acknowledged and dropped."""
        self._phase = _Phase.IDLE

    def feed(self, data: bytes, now: float) -> Turn:
        """Bytes came. At most one outcome, because the next request starts only after the caller saw it."""
        out, outcome = b"", None
        for token in self._decoder.feed(data):
            turn = self._take(token, now)
            out += turn.out
            outcome = outcome or turn.outcome
        return Turn(out, outcome)

    def tick(self, now: float) -> Turn:
        """Time passed."""
        if self._phase is _Phase.IDLE or now < self._deadline:
            return Turn()
        if self._phase is _Phase.SENT:
            return self._end(Silent(accepted=False))
        if self._phase is _Phase.ACCEPTED and now < self._expires:
            self._deadline = self._next_nudge(now)
            return Turn(_NAK)
        return self._refuse(now)

    def _take(self, token: Token, now: float) -> Turn:
        match token:
            case Frame(body):
                return self._receive(body)
            case Damaged():
                return Turn(_ACK) if self._phase is _Phase.IDLE else self._refuse(now)
            case Control.NAK if self._phase is _Phase.SENT:
                self._resends += 1
                return Turn(self._send(now)) if self._resends <= RESEND_MAX else self._end(Silent(accepted=False))
            case Control.DLE if self._phase is _Phase.SENT:
                self._rejects += 1
                return Turn(self._send(now)) if self._rejects <= REJECT_RETRY_MAX else self._end(Rejected())
            case Control.ACK if self._phase is _Phase.SENT:
                self._phase = _Phase.ACCEPTED
                self._expires = now + self._request.response_timeout_s
                self._deadline = self._next_nudge(now)
            case _:
                pass  # a control byte that answers nothing: noise, or the echo of our own repetition
        return Turn()

    def _receive(self, body: bytes) -> Turn:
        """Any good block is acknowledged, or the device would wait for ever; only the right echo is an answer."""
        is_ours = len(body) >= 2 and body[0] == self._request.body[0]
        if self._phase is _Phase.IDLE or not is_ours:
            return Turn(_ACK)
        return self._end(Answered(body[1], body[2:]), _ACK)  # also in SENT: then only the device's ACK was lost

    def _refuse(self, now: float) -> Turn:
        """Ask for the response again, or give it up; the ACK then frees the device."""
        self._naks += 1
        if self._naks > RESPONSE_NAK_MAX:
            return self._end(Silent(accepted=True), _ACK)
        self._phase = _Phase.REFUSED
        self._deadline = now + RESENT_TIMEOUT_S
        return Turn(_NAK)

    def _send(self, now: float) -> bytes:
        self._phase = _Phase.SENT
        self._deadline = now + ACK_TIMEOUT_S
        return frame(self._request.body)

    def _next_nudge(self, now: float) -> float:
        nudge_s = self._request.nudge_s
        return self._expires if nudge_s is None else min(self._expires, now + nudge_s)

    def _end(self, outcome: Outcome, out: bytes = b"") -> Turn:
        self._phase = _Phase.IDLE
        return Turn(out, outcome)
