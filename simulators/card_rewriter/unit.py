"""The unit behind its serial port: the device's side of the dialogue, command by command.

The states are those of the command manual's table (MO/7). Where the documents are silent, this simulator takes the
course that is harder for the host: a block that is not a priority command gets no answer while another runs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from simulators.card_rewriter import timing
from simulators.card_rewriter.commands import (
    ERASE_ONLY,
    PRINT_ONLY,
    PRIORITY,
    SETTERS,
    CommandSet,
    Edition,
    describe_command,
    describe_response,
)
from simulators.card_rewriter.faults import Faults
from simulators.card_rewriter.fonts import Fonts, find_fonts
from simulators.card_rewriter.mechanism import Answer, Mechanism, Motion, answer_with, one_after_the_other
from simulators.card_rewriter.printing import MalformedText, PrintBuffer
from simulators.card_stock import SimCard
from terminal.protocol.framing.stx_bcc import BODY_LEN_MAX, CommandReceiver, Control, Damaged, Frame, Refused, frame
from terminal.protocol.tcp300 import Command, SensorStatus, Status, TrackFormat

LOG_MAX = 2000  # lines of the wire log; the bench shows the newest
_VERSIONS = {
    Edition.TCP300_2003: b"TCP300JP V1.00A",
    Edition.TCP300II_2005: b"TCP3II V1.00.00",
    Edition.TCP300II_2014: b"TCP3II V3.00.00",
}


class State(Enum):
    """Of the dialogue. Receiving a block and awaiting its BCC are the receiver's own."""

    OFF = "off"  # also while the transport path is open
    STARTING = "starting"
    IDLE = "idle"
    EXECUTING = "executing"
    AWAITING_ACK = "awaiting ACK"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing on the wire. ``to_device``: sent by the host."""

    at_s: float
    to_device: bool
    data: bytes
    meaning: str


@dataclass(frozen=True, slots=True)
class Lights:
    """What 5Ah last set; blank until it was used."""

    buzzer: str = " "
    colour: str = " "
    action: str = " "


class Tcp300Simulator:
    """A :class:`simulators.device.Device`; starts idle, switched on and empty."""

    def __init__(self, edition: Edition = Edition.TCP300II_2014, fonts: Fonts | None = None) -> None:
        self.faults = Faults()
        self.log: deque[LogLine] = deque(maxlen=LOG_MAX)
        self.leds = Lights()
        self._edition = edition
        self._commands = CommandSet(edition)
        self._receiver = CommandReceiver(self._commands.accepts_byte)
        self._mechanism = Mechanism(self.faults)
        self._fonts = fonts if fonts is not None else find_fonts()
        self._buffer = PrintBuffer(self._fonts)
        self._track: tuple[bytes, TrackFormat] | None = None
        self._state = State.IDLE
        self._has_power = True
        self._path_open = False
        self._motion: Motion | None = None
        self._command = 0
        self._due: float | None = None
        self._response = b""
        self._unsaid = b""  # said while a hand was at the unit
        self._heard = bytearray()  # bytes of the host since the last thing that was logged

    # --- Device --------------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        """When the motion under way comes to its next point."""
        return self._mechanism.now if self._unsaid else self._due

    def feed(self, data: bytes, now: float) -> bytes:
        """Bytes of the host."""
        out = self.tick(now)
        for byte in data:
            out += self._take(byte, now)
        return out

    def tick(self, now: float) -> bytes:
        """Carry the motion on to ``now``."""
        out, self._unsaid = self._unsaid, b""
        while self._due is not None and self._due <= now:
            out += self._carry_on(self._due)
        self._mechanism.now = max(self._mechanism.now, now)
        return out

    def power_off(self, now: float) -> None:
        """What is under a head stays as it is at this moment."""
        self.tick(now)
        self._has_power = False
        self._stop()

    def power_on(self, now: float) -> bytes:
        """Starts up in silence; a card inside comes out."""
        self._has_power = True
        self._start_up(now)
        return b""

    # --- hands ---------------------------------------------------------------------------------------------------

    def insert_card(self, card: SimCard, now: float, *, wrong_way_round: bool = False) -> bool:
        """Push a card into the inlet; False when another lies there."""
        self._catch_up(now)
        if not self._mechanism.insert(card, wrong_way_round):
            return False
        self._wake(now)
        return True

    def take_card(self, now: float) -> SimCard | None:
        """Take the card at the inlet, whether it was put in or put out."""
        self._catch_up(now)
        card = self._mechanism.take()
        self._wake(now)
        return card

    def cover(self, is_open: bool) -> None:
        """The cover: a sensor and a buzzer; cards go on being processed."""
        self._mechanism.cover_open = is_open

    def path(self, is_open: bool, now: float) -> None:
        """The transport path: open, nothing is received or processed; closing it starts the unit afresh."""
        self._catch_up(now)
        self._path_open = is_open
        if is_open:
            self._stop()
        else:
            self._start_up(now)

    def take_inside(self, now: float) -> SimCard | None:
        """Take the card out of the opened path; this also ends a jam."""
        self._catch_up(now)
        return self._mechanism.clear_jam() if self._path_open else None

    def release(self, now: float) -> None:
        """Not a hand, but time itself: a pass that ``faults.hold_at`` holds, or would have held, goes on."""
        self.faults.hold_at = None
        self._wake(now)

    def _catch_up(self, now: float) -> None:
        """Before a hand interferes: what the unit says by then goes onto the wire at the next turn."""
        self._unsaid = self.tick(now)

    # --- looking at it -------------------------------------------------------------------------------------------

    @property
    def card(self) -> SimCard | None:
        """The card inside."""
        return self._mechanism.inside

    @property
    def slot_card(self) -> SimCard | None:
        """The card at the inlet, on its way in or out."""
        return self._mechanism.at_inlet

    @property
    def sensors(self) -> SensorStatus:
        """What 59h would say."""
        return self._mechanism.sensors

    @property
    def is_jammed(self) -> bool:
        """A card is stuck; a person opens the path and takes it out."""
        return self._mechanism.is_jammed

    @property
    def state(self) -> State:
        """Of the dialogue."""
        return self._state

    @property
    def font_name(self) -> str:
        """ "jiskan24", "ipaexg" or "boxes"; anything but the first is a substitute."""
        return self._fonts.name

    # --- the dialogue --------------------------------------------------------------------------------------------

    def _take(self, byte: int, now: float) -> bytes:
        if self._state in (State.OFF, State.STARTING):
            return b""
        self._heard.append(byte)
        if len(self._heard) > BODY_LEN_MAX + 3:
            self._note_heard(now, "noise")
        if self._state is State.AWAITING_ACK:
            return self._take_acknowledgement(byte, now)
        match self._receiver.push(byte):
            case Frame(body):
                self._note_heard(now, describe_command(body))
                return self._accept(body, now)
            case Damaged():
                self._note_heard(now, "damaged block")
                return self._reply(Control.NAK, now) if self._state is State.IDLE else b""
            case Refused():
                self._note_heard(now, "bad data in mid-block")
                return self._reply(Control.DLE, now) if self._state is State.IDLE else b""
        if len(self._heard) == 1 and byte in Control.__members__.values():
            self._note_heard(now, f"{Control(byte).name}, discarded")
        return b""

    def _take_acknowledgement(self, byte: int, now: float) -> bytes:
        """State 4: everything but ACK and NAK is thrown away, without limit of time."""
        if byte == Control.ACK:
            self._note_heard(now, "ACK")
            self._state = State.IDLE
        elif byte == Control.NAK:
            self._note_heard(now, "NAK")
            self._note(now, False, self._response, "again")
            return self._response
        return b""

    def _accept(self, body: bytes, now: float) -> bytes:
        if self._state is State.EXECUTING and body[0] not in PRIORITY:
            return b""
        if self.faults.take("rejections"):
            return self._reply(Control.DLE, now)
        motion = self._plan(body)
        if motion is None:
            return self._reply(Control.DLE, now)
        self._command, self._state = body[0], State.EXECUTING
        if self._motion is not None and self._due is not None and body[0] != Command.RESET:
            self._motion = one_after_the_other(self._motion, motion)  # 54h lets a card in motion arrive
        else:
            if self._motion is not None:
                self._motion.close()  # the interrupted command yields no response
            self._motion, self._due = motion, now
        return self._reply(Control.ACK, now) + self.tick(now)

    def _carry_on(self, at: float) -> bytes:
        assert self._motion is not None
        self._mechanism.now = at
        try:
            wait_s = next(self._motion)
        except StopIteration as done:
            self._motion, self._due = None, None
            return self._respond(done.value, at)
        self._due = None if wait_s is None else at + wait_s
        return b""

    def _respond(self, answer: Answer, at: float) -> bytes:
        if self._state is State.STARTING:
            self._state = State.IDLE
            return b""
        status, data = answer
        body = bytes((self._command, status)) + data
        self._response = frame(body)
        self._state = State.AWAITING_ACK
        if self.faults.take("lost_answers"):
            self._note(at, False, self._response, describe_response(body) + ", lost")
            return b""
        self._note(at, False, self._response, describe_response(body))
        return self._response

    def _reply(self, control: Control, now: float) -> bytes:
        self._note(now, False, bytes((control,)), control.name)
        return bytes((control,))

    # --- commands ------------------------------------------------------------------------------------------------

    def _plan(self, body: bytes) -> Motion | None:
        """What the command will do; None means DLE."""
        command, data = body[0], body[1:]
        if not self._commands.accepts(body):
            return None
        forced = self.faults.forced_status(command)
        if forced is not None:
            return answer_with(forced)
        if command in SETTERS:
            self._track = (data, TrackFormat.JIS if command == Command.SET_NORMAL else TrackFormat.REVERSE_JIS)
            return answer_with(Status.NORMAL)
        if command in (Command.WRITE, Command.WRITE_NOW):
            return self._plan_write(waits=command == Command.WRITE)
        if command in (Command.PRINT, PRINT_ONLY, ERASE_ONLY):
            return self._plan_print(command, data)
        return self._plan_motion(command, data) or self._plan_quick(command, data)

    def _plan_motion(self, command: int, data: bytes) -> Motion | None:
        match command:
            case Command.READ | Command.READ_NOW:
                return self._mechanism.read(waits=command == Command.READ)
            case Command.READ_FORMAT | Command.READ_FORMAT_NOW:
                track_format = TrackFormat(data[2:].decode("ascii"))
                return self._mechanism.read(waits=command == Command.READ_FORMAT, track_format=track_format)
            case Command.READ_BUFFER:
                return self._mechanism.read_cached()
            case Command.DISCHARGE:
                return self._mechanism.discharge()
            case Command.FRONT_IDLE | Command.REAR_IDLE:
                return self._mechanism.idle(rear=command == Command.REAR_IDLE)
            case Command.RESET:
                self._forget()
                return self._mechanism.initialise()
        return None

    def _plan_quick(self, command: int, data: bytes) -> Motion | None:
        match command:
            case Command.CLEAR_PRINT:
                self._buffer.clear()
            case Command.CLEAR_ALL:
                if self._edition is not Edition.TCP300_2003:  # there it clears only the image register
                    self._buffer.clear()
            case Command.PRINT_TEXT:
                try:
                    return answer_with(self._buffer.text(data))
                except MalformedText:
                    return None
            case Command.VERSION:
                return answer_with(Status.NORMAL, _VERSIONS[self._edition])
            case Command.STATUS:
                return self._report_sensors()
            case Command.INDICATE:
                self.leds = Lights(*data.replace(b",", b"").decode("ascii"))
            case Command.CANCEL_REMOVAL:
                self._mechanism.inlet_is_target = self._mechanism.at_inlet is not None
        return answer_with(Status.NORMAL)

    def _plan_write(self, *, waits: bool) -> Motion | None:
        if self._track is None:
            return None  # "every named track must already hold valid write data"
        track, track_format = self._track
        return self._mechanism.write(track, track_format, waits=waits)

    def _plan_print(self, command: int, data: bytes) -> Motion:
        flags = data.split(b",") if data else [b"1"]
        return self._mechanism.print(
            self._buffer.picture(),
            discharges=flags[0] == b"1",
            erases=command != PRINT_ONLY and flags[1:2] != [b"0"],
            prints=command != ERASE_ONLY and flags[2:3] != [b"0"],
        )

    def _report_sensors(self) -> Motion:
        yield timing.QUICK_S
        seen = self._mechanism.sensors
        digits = seen.inlet.value + "".join("01"[lit] for lit in seen.inner) + "01"[seen.cover_open] + "0"
        return Status.NORMAL, digits.encode("ascii")

    # --- start and stop ------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        if self._motion is not None:
            self._motion.close()
        self._motion, self._due, self._state = None, None, State.OFF
        self._unsaid = b""
        self._receiver.reset()
        self._heard.clear()
        self._forget()

    def _start_up(self, now: float) -> None:
        if not self._has_power or self._path_open:
            return
        self._state = State.STARTING
        self._motion, self._due = self._mechanism.initialise(), now
        self.tick(now)

    def _forget(self) -> None:
        """Volatile memory: write data and print data."""
        self._track = None
        self._buffer.clear()

    def _wake(self, now: float) -> None:
        """A person moved a card: a motion that waits for one looks again."""
        if self._motion is not None and self._due is None:
            self._due = now

    # --- log -----------------------------------------------------------------------------------------------------

    def _note_heard(self, now: float, meaning: str) -> None:
        self._note(now, True, bytes(self._heard), meaning)
        self._heard.clear()

    def _note(self, now: float, to_device: bool, data: bytes, meaning: str) -> None:
        self.log.append(LogLine(now, to_device, data, meaning))
