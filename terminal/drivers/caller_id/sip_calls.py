"""Being called: INVITE is answered with Trying and Ringing and never with anything that would take the call.

Server transactions over UDP (RFC 3261, 17.2 and 9.2). The number is known from the first INVITE; whatever comes again
is answered again and told to nobody twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from shared.visit.events import CallEnded, CallReceived, Event
from terminal.protocol.datagrams import Datagram
from terminal.protocol.sip import ALLOW, MAGIC, PORT, Address, Headers, Request, Tokens, answer, reply_address
from terminal.protocol.sip_caller import caller_of

CALLS_MAX = 4  # that ring at once; a shop has two lines
TRANSACTIONS_MAX = 16  # with those that have ended and may still be asked about
RING_MAX_S = 200.0  # a proxy gives up after three minutes (timer C); then CANCEL was lost
T1_S, T2_S, T4_S = 0.5, 4.0, 5.0  # RFC 3261, 17
TIMER_H_S: Final = 64 * T1_S  # how long an end is sent again that nobody acknowledges

OK: Final = "200 OK"
NO_SUCH: Final = "481 Call/Transaction Does Not Exist"
ALLOWED: Final[Headers] = (("Allow", ALLOW),)


class _State(Enum):
    RINGING = auto()
    ENDED = auto()  # 487 or 480 was sent, ACK has not come
    CONFIRMED = auto()  # kept a while for copies that are late


@dataclass(slots=True)
class _Call:
    invite: Request
    source: Address
    state: _State
    last: Datagram  # what a copy of the INVITE is answered with
    until: float  # the end of the state
    resend_at: float | None = None
    pause_s: float = T1_S

    @property
    def due_at(self) -> float:
        return self.until if self.resend_at is None else min(self.until, self.resend_at)


class Calls:
    """Answers are collected in ``out``, events in ``events``; whoever calls takes both."""

    def __init__(self) -> None:
        self.out: list[Datagram] = []
        self.events: list[Event] = []
        self._calls: dict[tuple[str, ...], _Call] = {}
        self._tokens = Tokens(b"")
        self._contact = ""

    def begin(self, seed: bytes, contact: str) -> None:
        """``contact``: where further requests of a call would go. Calls under way keep their tags."""
        if not self._contact:
            self._tokens = Tokens(seed)
        self._contact = contact

    def stop(self) -> None:
        """The link is gone: nobody would hear of the end."""
        was_ringing = self._is_ringing()
        self._calls.clear()
        self._contact = ""
        self._end_if_quiet(was_ringing)

    @property
    def due_at(self) -> float | None:
        return min((call.due_at for call in self._calls.values()), default=None)

    def tick(self, now: float) -> None:
        """Send an end again, forget what is over, and stop a ringing that nobody ended."""
        for key, call in list(self._calls.items()):
            if call.resend_at is not None and now >= call.resend_at:
                self.out.append(call.last)
                call.pause_s = min(call.pause_s * 2, T2_S)
                call.resend_at = now + call.pause_s
            if now >= call.until and call.state is _State.RINGING:
                self._end(call, "480 Temporarily Unavailable", now)
            elif now >= call.until:
                del self._calls[key]

    def heard(self, request: Request, source: Address, now: float) -> None:
        """A request from ``source``."""
        match request.method:
            case "INVITE":
                self._invited(request, source, now)
            case "CANCEL":
                self._cancelled(request, source, now)
            case "ACK":
                self._acknowledged(request, now)
            case "OPTIONS" | "NOTIFY":
                self._answer(request, OK, source, ALLOWED)
            case "BYE" | "UPDATE" | "PRACK" | "INFO":
                self._answer(request, NO_SUCH, source)
            case _:
                self._answer(request, "405 Method Not Allowed", source, ALLOWED)

    # --- requests --------------------------------------------------------------------------------------------

    def _invited(self, invite: Request, source: Address, now: float) -> None:
        known = self._calls.get(_key(invite))
        if known is not None:
            if known.state is not _State.CONFIRMED:
                self.out.append(known.last)
            return
        refusal = self._refusal(invite)
        if refusal is not None:
            status, extra = refusal
            self._answer(invite, status, source, extra)
            return
        self._make_room()
        self._answer(invite, "100 Trying", source)
        ringing = self._answer(invite, "180 Ringing", source, (("Contact", f"<{self._contact}>"), *ALLOWED))
        self._calls[_key(invite)] = _Call(invite, source, _State.RINGING, ringing, now + RING_MAX_S)
        caller = caller_of(invite)
        self.events.append(CallReceived(caller.number, caller.withheld))

    def _refusal(self, invite: Request) -> tuple[str, Headers] | None:
        """Why an INVITE is no call: these answers keep nothing, a copy gets the same again (8.2.7)."""
        if invite.tag("to"):
            return NO_SUCH, ()
        if invite.first("require"):
            return "420 Bad Extension", (("Unsupported", invite.first("require")),)
        if any(_is_same_call(call.invite, invite) for call in self._calls.values()):
            return "482 Loop Detected", ()  # it came by two ways (8.2.2.2)
        if sum(call.state is _State.RINGING for call in self._calls.values()) >= CALLS_MAX:
            return "486 Busy Here", ()
        return None

    def _cancelled(self, cancel: Request, source: Address, now: float) -> None:
        call = self._calls.get(_key(cancel))
        if call is None:
            self._answer(cancel, NO_SUCH, source)
            return
        self._answer(cancel, OK, source)
        if call.state is _State.RINGING:
            self._end(call, "487 Request Terminated", now)

    def _acknowledged(self, ack: Request, now: float) -> None:
        call = self._calls.get(_key(ack))
        if call is not None and call.state is _State.ENDED:
            call.state, call.resend_at, call.until = _State.CONFIRMED, None, now + T4_S

    # --- calls -----------------------------------------------------------------------------------------------

    def _end(self, call: _Call, status: str, now: float) -> None:
        call.last = self._answer(call.invite, status, call.source)
        call.state, call.until = _State.ENDED, now + TIMER_H_S
        call.resend_at, call.pause_s = now + T1_S, T1_S
        self._end_if_quiet(was_ringing=True)

    def _end_if_quiet(self, was_ringing: bool) -> None:
        if was_ringing and not self._is_ringing():
            self.events.append(CallEnded())

    def _is_ringing(self) -> bool:
        return any(call.state is _State.RINGING for call in self._calls.values())

    def _make_room(self) -> None:
        """The oldest that is over goes; those that ring are few (``CALLS_MAX``)."""
        if len(self._calls) >= TRANSACTIONS_MAX:
            del self._calls[next(key for key, call in self._calls.items() if call.state is not _State.RINGING)]

    def _answer(self, request: Request, status: str, source: Address, extra: Headers = ()) -> Datagram:
        tag = "" if status.startswith("100") else self._tokens.of(" ".join(_key(request)[:2]) + request.call_id)
        datagram = Datagram(reply_address(request, source), answer(request, status, source, tag, extra))
        self.out.append(datagram)
        return datagram


def _key(request: Request) -> tuple[str, ...]:
    """What INVITE, its CANCEL and its ACK have in common (17.2.3)."""
    via = request.via
    if via is not None and via.branch.startswith(MAGIC):
        return via.branch, via.host.lower(), str(via.port or PORT)
    return "", request.call_id, request.tag("from"), str(request.cseq[0])


def _is_same_call(known: Request, new: Request) -> bool:
    return (known.call_id, known.tag("from"), known.cseq) == (new.call_id, new.tag("from"), new.cseq)
