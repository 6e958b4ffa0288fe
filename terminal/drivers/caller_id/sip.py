"""Core of a telephone on a SIP gateway (Hikari denwa, a PBX, a provider) that only shows who calls."""

from __future__ import annotations

from shared.visit.effects import Effect
from shared.visit.events import DeviceLost, DeviceReady, Event
from terminal.drivers.caller_id.sip_calls import Calls
from terminal.drivers.caller_id.sip_registration import Outcome, Registration
from terminal.drivers.core import Step
from terminal.drivers.port import Role
from terminal.protocol.datagrams import Datagram, Introduction, Parcel, ParcelDecoder, encode
from terminal.protocol.sip import Request, Response, read
from terminal.protocol.sip_account import SipLine, decode_line

DEVICE = Role.CALLER_ID.value
LINK_CLOSED = "device.caller_id.link_closed"


class SipCore:
    """See :class:`terminal.drivers.core.DriverCore`. Its bytes are parcels (``terminal.protocol.datagrams``)."""

    def __init__(self) -> None:
        self._parcels = ParcelDecoder()
        self._registration = Registration()
        self._calls = Calls()
        self._reported: str | None = None  # the code last reported lost, empty for ready
        self._out: list[Parcel] = []
        self._events: list[Event] = []

    def opened(self, now: float) -> Step:
        """Ask the link who we are; the rest follows its answer."""
        self._parcels.reset()
        self._out.append(Introduction())
        return self._step()

    def closed(self, now: float) -> Step:
        """The socket is gone."""
        self._registration.stop()
        self._calls.stop()
        self._report(LINK_CLOSED)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        for parcel in self._parcels.feed(data):
            match parcel:
                case Introduction(line):
                    self._begin(decode_line(line), now)
                case Datagram():
                    self._heard(parcel, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """None exists."""
        raise TypeError(f"{type(effect).__name__} is not for a telephone line")

    def tick(self, now: float) -> Step:
        """Send again, register again, or give up."""
        self._calls.tick(now)
        self._take(*self._registration.tick(now))
        if self._registration.wants_line:
            self._registration.wants_line = False
            self._out.append(Introduction())
        return self._step()

    def _begin(self, line: SipLine, now: float) -> None:
        self._calls.begin(line.seed, f"sip:{line.user}@{line.local.host}:{line.local.port}")
        self._take(self._registration.begin(line, now), None)

    def _heard(self, datagram: Datagram, now: float) -> None:
        match read(datagram.data):
            case Response() as response:
                self._take(*self._registration.heard(response, now))
            case Request() as request:
                self._calls.heard(request, datagram.peer, now)
            case None:
                pass  # a keep-alive, or no SIP

    def _take(self, out: list[Datagram], outcome: Outcome | None) -> None:
        self._out += out
        if outcome is not None:
            self._report(outcome.code)

    def _report(self, code: str) -> None:
        if code != self._reported:
            self._reported = code
            self._events.append(DeviceLost(DEVICE, code) if code else DeviceReady(DEVICE))

    def _step(self) -> Step:
        events = (*self._events, *self._calls.events)
        out = b"".join(encode(parcel) for parcel in (*self._out, *self._calls.out))
        for taken in (self._out, self._events, self._calls.out, self._calls.events):
            taken.clear()
        times = [at for at in (self._registration.due_at, self._calls.due_at) if at is not None]
        return Step(out, events, min(times, default=None))
