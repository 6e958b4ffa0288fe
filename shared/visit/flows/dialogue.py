"""Questions beside the card: one screen at a time, one module per topic, the same keys for all.

A topic answers for its steps. Digits and texts are gathered here; a topic's handler is called with what was given:
the typed text, the place of a choice, None for a yes, or the store's answer. The step ``NO`` is called for CANCEL where
a topic has to remember that; elsewhere CANCEL goes back without a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.errors import Refused
from shared.visit import screens
from shared.visit.effects import Effect, ListCalls, Play, Show, Sound, StoreEffect
from shared.visit.errand import Errand, Topic
from shared.visit.events import Chosen, DeadlinePassed, Event, Key, KeyPressed, StoreFailed, TextTyped
from shared.visit.flows.pricing import keying_screen
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, DialogueWaits, Keying

Given = str | int | Event | None
Handler = Callable[[Dialogue, Given, Moment], Turn]
Steps = Mapping[str, Handler]
DialogueScreen = screens.Menu | screens.Asking | screens.Choosing | screens.Confirming | screens.Told

NO = "no"
TOLD = "told"
TYPED_MAX: Mapping[str, int] = {"phone": 11, "pin": 8, "kana": 40, "yen": 7, "count": 3, "slip": 9}
TEXT_KINDS = ("kana",)
OPTIONS_MAX = 6  # on a page: a thumb reaches all of them
NOTHING = screens.Told(None)  # the screen of a dialogue that begins with a question to the store


# --- what a topic says ------------------------------------------------------------------------------------------------


def begin(
    topic: Topic, step: str, screen: DialogueScreen, errand: Errand, keying: Keying | None, *kept: object
) -> Turn:
    """The first question."""
    return Turn(Dialogue(topic, step, screen, errand, keying, kept), (Show(screen),))


def blank(topic: Topic, errand: Errand, keying: Keying | None) -> Dialogue:
    """A dialogue that has not asked anything yet: for a first question that ``choose``, ``tell`` or the store makes."""
    return Dialogue(topic, TOLD, NOTHING, errand, keying)


def go_on(dialogue: Dialogue, step: str, screen: DialogueScreen, *kept: object) -> Turn:
    """The next question. What was kept stays unless something else is kept."""
    state = replace(dialogue, step=step, screen=screen, kept=kept or dialogue.kept)
    return Turn(state, (Show(screen),))


def choose(dialogue: Dialogue, step: str, title: str, options: tuple[screens.Option, ...], *kept: object) -> Turn:
    """One of ``options``, in pages; ``step`` is given its place among them all."""
    return _page(replace(dialogue, step=step, kept=kept or dialogue.kept, options=options), title, 0)


def ask_store(dialogue: Dialogue, step: str, effect: StoreEffect | ListCalls, *kept: object) -> Turn:
    """The store answers in the same turn; ``step`` takes its answer."""
    return Turn(DialogueWaits(replace(dialogue, kept=kept or dialogue.kept), step), (effect,))


def wrong(dialogue: Dialogue, code: str, **facts: str | int) -> Turn:
    """The same question again, with the reason."""
    assert isinstance(dialogue.screen, screens.Asking)
    screen = replace(dialogue.screen, typed="", wrong=screens.Notice(code, facts))
    return Turn(replace(dialogue, screen=screen), (Show(screen), Play(Sound.ATTENTION)))


def refused(dialogue: Dialogue, why: Refused) -> Turn:
    return wrong(dialogue, why.code, **why.facts)


def leave(dialogue: Dialogue, moment: Moment, *notices: screens.Notice, before: tuple[Effect, ...] = ()) -> Turn:
    """The dialogue is over: back to the visit it came from, or to waiting, with what was keyed before it."""
    if dialogue.keying is None:
        return to_idle(dialogue.errand, moment, *notices, before=before)
    state = replace(dialogue.keying, notices=notices)
    return Turn(state, (*before, Show(keying_screen(state, moment))))


def tell(
    dialogue: Dialogue, notice: screens.Notice | None, *before: Effect, title: str = "",
    lines: tuple[tuple[str, str], ...] = (),
) -> Turn:  # fmt: skip
    """A result that stays until a key."""
    screen = screens.Told(notice, title, lines)
    return Turn(replace(dialogue, step=TOLD, screen=screen), (*before, Show(screen)))


def _page(dialogue: Dialogue, title: str, page: int) -> Turn:
    first = page * OPTIONS_MAX
    shown = dialogue.options[first : first + OPTIONS_MAX]
    screen = screens.Choosing(title, shown, page, more=first + OPTIONS_MAX < len(dialogue.options))
    return Turn(replace(dialogue, screen=screen), (Show(screen),))


# --- the keys ---------------------------------------------------------------------------------------------------------


def key(state: Dialogue, event: KeyPressed, moment: Moment, steps: Mapping[Topic, Steps]) -> Turn:
    """By the kind of question."""
    if isinstance(state.screen, screens.Told):
        return leave(state, moment)
    handlers = steps[state.topic]
    if event.key is Key.CANCEL:
        return handlers[NO](state, None, moment) if NO in handlers else leave(state, moment)
    handler = handlers[state.step]
    match state.screen:
        case screens.Menu(items=items):
            return _picked(state, items, event.key, handler, moment)
        case screens.Choosing():
            return _chosen_by_key(state, state.screen, event.key, handler, moment)
        case screens.Confirming():
            return handler(state, None, moment) if event.key is Key.ENTER else Turn(state)
        case screens.Asking():
            return _typed(state, state.screen, event.key, handler, moment)


def touched(state: Dialogue, event: Chosen, moment: Moment, steps: Mapping[Topic, Steps]) -> Turn:
    """An entry of a menu, or of the page that is shown."""
    match state.screen:
        case screens.Choosing(options=options) if 0 <= event.place < len(options):
            return steps[state.topic][state.step](state, _place(state.screen, event.place), moment)
        case screens.Menu(items=items) if 0 <= event.place < len(items):
            return steps[state.topic][state.step](state, event.place, moment)
        case _:
            return Turn(state)


def text(state: Dialogue, event: TextTyped, moment: Moment, steps: Mapping[Topic, Steps]) -> Turn:
    """Letters from the touch keys take the place of what was typed."""
    screen = state.screen
    if not isinstance(screen, screens.Asking) or screen.kind not in TEXT_KINDS:
        return Turn(state)
    screen = replace(screen, typed=event.text[: TYPED_MAX[screen.kind]], wrong=None)
    return Turn(replace(state, screen=screen), (Show(screen),))


def answered(state: DialogueWaits, event: Event, moment: Moment, steps: Mapping[Topic, Steps]) -> Turn:
    """The store's answer."""
    dialogue = state.dialogue
    if isinstance(event, StoreFailed):
        return tell(dialogue, screens.Notice(event.code), Play(Sound.ERROR))
    return steps[dialogue.topic][state.step](dialogue, event, moment)


