"""Single orders against a scripted unit: requests in order, events at the end."""

import pytest

from shared.card.face import Face, FaceLine
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
)
from terminal.drivers.card_rewriter import sequences
from terminal.drivers.card_rewriter.sequences import Ask, Steps, Tcp300Options, Tell
from terminal.protocol.exchange import Answered, Outcome, Rejected, Silent
from terminal.protocol.tcp300 import TrackFormat

CODE = "device.card_rewriter."
OK = Answered(0x20, b"")
INSIDE = Answered(0x20, b"010000")
NOBODY = Answered(0x20, b"000000")
QUIET = Silent(accepted=True)
PLAIN = Tcp300Options()


def play(steps: Steps[None], *outcomes: Outcome) -> tuple[list[bytes], list[Event]]:
    """The bodies that were asked and the events that were told."""
    script = list(outcomes)
    asked: list[bytes] = []
    told: list[Event] = []
    answer: Outcome | None = None
    while True:
        try:
            move = steps.send(answer)
        except StopIteration:
            assert not script, f"not asked: {script}"
            return asked, told
        answer = None
        if isinstance(move, Ask):
            asked.append(move.request.body)
            answer = script.pop(0)
        elif isinstance(move, Tell):
            told.append(move.event)


WRITES: list[tuple[str, list[Outcome], list[bytes], Event]] = [
    ("well", [OK, INSIDE, OK, Answered(0x20, b"T")], [b"9T", b"Y", b"22", b"*"], CardWritten()),
    (
        "the buffer still holds what was read before",
        [OK, INSIDE, OK, Answered(0x20, b"OLD"), Answered(0x20, b"T")],
        [b"9T", b"Y", b"22", b"*", b"&"],
        CardWritten(),
    ),
    (
        "two flipped bits passed the BCC of 39h",
        [OK, INSIDE, OK, Answered(0x20, b"X"), Answered(0x20, b"X")],
        [b"9T", b"Y", b"22", b"*", b"&"],
        CardWriteFailed(CODE + "write_mismatch"),
    ),
    ("no card inside", [OK, NOBODY], [b"9T", b"Y"], CardWriteFailed(CODE + "no_card")),
    ("verify failed", [OK, INSIDE, Answered(0x37, b"")], [b"9T", b"Y", b"22"], CardWriteFailed(CODE + "write_error")),
    (
        "an unknown status",
        [OK, INSIDE, Answered(0x44, b"")],
        [b"9T", b"Y", b"22"],
        CardWriteFailed(CODE + "unknown_status"),
    ),
    ("memory was lost: DLE", [OK, INSIDE, Rejected()], [b"9T", b"Y", b"22"], CardWriteFailed(CODE + "refused")),
    (
        "silent, then there",
        [OK, INSIDE, QUIET, INSIDE],
        [b"9T", b"Y", b"22", b"Y"],
        CardWriteFailed(CODE + "no_answer"),
    ),
    (
        "silent while setting the data, which is repeated",
        [QUIET, INSIDE, OK, INSIDE, OK, Answered(0x20, b"T")],
        [b"9T", b"Y", b"9T", b"Y", b"22", b"*"],
        CardWritten(),
    ),
]


@pytest.mark.parametrize(("outcomes", "asked", "event"), [row[1:] for row in WRITES], ids=[row[0] for row in WRITES])
def test_writing_ends_in_its_event(outcomes: list[Outcome], asked: list[bytes], event: Event) -> None:
    assert play(sequences.write_card("T", PLAIN), *outcomes) == (asked, [event])


@pytest.mark.parametrize("status", [0x38, 0x40, 0x42, 0x43, 0x45])
def test_a_fault_in_the_write_takes_the_unit_away(status: int) -> None:
    with pytest.raises(EnishiError):
        play(sequences.write_card("T", PLAIN), OK, INSIDE, Answered(status, b""))


def test_a_unit_that_stays_silent_in_the_write_is_lost() -> None:
    with pytest.raises(EnishiError, match="no_answer"):
        play(sequences.write_card("T", PLAIN), OK, INSIDE, QUIET, QUIET, QUIET, QUIET)


