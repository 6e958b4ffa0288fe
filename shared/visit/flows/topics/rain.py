"""The switch for a rainy day: set by a manager for this shop's business day, in force at once."""

from __future__ import annotations

from shared.locale import N_
from shared.points.conditions import is_rainy
from shared.visit import screens
from shared.visit.effects import Note, Play, SetWeather, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import Noted
from shared.visit.flows.dialogue import Given, Steps, ask_store, begin, blank, leave, tell
from shared.visit.flows.knowing import said_here
from shared.visit.flows.pricing import today
from shared.visit.flows.turn import Turn
from shared.visit.journal import Weather
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Only in earnest: what is said in practice nobody would hear of."""
    if moment.shop.duty.is_training:
        return tell(blank(Topic.RAIN, errand, keying), screens.Notice("visit.training_no_rain"), title=N_("雨の日"))
    if rains_now(moment):
        title, text = N_("雨の日をやめる"), N_("「雨の日だけ」の特典は、次の会計から付きません。")
    else:
        title, text = N_("今日を雨の日にする"), N_("「雨の日だけ」の特典が、次の会計から今日の終わりまで付きます。")
    told = (moment.shop.translate(N_("営業日")), today(moment).strftime("%Y/%m/%d"))
    return begin(Topic.RAIN, "sure", screens.Confirming(title, text, (told,)), errand, keying)


def rains_now(moment: Moment) -> bool:
    said = said_here(moment)
    return is_rainy(moment.shop.programme.rain, today(moment), moment.shop.store) if said is None else said


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    weather = Weather(today(moment).isoformat(), not rains_now(moment), moment.shop.duty.staff)
    return ask_store(state, "noted", Note(weather))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Durable: from the next sale on it counts here."""
    assert isinstance(given, Noted)
    assert isinstance(given.body, Weather)
    code = "day.rain_begun" if given.body.is_rainy else "day.rain_ended"
    return leave(state, moment, screens.Notice(code), before=(SetWeather(given.body), Play(Sound.OK)))


STEPS: Steps = {"sure": _sure, "noted": _noted}
