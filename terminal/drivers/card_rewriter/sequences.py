"""What the TCP300II is asked, in which order, for each order of the machine.

A sequence is a generator: it yields a request and is sent the outcome, so an order reads from top to bottom.
It raises EnishiError when the unit cannot be asked anything more; the core turns that into CardRewriterLost.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from shared.card.face import Face
from shared.errors import EnishiError
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    Event,
    FacePrinted,
    FacePrintFailed,
    NoCard,
)
from terminal.drivers.card_rewriter.faults import (
    HEAD_TEMPERATURE,
    NO_ANSWER,
    NO_CARD,
    REFUSED,
    WRITE_MISMATCH,
    code_of,
    is_over,
    takes_the_unit_away,
)
from terminal.protocol import tcp300
from terminal.protocol.exchange import Answered, Outcome, Rejected, Request, Silent
from terminal.protocol.tcp300 import Orientation, SensorStatus, Status, TrackFormat

QUICK_TIMEOUT_S = 3.0  # commands without motion: 1 s recommended (MD/66), 3 s used by a shipping host for 41h
READ_TIMEOUT_S = 12.0  # 6 s recommended (MD/66) and two retries of the device, MD/59
WRITE_TIMEOUT_S = 15.0  # 6 s recommended (MD/66) and two retries with verify, MD/60
PRINT_TIMEOUT_S = 20.0  # 10 s in a shipping host; slower when cold (MD/26)
DISCHARGE_TIMEOUT_S = 6.0  # 2 s in a shipping host; others allow 7 s for any command
RESET_TIMEOUT_S = 8.0  # "about 3 s", MD/6, and a card to discharge
AWAIT_NUDGE_S = 5.0  # while a card is awaited: a NAK brings back an answer that the wire lost
AWAIT_RENEW_S = 60.0  # no time-out of the wait, but its renewal: only so a unit without power is noticed
STEP_TRIES = 2  # of a step that may be repeated without harm
QUERY_TRIES = 2  # status requests before the unit counts as lost
DISCHARGE_TRIES = 2
REVIVE_FIRST_S = 1.0  # back-off between looks at a lost unit
REVIVE_MAX_S = 8.0


@dataclass(frozen=True, slots=True)
class Tcp300Options:
    """How this unit is used. The stripe is track 2, the only one of the 1-track model."""

    write_reverse: bool = False  # 36h instead of 39h
    read_format: TrackFormat | None = None  # None: the unit recognises it; given: firmware of 2014 needed
    additive: bool = False  # print over what the face's other lines left, instead of replacing it
    gap_dots: int | None = None  # between characters, as FaceStock.gap; None: the unit's own setting, 2 ex factory


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this and come back with the outcome."""

    request: Request


