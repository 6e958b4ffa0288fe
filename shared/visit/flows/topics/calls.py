"""The telephone: what rang lately, who it was, and a new card for a number that nobody has yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.clock import local_time
from shared.locale import N_, Translate
from shared.text import phone
from shared.units import format_number
from shared.visit import screens
from shared.visit.calls import REASONS, Call, Caller, Offer
from shared.visit.effects import ListCalls
from shared.visit.errand import Errand, Purpose, Topic
from shared.visit.events import CallsListed
from shared.visit.flows import replacing
from shared.visit.flows.dialogue import Given, Steps, ask_store, blank, choose, go_on, leave, tell
from shared.visit.flows.topics import duty, enrol
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

TITLE = N_("電話の着信")


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """The list."""
    return ask_store(blank(Topic.CALLS, errand, keying), "listed", ListCalls())


def open_call(call: Call, errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """One call, from the screen: what it offers is done at once."""
    dialogue = blank(Topic.CALLS, errand, keying)
    return _want_card(dialogue, call, moment) if call.offer is Offer.ENROL else _look(dialogue, call, moment)


def _listed(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, CallsListed)
    if not given.calls:
        return tell(state, screens.Notice("member.no_calls"), title=TITLE)
    options = tuple(screens.Option(_who(call, moment), _when(call, moment)) for call in given.calls)
    return choose(state, "call", TITLE, options, *given.calls)


def _call(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """A number that nobody has may only be looked at, so it is asked back."""
    assert isinstance(given, int)
    call = state.kept[given]
    assert isinstance(call, Call)
    if call.offer is not Offer.ENROL:
        return _look(state, call, moment)
    translate = moment.shop.translate
    lines = ((translate(N_("電話番号")), phone.group(call.number)), (translate(N_("着信")), _time(call, moment)))
    text = N_("この番号の会員はいません。新しいカードを入れると、この番号で入会できます。")
    return go_on(state, "sure", screens.Confirming(enrol.TITLE, text, lines), call)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    (call,) = state.kept
    assert isinstance(call, Call)
    return _want_card(state, call, moment)


def _look(state: Dialogue, call: Call, moment: Moment) -> Turn:
    """Who it is; one of several is chosen first."""
    if len(call.callers) == 1:
        return _tell(state, call, call.callers[0], moment)
    if call.callers:
        options = tuple(
            screens.Option(caller.member.called, caller.member.kana if caller.member.name else "")
            for caller in call.callers
        )
        return choose(state, "caller", TITLE, options, call)
    translate = moment.shop.translate
    meaning = () if call.withheld is None else ((translate(N_("理由")), translate(REASONS[call.withheld][1])),)
    lines = ((translate(N_("電話")), _who(call, moment)), (translate(N_("着信")), _time(call, moment)), *meaning)
    return tell(state, None, title=TITLE, lines=lines)


def _caller(state: Dialogue, given: Given, moment: Moment) -> Turn:
    (call,) = state.kept
    assert isinstance(given, int)
    assert isinstance(call, Call)
    return _tell(state, call, call.callers[given], moment)


def _tell(state: Dialogue, call: Call, caller: Caller, moment: Moment) -> Turn:
    """What the pop-up of a card would say, without the card."""
    lines = (*_told(caller, moment.shop.translate), (moment.shop.translate(N_("着信")), _time(call, moment)))
    phone_line = (moment.shop.translate(N_("電話番号")), phone.group(call.number))
    return tell(state, None, title=TITLE, lines=(phone_line, *lines))


def _told(caller: Caller, translate: Translate) -> Iterator[tuple[str, str]]:
    member = caller.member
    yield translate(N_("お名前")), member.called
    if member.name and member.kana:
        yield translate(N_("カナ")), member.kana
    if member.rank:
        yield translate(N_("ランク")), member.rank
    if caller.balance is not None:
        yield translate(N_("ポイント残高")), translate(N_("{n}点")).format(n=format_number(caller.balance))
    if member.last_visit:
        where = (member.last_visit.replace("-", "/"), member.last_store)
        yield translate(N_("前回のご来店")), " ".join(part for part in where if part)
    yield translate(N_("ご来店")), translate(N_("{n}回")).format(n=format_number(member.visits))
    if member.memo:
        yield translate(N_("留意点")), member.memo


def _want_card(state: Dialogue, call: Call, moment: Moment) -> Turn:
    """The new card inside gets the number; or one that is put in next, after whoever is being served."""
    keying, errand = state.keying, state.errand
    if duty.is_wanted(moment):
        return duty.open_topic(errand, keying, moment)
    if keying is not None and replacing.is_new(keying.image, keying.facts):
        return enrol.open_with(call.number, errand, keying)
    if errand.purpose is Purpose.REPLACE:
        return tell(state, screens.Notice("member.new_card_wanted"), title=enrol.TITLE)
    wanting = replace(errand, purpose=Purpose.ENROL, phone=call.number)
    if keying is None:
        return leave(replace(state, errand=wanting), moment)
    waits = screens.Notice("member.enrol_waits")
    return leave(replace(state, keying=replace(keying, errand=wanting)), moment, waits)


def _who(call: Call, moment: Moment) -> str:
    """The first of those who have the number, the number, or why there is none."""
    if call.callers:
        return call.callers[0].member.called or phone.group(call.number)
    return phone.group(call.number) if call.withheld is None else moment.shop.translate(REASONS[call.withheld][0])


def _when(call: Call, moment: Moment) -> str:
    parts = (_time(call, moment), phone.group(call.number) if call.callers else "")
    others = len(call.callers) - 1
    more = moment.shop.translate(N_("ほか{n}人")).format(n=others) if others > 0 else ""
    return "　".join(part for part in (*parts, more) if part)


def _time(call: Call, moment: Moment) -> str:
    """Today's by the hour."""
    at, now = local_time(call.wall_ms), local_time(moment.now.wall_ms)
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.month}/{at.day} {at:%H:%M}"


STEPS: Steps = {"listed": _listed, "call": _call, "sure": _sure, "caller": _caller}
