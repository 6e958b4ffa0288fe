"""What the hands of a scenario do, verb by verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.ids import CARD_NO_DIGITS
from shared.visit.events import Key, Withheld
from simulators.bench.faults import Fault, faults_of
from simulators.bench.mischief import DEEDS
from simulators.bench.table import TrayFull
from simulators.bench.tray import TrayCard
from simulators.rig.desk import RigTimeout
from simulators.scanner import Label
from simulators.scenarios.stage import Fails, Stage
from terminal.protocol.tcp300 import Inlet

WAIT_MAX_S = 60.0


def insert(stage: Stage, label: str) -> None:
    """As soon as the slot is free and nobody wants another card."""
    card = stage.card(label)
    stage.await_screen("Waiting", "Unfinished")
    if not stage.counter.insert(card.plastic):
        raise Fails("another card lies in the inlet")


def pull(stage: Stage) -> None:
    counter = stage.counter
    stage.until(
        lambda: counter.look(
            lambda: (
                counter.card_rewriter.sensors.inlet is Inlet.AWAITING_REMOVAL
                and counter.card_rewriter.slot_card is not None
            )
        ),
        lambda: f"no card to take; screen {counter.screen() or '(none)'}",
        stage.patience_s,
    )
    counter.pull()


def keys(stage: Stage, *names: str) -> None:
    try:
        stage.counter.press(*(Key(name) for name in names))
    except ValueError as error:
        raise Fails(str(error)) from error
    except RigTimeout as late:
        raise Fails(str(late).splitlines()[0]) from late


def number(stage: Stage, label: str) -> None:
    keys(stage, *f"{stage.number(label):0{CARD_NO_DIGITS}d}", "enter")


def serve(stage: Stage, label: str, yen: str, points: str = "0") -> None:
    """A whole visit, until the customer has the card back."""
    insert(stage, label)
    stage.await_screen("Keying")
    keys(stage, *yen)
    if int(points):
        keys(stage, "use", *points)
    keys(stage, "enter")
    stage.await_screen("Done")
    pull(stage)
    stage.await_screen("Waiting")


def do(deed: str) -> Callable[[Stage, str], None]:
    def act(stage: Stage, label: str) -> None:
        try:
            made = DEEDS[deed](stage.table, stage.card(label))
        except TrayFull as full:
            raise Fails("the tray is full") from full
        if isinstance(made, TrayCard):
            stage.cards["copy"] = made

    return act


def scan(stage: Stage, code: str) -> None:
    stage.counter.scan(Label(code))


def scan_torn(stage: Stage, code: str) -> None:
    stage.counter.scan(Label(code), torn=True)


def call(stage: Stage, caller: str) -> None:
    stage.counter.ring_telephone(caller)


def call_withheld(stage: Stage, reason: str) -> None:
    """``reason``: name of :class:`Withheld` in small letters."""
    try:
        stage.counter.ring_telephone("", Withheld[reason.upper()])
    except KeyError as error:
        raise Fails(f"no reason {reason}") from error


def hang_up(stage: Stage) -> None:
    stage.counter.hang_up()


def break_(stage: Stage, name: str) -> None:
    _fault(stage, name).switch(stage.counter, True)


def mend(stage: Stage, name: str) -> None:
    _fault(stage, name).switch(stage.counter, False)


def office(stage: Stage, word: str) -> None:
    head_office = stage.table.head_office
    if head_office is None:
        raise Fails("no head office here")
    head_office.start() if word == "on" else head_office.stop()


def at(stage: Stage, place: str) -> None:
    """The first counter is 1, whatever its terminal's number is."""
    counters = stage.table.counters
    if not place.isdecimal() or not 1 <= int(place) <= len(counters):
        raise Fails(f"no counter {place}")
    stage.counter = counters[int(place) - 1]


def wait(stage: Stage, seconds: str) -> None:
    try:
        stage.rest(min(float(seconds), WAIT_MAX_S))
    except ValueError as error:
        raise Fails(f"{seconds} is no number of seconds") from error


def _fault(stage: Stage, name: str) -> Fault:
    fault = faults_of(stage.counter).get(name)
    if fault is None:
        raise Fails(f"no fault {name} at counter {stage.counter.number}")
    return fault


HANDS: Mapping[str, Callable[..., None]] = {
    "insert": insert,
    "pull": pull,
    "keys": keys,
    "number": number,
    "serve": serve,
    **{deed: do(deed) for deed in DEEDS},
    "scan": scan,
    "scan-torn": scan_torn,
    "call": call,
    "call-withheld": call_withheld,
    "hang-up": hang_up,
    "break": break_,
    "mend": mend,
    "office": office,
    "at": at,
    "wait": wait,
}