@dataclass(frozen=True, slots=True)
class Pause:
    """Come back after this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Something happened."""

    event: Event


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the unit says of itself. ``version``: of its ROM; "" when it does not tell."""

    sensors: SensorStatus
    version: str


T = TypeVar("T")
Steps = Generator[Ask | Pause | Tell, Outcome | None, T]


def ask(body: bytes, timeout_s: float, *, lone_ack: bool = False, nudge_s: float | None = None) -> Steps[Outcome]:
    """One exchange."""
    outcome = yield Ask(Request(body, timeout_s, lone_ack, nudge_s))
    assert outcome is not None, "the core answers every Ask"
    return outcome


def look(*, frees_first: bool = True) -> Steps[SensorStatus | None]:
    """The sensors, or None. The lone ACK frees a unit whose last response was never acknowledged."""
    match (yield from ask(tcp300.status(), QUICK_TIMEOUT_S, lone_ack=frees_first)):
        case Answered(Status.NORMAL, data):
            return tcp300.parse_status(data)
        case Answered(code) if takes_the_unit_away(code_of(code)):
            raise EnishiError(code_of(code))
    return None


def recover() -> Steps[SensorStatus]:
    """Find out whether the unit is there, and stop a wait for a card that an earlier order may have left."""
    for attempt in range(QUERY_TRIES):
        if attempt:
            yield from ask(tcp300.cancel_insertion(), QUICK_TIMEOUT_S, lone_ack=True)
        sensors = yield from look()
        if sensors is not None:
            return sensors
    raise EnishiError(NO_ANSWER)


def query() -> Steps[SensorStatus]:
    """The sensors now."""
    sensors = yield from look(frees_first=False)
    return sensors if sensors is not None else (yield from recover())


def greet() -> Steps[Greeting]:
    """First words after the link opened. No reset: it would discharge a card that recovery still needs."""
    sensors = yield from recover()
    outcome = yield from ask(tcp300.version(), QUICK_TIMEOUT_S)  # an old unit may refuse it
    if sensors.cover_open:
        raise EnishiError(code_of(Status.COVER_OPEN))
    match outcome:
        case Answered(Status.NORMAL, data):
            return Greeting(sensors, tcp300.parse_version(data))
    return Greeting(sensors, "")


def revive(code: str) -> Steps[None]:
    """Look after a lost unit, ever more rarely, until it is fit again."""
    pause_s, lost_for_s, was_silent = REVIVE_FIRST_S, 0.0, False
    while True:
        yield Pause(pause_s)
        lost_for_s += pause_s
        pause_s = min(2 * pause_s, REVIVE_MAX_S)
        try:
            sensors = yield from recover()
        except EnishiError as error:
            was_silent = was_silent or error.code == NO_ANSWER
            continue
        if is_over(code, sensors, was_silent, lost_for_s):
            return


def await_card(options: Tcp300Options) -> Steps[None]:
    """22h (or 24h) until a card came. Ends with CardPresented or CardUnreadable."""
    track_format = options.read_format
    while True:
        outcome = yield from ask(tcp300.read(track_format), AWAIT_RENEW_S, nudge_s=AWAIT_NUDGE_S)
        match outcome:
            case Answered(status) if status != Status.NO_CARD:
                yield Tell(judge_read(outcome))
                return
            case Rejected() if track_format is None:
                raise EnishiError(REFUSED)
            case Rejected():
                track_format = None  # firmware before 24h
            case _:
                yield from ask(tcp300.cancel_insertion(), QUICK_TIMEOUT_S, lone_ack=True)
                yield from recover()


def stop_waiting() -> Steps[None]:
    """54h. A card that came in at the same moment stays inside and is read by the next order."""
    outcome = yield from ask(tcp300.cancel_insertion(), QUICK_TIMEOUT_S)
    if isinstance(outcome, Silent):
        yield from recover()


def read_card(options: Tcp300Options) -> Steps[None]:
    """26h (or 28h), a real pass: only 29h-2Bh answer from the buffer without moving the card (MD/10)."""
    outcome = yield from _insist(tcp300.read_now(options.read_format), READ_TIMEOUT_S)
    if isinstance(outcome, Rejected) and options.read_format is not None:
        outcome = yield from _insist(tcp300.read_now(), READ_TIMEOUT_S)
    yield Tell(judge_read(outcome))


def judge_read(outcome: Outcome) -> Event:
    """The event of a read's outcome; raises when the status takes the unit away."""
    match outcome:
        case Answered(Status.NORMAL, data):
            return CardPresented(tcp300.parse_track(data))
        case Answered(Status.NO_CARD):
            return NoCard()
    return CardUnreadable(_failure(outcome))


def write_card(track: str, options: Tcp300Options) -> Steps[None]:
    """Set the data, see that a card is inside, write without waiting, compare. The unit verifies by itself."""
    code = yield from _write(track, options)
    yield Tell(CardWritten() if code is None else CardWriteFailed(code))


def _write(track: str, options: Tcp300Options) -> Steps[str | None]:
    try:
        data = tcp300.set_track(track, reverse=options.write_reverse)
    except EnishiError as error:
        return error.code
    outcome = yield from _insist(data, QUICK_TIMEOUT_S)
    if not _is_normal(outcome):
        return _failure(outcome)
    sensors = yield from query()  # 32h would also take in and write another card that lies at the inlet
    if not sensors.card_inside:
        return NO_CARD
    outcome = yield from ask(tcp300.write_now(), WRITE_TIMEOUT_S)
    if isinstance(outcome, Silent):
        yield from recover()  # it may have been written; the machine reads the card and decides
    if not _is_normal(outcome):
        return _failure(outcome)
    return (yield from _compare(data[1:]))


def _compare(sent: bytes) -> Steps[str | None]:
    """Whether the unit wrote what we meant: two flipped bits in one column pass the BCC, and its own verify too.

    2Ah shows the unit's copy without motion. Should it still hold what was read before the write, a real pass tells.
    """
    for body in (tcp300.read_buffer(), tcp300.read_now()):
        outcome = yield from _insist(body, READ_TIMEOUT_S)
        if outcome == Answered(Status.NORMAL, sent):
            return None
    return WRITE_MISMATCH if _is_normal(outcome) else _failure(outcome)


