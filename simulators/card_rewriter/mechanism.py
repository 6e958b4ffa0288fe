"""The moving parts: where the cards are, what the heads do to them and when. A motion is a generator of waits.

It yields seconds to wait, or None to wait for a person, and returns the status and the data of the response. Closing
the generator is a power cut: what was under a head at that moment stays as it is.
"""

from __future__ import annotations

from collections.abc import Generator

from simulators.card_rewriter import timing
from simulators.card_rewriter.canvas import Canvas, blank
from simulators.card_rewriter.faults import Faults
from simulators.card_stock import SimCard
from terminal.protocol.tcp300 import Inlet, SensorStatus, Status, TrackFormat

Answer = tuple[Status, bytes]
Motion = Generator[float | None, None, Answer]
_OK: Answer = (Status.NORMAL, b"")


class Mechanism:
    """Time is :attr:`now`, which the unit sets before it runs a motion."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.now = 0.0
        self.inside: SimCard | None = None
        self.at_inlet: SimCard | None = None
        self.inlet_is_target = False  # False: the card there waits to be taken away
        self.cover_open = False
        self.is_jammed = False
        self.is_at_rear = False
        self._is_turned = False  # the card inside lies the wrong way round
        self._inlet_is_turned = False
        self._moved_since_pass = True  # the card inside has not been read or written since it came in
        self.read_buffer = b""

    @property
    def sensors(self) -> SensorStatus:
        """Sensor 2 at the front idle position, 4 at the rear: an assumption, no page says which."""
        inlet = Inlet.EMPTY
        if self.at_inlet is not None:
            inlet = Inlet.CARD if self.inlet_is_target else Inlet.AWAITING_REMOVAL
        is_in = self.inside is not None
        return SensorStatus(inlet, (is_in and not self.is_at_rear, False, is_in and self.is_at_rear), self.cover_open)

    def insert(self, card: SimCard, wrong_way_round: bool) -> bool:
        """A person pushes a card into the inlet; False when one lies there already."""
        if self.at_inlet is not None:
            return False
        self.at_inlet, self.inlet_is_target = card, True
        self._inlet_is_turned = wrong_way_round
        return True

    def take(self) -> SimCard | None:
        """A person takes the card at the inlet."""
        card, self.at_inlet = self.at_inlet, None
        return card

    def clear_jam(self) -> SimCard | None:
        """A person takes the card out of the opened transport path."""
        card, self.inside = self.inside, None
        self.is_jammed = False
        return card

    # --- motions -------------------------------------------------------------------------------------------------

    def read(self, *, waits: bool, track_format: TrackFormat | None = None) -> Motion:
        """21h-28h: always a pass over the head."""
        card = yield from self._fetch(waits)
        if card is None:
            return Status.NO_CARD, b""
        if self._jams():
            return Status.JAM, b""
        status = Status.NO_STRIPE
        for _ in range(timing.TRIES):
            yield timing.READ_PASS_S
            status, track = self._pass(card, track_format)
            if status is Status.NORMAL:
                self._moved_since_pass = False
                self.read_buffer = track.encode("latin-1")
                return status, self.read_buffer
            if status is Status.NO_STRIPE:
                break
        return status, b""

    def read_cached(self) -> Motion:
        """29h-2Bh: from the buffer when the idling card was read or written since it came in (MD/10)."""
        if self.inside is not None and not self._moved_since_pass:
            yield timing.QUICK_S
            return Status.NORMAL, self.read_buffer
        return (yield from self.read(waits=False))

    def write(self, track: bytes, track_format: TrackFormat, *, waits: bool) -> Motion:
        """31h, 32h: write, read back, up to three times."""
        card = yield from self._fetch(waits)
        if card is None:
            return Status.NO_CARD, b""
        if self._jams():
            return Status.JAM, b""
        if self._is_turned:
            yield timing.READ_PASS_S
            return Status.NO_STRIPE, b""
        for _ in range(timing.TRIES):
            yield timing.APPROACH_S
            card.begin_pass()
            yield from self._write_pass()
            if not self.faults.take("write_errors"):
                card.end_pass(track.decode("latin-1"), track_format)
            yield timing.VERIFY_PASS_S
            read_back = self._pass(card, None)
            if not self.faults.take("verify_errors") and read_back == (Status.NORMAL, track.decode("latin-1")):
                self._moved_since_pass = False
                self.read_buffer = track
                return _OK
        return Status.WRITE_ERROR, b""

    def print(self, picture: Canvas, *, discharges: bool, erases: bool, prints: bool) -> Motion:
        """46h: erase, print, then hold or discharge. Waits for a card."""
        card = yield from self._fetch(True)
        assert card is not None, "a waiting motion ends with a card"
        if self._jams():
            return Status.JAM, b""
        yield timing.HEAT_S
        if self.faults.head_is_hot:
            return Status.HEAD_TEMPERATURE, b""
        card.rewrite_count += 1
        if erases:
            card.face = blank(picture.width > picture.height)
            yield timing.ERASE_S
        if prints:
            yield from self._print(card, picture)
        self.is_at_rear = False
        return (yield from self.discharge()) if discharges else _OK

    def discharge(self) -> Motion:
        """50h. A card that a person has put into the inlet meanwhile blocks the way."""
        if self.inside is None:
            yield timing.QUICK_S if self.at_inlet is None else timing.PROMPT_S
            return _OK
        if self._jams() or self.at_inlet is not None:
            self.is_jammed = True
            yield timing.DISCHARGE_S
            return Status.JAM, b""
        yield timing.DISCHARGE_S
        self.at_inlet, self.inlet_is_target, self.inside = self.inside, False, None
        return _OK

    def idle(self, *, rear: bool) -> Motion:
        """51h, 53h: also a card that waits to be taken comes back in."""
        if self.inside is None and self.at_inlet is not None:
            self.inlet_is_target = True
        yield from self._fetch(True)
        yield timing.IDLE_MOVE_S
        self.is_at_rear = rear
        return _OK

    def initialise(self) -> Motion:
        """Reset, power-on, transport path closed: a card inside comes out, memory is empty."""
        self.read_buffer = b""
        yield timing.RESET_S - timing.DISCHARGE_S
        return (yield from self.discharge())

    # --- parts ---------------------------------------------------------------------------------------------------

    def _fetch(self, waits: bool) -> Generator[float | None, None, SimCard | None]:
        """The process-target card: one that idles inside goes before one at the inlet."""
        if self.inside is None and self.at_inlet is not None and not self.inlet_is_target:
            yield timing.PROMPT_S
        while self.inside is None:
            if self.at_inlet is not None and self.inlet_is_target:
                yield timing.TAKE_IN_S
                if self.at_inlet is not None:  # else it was pulled back
                    self.inside, self.at_inlet = self.at_inlet, None
                    self._moved_since_pass, self.is_at_rear = True, False
                    self._is_turned = self._inlet_is_turned
            elif waits:
                yield None
            else:
                yield timing.QUICK_S
                return None
        return self.inside

    def _pass(self, card: SimCard, track_format: TrackFormat | None) -> tuple[Status, str]:
        if self._is_turned:
            return Status.NO_STRIPE, ""
        if self.faults.take("read_errors"):
            return Status.LRC, ""
        return card.read(track_format)

    def _write_pass(self) -> Generator[float | None, None, None]:
        share = self.faults.hold_at
        if share is None:
            yield timing.WRITE_PASS_S
            return
        yield timing.WRITE_PASS_S * share
        try:
            while self.faults.hold_at is not None:
                self.faults.is_held = True
                yield None
        finally:
            self.faults.is_held = False
        yield timing.WRITE_PASS_S * (1 - share)

    def _print(self, card: SimCard, picture: Canvas) -> Generator[float | None, None, None]:
        under = card.face if card.face is not None else blank(picture.width > picture.height)
        start = self.now
        try:
            yield timing.PRINT_S
        except GeneratorExit:  # the head has come this far
            done = int(picture.height * min((self.now - start) / timing.PRINT_S, 1.0))
            card.face = picture.upper(done).merged(under)
            raise
        card.face = picture.merged(under)

    def _jams(self) -> bool:
        if self.faults.take("jams"):
            self.is_jammed = True
        return self.is_jammed


def answer_with(status: Status, data: bytes = b"") -> Motion:
    """A command without motion."""
    yield timing.QUICK_S
    return status, data


def one_after_the_other(first: Motion, second: Motion) -> Motion:
    """Let a card in motion arrive before the next thing; the first answer is not given."""
    yield from first
    return (yield from second)
