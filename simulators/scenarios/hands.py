"""What the hands of a scenario do, verb by verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import requests

from shared.ids import CARD_NO_DIGITS
from shared.visit.events import Key, Withheld
from simulators.bench.fault import Fault
from simulators.bench.faults import faults_of
from simulators.bench.mischief import DEEDS
from simulators.bench.table import TrayFull
from simulators.bench.tray import TrayCard
from simulators.demo.books import TerminalBooks
from simulators.rig.desk import RigTimeout
from simulators.rig.models import CARD_UNITS
from simulators.scanner import Label
from simulators.scenarios import till
from simulators.scenarios.stage import Fails, Stage
from terminal.protocol.tcp300 import Inlet

WAIT_MAX_S = 60.0
STICKING_OUT = ("Ejecting", "Returning")  # states in which a card is to be taken
LETTER_KEYS = "data-kana="  # on the kiosk's page
PHONE_BEGINS = "0700000"  # a block that is not assigned


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


def unit(stage: Stage, model: str) -> None:
    """Another card unit on this counter, until the play is over."""
    if model not in CARD_UNITS:
        raise Fails(f"no card unit {model}")
    stage.counter.equip(model)
    stage.await_screen("Waiting")


def lay(stage: Stage, label: str) -> None:
    """On the reader."""
    card = stage.card(label)
    if not stage.counter.insert(card.plastic):
        raise Fails("a card lies there, or it has no chip")


def take(stage: Stage) -> None:
    """From the reader, which has noticed. One that was torn away is in the hand already."""
    stage.counter.pull()

    def noticed() -> bool:
        health = stage.counter.health()
        return health is not None and health["state"] not in STICKING_OUT

    stage.until(noticed, lambda: "the terminal still wants the card to be taken")


def swipe(stage: Stage, label: str) -> None:
    """As soon as the unit waits for a card."""
    card = stage.card(label)
    stage.until(lambda: stage.counter.insert(card.plastic), lambda: "the unit waits for no card", stage.patience_s)


def keys(stage: Stage, *names: str) -> None:
    """One after the other; what is looked at next has heard them."""
    before = stage.keys_heard()
    try:
        stage.counter.press(*(Key(name) for name in names))
    except ValueError as error:
        raise Fails(str(error)) from error
    except RigTimeout as late:
        raise Fails(str(late).splitlines()[0]) from late
    stage.until(lambda: stage.keys_heard() >= before + len(names), lambda: "the terminal has not heard the keys")


def menu(stage: Stage, *places: str) -> None:
    """The menu of the card inside, or of the counter, and entries of it by their digits."""
    keys(stage, "menu", *places)


def text(stage: Stage, *words: str) -> None:
    """Letters have only the keys on the screen, once it shows them."""
    stage.until(lambda: LETTER_KEYS in stage.counter.kiosk_page(), lambda: "the screen shows no letters")
    page = stage.counter.plan.kiosk_url
    typed, from_page = {"text": " ".join(words)}, {"Origin": page}
    reply = requests.post(f"{page}/texts", json=typed, headers=from_page, timeout=WAIT_MAX_S)
    if not reply.ok:
        raise Fails(f"the screen took no text: {reply.status_code}")


def number(stage: Stage, label: str) -> None:
    keys(stage, *f"{stage.number(label):0{CARD_NO_DIGITS}d}", "enter")


def phone(stage: Stage, label: str) -> None:
    """The telephone number of whoever has this card: one that no telephone ever had, and nobody else has here."""
    keys(stage, *_phone(stage, label))


def _phone(stage: Stage, label: str) -> str:
    return f"{PHONE_BEGINS}{stage.number(label) // 10 % 10_000:04d}"


def enrol(stage: Stage, label: str, yen: str) -> None:
    """A card that gets a holder and is used, until the customer has it back."""
    insert(stage, label)
    stage.await_screen("Keying")
    menu(stage, "1")
    phone(stage, label)
    keys(stage, "enter", "enter")
    stage.await_screen("Confirming")
    keys(stage, "enter")
    stage.await_screen("Keying")
    _pay(stage, yen)


def serve(stage: Stage, label: str, yen: str, points: str = "0") -> None:
    """A whole visit, until the customer has the card back."""
    insert(stage, label)
    stage.await_screen("Keying")
    _pay(stage, yen, points)


def _pay(stage: Stage, yen: str, points: str = "0") -> None:
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


def scan(stage: Stage, *codes: str) -> None:
    """One after the other, each when the scanner has said the one before."""
    scanner = stage.counter.ports.get("scanner")
    for code in codes:
        stage.counter.scan(Label(code))
        if scanner is not None and len(codes) > 1:
            stage.until(lambda: stage.counter.look(lambda: scanner.due_s is None), lambda: "the scanner still talks")


def scan_torn(stage: Stage, code: str) -> None:
    stage.counter.scan(Label(code), torn=True)


def call(stage: Stage, caller: str) -> None:
    """A number, or whoever has the card of this name."""
    stage.counter.ring_telephone(caller if caller.isdecimal() else _phone(stage, caller))


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


def grant(stage: Stage, label: str, *words: str) -> None:
    """Head office grants a benefit to a card that it knows, and this terminal has heard of it."""
    tell, gift, card = stage.table.tell_office, " ".join(words), stage.number(label)
    if tell is None:
        raise Fails("no head office here")
    tell("benefits", "grant", f"{card:0{CARD_NO_DIGITS}d}", "--text", gift)
    plan = stage.counter.plan
    books = TerminalBooks(plan.data_dir / "journal.db", plan.journal_key_file)
    stage.until(lambda: books.due_benefit(card) == gift, lambda: "the terminal has not heard of it")


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
    "unit": unit,
    "lay": lay,
    "take": take,
    "swipe": swipe,
    "keys": keys,
    "menu": menu,
    "text": text,
    "number": number,
    "phone": phone,
    "enrol": enrol,
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
    "grant": grant,
    "pos": till.hand_over,
    "pos-file": till.drop,
    "at": at,
    "wait": wait,
}
