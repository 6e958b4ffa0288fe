"""What the eyes of a scenario look for, verb by verb. Every look waits a while before it is disappointed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from shared.card.codec import Verdict
from shared.locale import N_
from simulators.bench.faults import faults_of
from simulators.bench.words import translator
from simulators.card_reading import seen
from simulators.keypad import PanelBoardSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.scenarios import till
from simulators.scenarios.stage import MECHANICS_S, WAIT_S, Fails, Stage
from simulators.vfd import VfdSimulator
from terminal.protocol.panel_board import Lamp

YEN = N_("{n}円")
STRIPES = {verdict.value.removeprefix("card."): verdict for verdict in Verdict}


def await_screen(stage: Stage, *names: str) -> None:
    stage.await_screen(*names)


def dark(stage: Stage) -> None:
    stage.until(lambda: not stage.counter.is_on, lambda: "the power is still on", stage.patience_s)


def unplugged(stage: Stage, name: str) -> None:
    """Until that fault is there, whoever made it."""
    fault = faults_of(stage.counter).get(name)
    if fault is None:
        raise Fails(f"no fault {name}")
    counter = stage.counter
    stage.until(lambda: counter.look(lambda: fault.is_on(counter)), lambda: f"{name} is well", stage.patience_s)


def gone(stage: Stage) -> None:
    """The card was torn off the reader."""
    reader = stage.counter.reader
    stage.until(lambda: reader.lifted, lambda: "the card still lies there", stage.patience_s)


def balance(stage: Stage, points: str, label: str = "new") -> None:
    stage.until(
        lambda: stripe_of(stage, label) == "ok" and _balance(stage, label) == int(points),
        lambda: f"stripe {stripe_of(stage, label)}, balance {_balance(stage, label)}",
    )


def stripe(stage: Stage, word: str, label: str = "new") -> None:
    stage.until(lambda: stripe_of(stage, label) == word, lambda: f"stripe {stripe_of(stage, label)}")


def face(stage: Stage, word: str, label: str = "new") -> None:
    """``printed`` or ``white``."""
    card = stage.card(label).plastic

    def seen() -> str:
        return "white" if card.face is None or card.face.is_blank else "printed"

    stage.until(lambda: seen() == word, lambda: f"face {seen()}", stage.patience_s)


def receipt(stage: Stage, *words: str) -> None:
    """On any slip that came out since the play began. A source text may be there in the terminal's language."""
    wanted = _said(stage, words)
    stage.until(
        lambda: any(one in plain(line) for slip in _slips(stage) for line in slip for one in wanted),
        lambda: f"{len(_slips(stage))} receipts without {' '.join(words)}",
        stage.patience_s,
    )


def no_receipt(stage: Stage) -> None:
    if _slips(stage):
        raise Fails("a receipt came out")


def display(stage: Stage, *words: str) -> None:
    """On the panel board or on the customer display."""
    wanted = plain(" ".join(words))
    stage.until(lambda: wanted in plain(shown(stage)), lambda: f"display: {shown(stage)}")


def lamp(stage: Stage, colour: str) -> None:
    panel = stage.counter.panel
    wanted = Lamp[colour.upper()]
    stage.until(lambda: stage.counter.look(lambda: panel.lit(wanted)), lambda: f"{colour} is dark")


def shows(stage: Stage, *words: str) -> None:
    """Somewhere on the terminal's page, which carries the codes of what it says. A source text may be there in the
    terminal's language."""
    wanted = _said(stage, words)

    def look() -> bool:
        page = plain(stage.counter.kiosk_page())
        return any(one in page for one in wanted)

    stage.until(look, lambda: f"screen {stage.counter.screen()} without {' '.join(words)}")


def log(stage: Stage, *words: str) -> None:
    """Somewhere in the log since the play began."""
    wanted = " ".join(words)
    stage.until(
        lambda: wanted in stage.told(),
        lambda: f"the log says nothing of {wanted}; screen {stage.counter.screen()}",
        WAIT_S + MECHANICS_S,  # the terminal's own time-outs are real
    )


def sent(stage: Stage) -> None:
    """Until head office has acknowledged everything."""

    def seen() -> bool:
        health = stage.counter.health()
        return health is not None and bool(health["online"]) and health["unsent"] == 0

    stage.until(seen, lambda: "head office has not acknowledged everything", WAIT_S + MECHANICS_S)


# --- looking ---------------------------------------------------------------------------------------------------------


def stripe_of(stage: Stage, label: str) -> str:
    """``ok``, ``torn``, ``worn``, ``blank``, or what the codec thinks of it."""
    said = seen(stage.card(label).plastic)
    if said.is_torn:
        return "torn"
    if said.is_dead:
        return "worn"
    if said.track is None:
        return "blank"
    verdict = said.decoded(stage.table.ring).verdict
    return next(word for word, one in STRIPES.items() if one is verdict)


def shown(stage: Stage) -> str:
    """Both lines of every display that a customer could read."""
    counter = stage.counter
    panel, glass = counter.find(PanelBoardSimulator), counter.find(VfdSimulator)
    lines = [*(panel.display if panel else ()), *(glass.text if glass else ())]
    return " ".join(line.strip() for line in lines)


def plain(text: str) -> str:
    """Without the width of characters."""
    return unicodedata.normalize("NFKC", text)


def _said(stage: Stage, words: tuple[str, ...]) -> tuple[str, ...]:
    """How the terminal may say it."""
    text, translate = " ".join(words), translator(stage.counter.plan.language)
    yen = translate(YEN).format(n=text.removesuffix("円")) if text.endswith("円") else text
    return tuple(plain(one) for one in (text, translate(text), yen))


def _balance(stage: Stage, label: str) -> int | None:
    image = seen(stage.card(label).plastic).decoded(stage.table.ring).image
    return None if image is None else image.balance


def _slips(stage: Stage) -> list[list[str]]:
    counter = stage.counter
    before = {id(slip) for slip in stage.slips_before.get(counter.number, ())}
    printer = counter.find(EscposSimulator)
    slips = () if printer is None else counter.look(lambda: tuple(printer.slips))
    return [[line.text for line in slip] for slip in slips if id(slip) not in before]


EYES: Mapping[str, Callable[..., None]] = {
    "await": await_screen,
    "dark": dark,
    "unplugged": unplugged,
    "gone": gone,
    "balance": balance,
    "stripe": stripe,
    "face": face,
    "receipt": receipt,
    "no-receipt": no_receipt,
    "display": display,
    "lamp": lamp,
    "shows": shows,
    "log": log,
    "sent": sent,
    "pos-hears": till.answered,
    "pos-done": till.put_away,
}