def print_face(face: Face, options: Tcp300Options) -> Steps[None]:
    """Clear both buffers first: nothing clears them by itself, and the last customer's face would come out."""
    code = yield from _print(face, options)
    yield Tell(FacePrinted() if code is None else FacePrintFailed(code))


def _print(face: Face, options: Tcp300Options) -> Steps[str | None]:
    try:
        blocks = [tcp300.clear_print(), tcp300.clear_all(), *_text_blocks(face, options)]
    except EnishiError as error:
        return error.code
    outcome = yield from _set_print(blocks)
    if not _is_normal(outcome):
        return _failure(outcome)
    sensors = yield from query()
    if not sensors.card_inside:  # 46h would wait, and print this face on the next customer's card
        return NO_CARD
    outcome = yield from ask(tcp300.print_face(discharge=False), PRINT_TIMEOUT_S)
    if isinstance(outcome, Silent):
        yield from ask(tcp300.cancel_insertion(), QUICK_TIMEOUT_S, lone_ack=True)
        yield from recover()
    if isinstance(outcome, Answered) and code_of(outcome.status) == HEAD_TEMPERATURE:
        return HEAD_TEMPERATURE  # the stripe is written and the card can still go back to its owner
    return None if _is_normal(outcome) else _failure(outcome)


def _set_print(blocks: list[bytes]) -> Steps[Outcome]:
    """All blocks in order; after a silence from the first again, because the unit may have lost its memory."""
    outcome: Outcome = Silent(accepted=False)
    for _ in range(STEP_TRIES):
        for block in blocks:
            outcome = yield from ask(block, QUICK_TIMEOUT_S)
            if not _is_normal(outcome):
                break
        if not isinstance(outcome, Silent):
            break
        yield from recover()
    return outcome


def _text_blocks(face: Face, options: Tcp300Options) -> list[bytes]:
    orientation = {
        (False, False): Orientation.VERTICAL,
        (True, False): Orientation.HORIZONTAL,
        (False, True): Orientation.VERTICAL_ADDITIVE,
        (True, True): Orientation.HORIZONTAL_ADDITIVE,
    }[face.landscape, options.additive]
    blocks = []
    for line in face.lines:
        text = tcp300.magnify(tcp300.encode_text(line.text), wide=line.wide, tall=line.tall)
        if options.gap_dots is not None:
            text = tcp300.with_gap(text, options.gap_dots)
        blocks.append(tcp300.print_text(orientation, line.x, line.y, text))
    return blocks


def eject_card() -> Steps[None]:
    """50h "1"; after a DLE 5Fh, which discharges too. Ends with CardDischarged."""
    for _ in range(DISCHARGE_TRIES):
        outcome = yield from ask(tcp300.discharge(), DISCHARGE_TIMEOUT_S)
        if isinstance(outcome, Rejected):
            outcome = yield from ask(tcp300.reset(), RESET_TIMEOUT_S)
        if isinstance(outcome, Answered) and outcome.status in (Status.NORMAL, Status.NO_CARD):
            yield Tell(CardDischarged())
            return
        if isinstance(outcome, Answered):
            code = code_of(outcome.status)
            if takes_the_unit_away(code):
                raise EnishiError(code)
        sensors = yield from recover()
        if not sensors.card_inside:
            yield Tell(CardDischarged())
            return
    raise EnishiError(code_of(Status.JAM))  # it answers, and the card does not come out


def reset_unit() -> Steps[Greeting]:
    """5Fh, then the greeting; several seconds."""
    outcome = yield from ask(tcp300.reset(), RESET_TIMEOUT_S, lone_ack=True)
    if isinstance(outcome, Answered) and takes_the_unit_away(code_of(outcome.status)):
        raise EnishiError(code_of(outcome.status))
    return (yield from greet())


def _insist(body: bytes, timeout_s: float) -> Steps[Outcome]:
    """A step that may be repeated: after silence see whether the unit is there, then once more."""
    outcome: Outcome = Silent(accepted=False)
    for _ in range(STEP_TRIES):
        outcome = yield from ask(body, timeout_s)
        if not isinstance(outcome, Silent):
            break
        yield from recover()
    return outcome


def _is_normal(outcome: Outcome) -> bool:
    return isinstance(outcome, Answered) and outcome.status == Status.NORMAL


def _failure(outcome: Outcome) -> str:
    """The code of an outcome that is not the wanted one; raises when the unit is gone with it."""
    match outcome:
        case Answered(status):
            code = code_of(status)
            if takes_the_unit_away(code):
                raise EnishiError(code)
            return code
        case Rejected():
            return REFUSED
    return NO_ANSWER