def test_printing_after_silence_starts_again_from_the_clearing() -> None:
    face = Face(True, (FaceLine(5, 23, "A"), FaceLine(5, 47, "B", wide=True)))
    asked, told = play(sequences.print_face(face, PLAIN), OK, OK, OK, QUIET, INSIDE, OK, OK, OK, OK, INSIDE, OK)
    clearing = [b"@", b"I", b"A1,5,23,A", b"A1,5,47,\x1bE12B\x1bE11"]
    assert asked == [*clearing, b"Y", *clearing, b"Y", b"F0,1,1"]
    assert told == [FacePrinted()]


def test_a_silent_print_is_cancelled_so_that_it_cannot_wait_for_the_next_card() -> None:
    asked, told = play(sequences.print_face(Face(False, ()), PLAIN), OK, OK, INSIDE, QUIET, OK, NOBODY)
    assert asked == [b"@", b"I", b"Y", b"F0,1,1", b"T", b"Y"]
    assert told == [FacePrintFailed(CODE + "no_answer")]


@pytest.mark.parametrize(
    ("landscape", "additive", "digit"),
    [(False, False, b"0"), (True, False, b"1"), (False, True, b"2"), (True, True, b"3")],
)
def test_the_orientation_is_the_first_parameter_of_the_text(landscape: bool, additive: bool, digit: bytes) -> None:
    options = Tcp300Options(additive=additive, gap_dots=0)
    asked, _ = play(sequences.print_face(Face(landscape, (FaceLine(1, 23, "A"),)), options), OK, OK, OK, INSIDE, OK)
    assert asked[2] == b"A" + digit + b",1,23,\x1bD0\x1bd0A"


EJECTS: list[tuple[list[Outcome], list[bytes]]] = [
    ([OK], [b"P1"]),
    ([Answered(0x22, b"")], [b"P1"]),
    ([Rejected(), OK], [b"P1", b"_"]),
    ([QUIET, NOBODY], [b"P1", b"Y"]),
    ([QUIET, INSIDE, OK], [b"P1", b"Y", b"P1"]),
]


@pytest.mark.parametrize(("outcomes", "asked"), EJECTS)
def test_ejecting_ends_with_the_card_in_the_slot(outcomes: list[Outcome], asked: list[bytes]) -> None:
    assert play(sequences.eject_card(), *outcomes) == (asked, [CardDischarged()])


def test_a_card_that_does_not_come_out_is_a_jam() -> None:
    with pytest.raises(EnishiError, match="jam"):
        play(sequences.eject_card(), QUIET, INSIDE, QUIET, INSIDE)


def test_firmware_without_24h_is_read_with_22h() -> None:
    options = Tcp300Options(read_format=TrackFormat.REVERSE_JIS)
    asked, told = play(sequences.await_card(options), Rejected(), Answered(0x20, b"T"))
    assert (asked, told) == ([b"$2,4", b'"'], [CardPresented("T")])
    asked, told = play(sequences.read_card(options), Rejected(), Answered(0x33, b""))
    assert (asked, told) == ([b"(2,4", b"&"], [CardUnreadable(CODE + "read_lrc")])


def test_the_wait_is_renewed_by_cancelling_it_and_asking_again() -> None:
    asked, told = play(sequences.await_card(PLAIN), QUIET, OK, NOBODY, Answered(0x20, b"T"))
    assert (asked, told) == ([b'"', b"T", b"Y", b'"'], [CardPresented("T")])


def test_a_unit_that_refuses_to_wait_for_cards_is_lost() -> None:
    with pytest.raises(EnishiError, match="refused"):
        play(sequences.await_card(PLAIN), Rejected())


def test_recovery_cancels_a_wait_before_it_gives_up() -> None:
    steps = sequences.recover()
    asked = []
    for answer in (None, QUIET, QUIET):
        move = steps.send(answer)
        assert isinstance(move, Ask)
        assert move.request.lone_ack
        asked.append(move.request.body)
    assert asked == [b"Y", b"T", b"Y"]
    with pytest.raises(EnishiError, match="no_answer"):
        steps.send(QUIET)