def nobody_answers(state: Dialogue, event: DeadlinePassed, moment: Moment) -> Turn:
    return leave(state, moment)


def _picked(
    state: Dialogue, items: tuple[screens.MenuItem, ...], pressed: Key, handler: Handler, moment: Moment
) -> Turn:  # fmt: skip
    for place, item in enumerate(items):
        if item.key == pressed.value:
            return handler(state, place, moment)
    return Turn(state)


def _chosen_by_key(
    state: Dialogue, screen: screens.Choosing, pressed: Key, handler: Handler, moment: Moment
) -> Turn:  # fmt: skip
    """A digit is a place on the page. ENTER turns the page, or takes the only one there is."""
    if pressed is Key.ENTER and len(state.options) == 1:
        return handler(state, 0, moment)
    if pressed is Key.ENTER and len(state.options) > OPTIONS_MAX:
        return _page(state, screen.title, screen.page + 1 if screen.more else 0)
    if len(pressed.value) == 1 and 0 < int(pressed.value) <= len(screen.options):
        return handler(state, _place(screen, int(pressed.value) - 1), moment)
    return Turn(state)


def _place(screen: screens.Choosing, place: int) -> int:
    return screen.page * OPTIONS_MAX + place


def _typed(state: Dialogue, screen: screens.Asking, pressed: Key, handler: Handler, moment: Moment) -> Turn:
    match pressed:
        case Key.ENTER:
            return handler(state, screen.typed, moment)
        case Key.CLEAR:
            typed = ""
        case Key.BACK:
            typed = screen.typed[:-1]
        case Key.USE | Key.MENU:
            return Turn(state)
        case _:
            typed = screen.typed if screen.kind in TEXT_KINDS else screen.typed + pressed.value
    if len(typed) > TYPED_MAX[screen.kind]:
        return Turn(state)
    screen = replace(screen, typed=typed, wrong=None)
    return Turn(replace(state, screen=screen), (Show(screen),))
