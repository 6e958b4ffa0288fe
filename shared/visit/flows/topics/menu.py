"""The two menus: of the counter, and of the card inside. A closed entry asks whose PIN opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from shared.locale import N_
from shared.visit import screens
from shared.visit.effects import BeginDuty, Note, Play, SetDuty, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import DutyBegan, DutyRefused
from shared.visit.facts import Duty, Role
from shared.visit.flows.dialogue import Given, Steps, ask_store, begin, go_on, wrong
from shared.visit.flows.topics import (
    calls,
    day,
    duty,
    enrol,
    forgotten,
    lines,
    lost,
    rain,
    refund,
    reprint,
    training,
    voice,
)
from shared.visit.flows.turn import Turn
from shared.visit.journal import OnDuty
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

Open = Callable[[Errand, Keying | None, Moment], Turn]

_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Entry:
    text: str  # source text
    icon: str
    role: Role
    start: Open


def _open_day(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    return _open(Topic.DAY, errand, keying, moment)


COUNTER = (
    Entry(N_("カードを忘れた"), "user-search", Role.STAFF, forgotten.open_topic),
    Entry(N_("カードをなくした"), "ban", Role.LEADER, lost.open_topic),
    Entry(N_("お客様の声"), "message-square", Role.STAFF, voice.open_topic),
    Entry(N_("担当者"), "user", Role.STAFF, duty.open_topic),
    Entry(N_("日報・締め・練習"), "clipboard-list", Role.STAFF, _open_day),
    Entry(N_("レシート再印字"), "receipt", Role.STAFF, reprint.open_topic),
    Entry(N_("電話の着信"), "phone", Role.STAFF, calls.open_topic),
)
CARD = (
    Entry(N_("入会"), "user-plus", Role.STAFF, enrol.open_topic),
    Entry(N_("返品・取消"), "undo-2", Role.LEADER, refund.open_topic),
    Entry(N_("お客様の声"), "message-square", Role.STAFF, voice.open_topic),
    Entry(N_("明細の訂正"), "list", Role.STAFF, lines.open_topic),
    Entry(N_("レシート再印字"), "receipt", Role.STAFF, reprint.open_topic),
    Entry(N_("電話の着信"), "phone", Role.STAFF, calls.open_topic),
)
DAY = (
    Entry(N_("今日の数字を印字する"), "printer", Role.STAFF, day.look),
    Entry(N_("今日の入会"), "user-plus", Role.STAFF, day.people),
    Entry(N_("一日を始める"), "calendar", Role.STAFF, day.begin_day),
    Entry(N_("一日を締める"), "clipboard-list", Role.MANAGER, day.close),
    Entry(N_("練習"), "graduation-cap", Role.MANAGER, training.open_topic),
    Entry(N_("今日は雨"), "cloud-rain", Role.MANAGER, rain.open_topic),
)
_ENTRIES: Mapping[Topic, tuple[Entry, ...]] = {Topic.MENU: COUNTER, Topic.CARD_MENU: CARD, Topic.DAY: DAY}
_TITLES = {Topic.MENU: N_("メニュー"), Topic.CARD_MENU: N_("このカードのメニュー"), Topic.DAY: N_("日報・締め・練習")}


def open_menu(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Of the card inside, or of the counter."""
    return _open(Topic.MENU if keying is None else Topic.CARD_MENU, errand, keying, moment)


def _open(topic: Topic, errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    items = tuple(
        screens.MenuItem(str(number), entry.text, entry.icon, _is_open(entry, moment))
        for number, entry in enumerate(_ENTRIES[topic], 1)
    )
    return begin(topic, "picked", screens.Menu(_TITLES[topic], items), errand, keying)


def _is_open(entry: Entry, moment: Moment) -> bool:
    """The entry where the PIN is asked anyway is never closed."""
    return entry.start is duty.open_topic or may(moment.shop.duty, entry.role, moment)


def may(person: Duty, role: Role, moment: Moment) -> bool:
    """Whether this person may. In a shop without PINs everybody may everything."""
    if not person.staff and not moment.shop.needs_duty:
        return True
    return bool(person.staff) and _RANK[person.role] >= _RANK[role]


def _picked(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, int)
    entry = _ENTRIES[state.topic][given]
    if _is_open(entry, moment):
        return entry.start(state.errand, state.keying, moment)
    return go_on(state, "pin", duty.pin_screen(), given)


def _pin(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, str)
    return ask_store(state, "opened", BeginDuty(given)) if given else wrong(state, "duty.pin_missing")


def _opened(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """The PIN is somebody's: who may, goes on and is on duty from now."""
    if isinstance(given, DutyRefused):
        return wrong(state, given.code)
    assert isinstance(given, DutyBegan)
    if _RANK[given.duty.role] < _RANK[_entry(state).role]:
        return wrong(state, "duty.not_allowed", name=given.duty.name)
    return ask_store(state, "noted", Note(OnDuty(given.duty.staff, "on")), *state.kept, given.duty)


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Durable: this person serves, and what was wanted is done."""
    person = duty.begun(state, moment)
    serving = Moment(moment.now, replace(moment.shop, duty=person))
    turn = _entry(state).start(state.errand, state.keying, serving)
    return Turn(turn.state, (SetDuty(person), Play(Sound.OK), *turn.effects))


def _entry(state: Dialogue) -> Entry:
    place = state.kept[0]
    assert isinstance(place, int)
    return _ENTRIES[state.topic][place]


STEPS: Steps = {"picked": _picked, "pin": _pin, "opened": _opened, "noted": _noted}
