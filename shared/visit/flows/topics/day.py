"""The day's figures: to look at, to print, and to close the day with."""

from __future__ import annotations

from dataclasses import replace

from shared.locale import N_
from shared.sale.day_report import DayFigures, day_report
from shared.units import format_number
from shared.visit import screens
from shared.visit.effects import AddUpDay, Note, Play, PrintReport, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import DayAdded
from shared.visit.flows.dialogue import Given, Steps, ask_store, blank, go_on, leave, tell
from shared.visit.flows.pricing import today
from shared.visit.flows.turn import Turn
from shared.visit.journal import Day
from shared.visit.receipt import Receipt, training_mark
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying


def look(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """On paper, and the first figures on the screen."""
    return _add_up("look", errand, keying, moment)


def people(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Who enrolled how many today."""
    return _add_up("people", errand, keying, moment)


def close(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    return _add_up("close", errand, keying, moment)


def begin_day(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    note = Note(Day(today(moment).isoformat(), "open", moment.shop.duty.staff))
    return ask_store(blank(Topic.DAY, errand, keying), "begun", note)


def _begun(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return leave(state, moment, screens.Notice("day.begun"), before=(Play(Sound.OK),))


def _add_up(step: str, errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    return ask_store(blank(Topic.DAY, errand, keying), step, AddUpDay(today(moment).isoformat()))


def _figures(given: Given, moment: Moment) -> DayFigures:
    """The journal knows terminals by number only; the paper names the shop."""
    assert isinstance(given, DayAdded)
    return replace(given.figures, shop=moment.shop.name)


def _look(state: Dialogue, given: Given, moment: Moment) -> Turn:
    figures = _figures(given, moment)
    report = PrintReport(_report(figures, moment))
    return tell(state, _practice(moment), report, title=N_("今日の数字"), lines=_lines(figures, moment))


def _people(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, DayAdded)
    translate = moment.shop.translate
    lines = tuple(
        (one.name or translate(N_("（担当なし）")), translate(N_("{count}人")).format(count=one.enrolments))
        for one in given.figures.staff
    )
    notice = _practice(moment) if lines else screens.Notice("day.no_enrolments")
    return tell(state, notice, title=N_("今日の入会"), lines=lines)


def _close(state: Dialogue, given: Given, moment: Moment) -> Turn:
    figures = _figures(given, moment)
    text = N_("日報を印字して、今日を締めます。締めたあとの来店も、今日の数字に入ります。")
    screen = screens.Confirming(N_("一日を締める"), text, _lines(figures, moment))
    return go_on(state, "sure", screen, figures)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    figures = _kept(state)
    return ask_store(state, "closed", Note(Day(figures.day.isoformat(), "close", moment.shop.duty.staff, figures)))


def _closed(state: Dialogue, given: Given, moment: Moment) -> Turn:
    report = PrintReport(_report(_kept(state), moment))
    return leave(state, moment, screens.Notice("day.closed"), before=(report,))


def _practice(moment: Moment) -> screens.Notice | None:
    """In training the figures are the real ones."""
    return screens.Notice("day.practice") if moment.shop.duty.is_training else None


def _kept(state: Dialogue) -> DayFigures:
    (figures,) = state.kept
    assert isinstance(figures, DayFigures)
    return figures


def _report(figures: DayFigures, moment: Moment) -> Receipt:
    """A report made in training says so; its figures are the real ones."""
    lines = day_report(figures, moment.shop.translate)
    return Receipt(0, (*training_mark(moment.shop.translate), *lines) if moment.shop.duty.is_training else lines)


def _lines(figures: DayFigures, moment: Moment) -> tuple[tuple[str, str], ...]:
    translate = moment.shop.translate
    yen, points, count = translate(N_("{n}円")), translate(N_("{n}点")), translate(N_("{n}件"))
    practice = (translate(N_("練習（数に入れません）")), count.format(n=format_number(figures.training)))
    return (
        (translate(N_("営業日")), figures.day.strftime("%Y/%m/%d")),
        (translate(N_("来店")), count.format(n=format_number(figures.visits))),
        (translate(N_("差引売上")), yen.format(n=format_number(figures.takings_yen))),
        (translate(N_("発行ポイント")), points.format(n=format_number(figures.points_earned))),
        (translate(N_("使用ポイント")), points.format(n=format_number(figures.points_used))),
        (translate(N_("本部へ未送信")), count.format(n=format_number(figures.unsent))),
        *((practice,) if figures.training else ()),
    )


STEPS: Steps = {
    "begun": _begun, "look": _look, "people": _people, "close": _close, "sure": _sure, "closed": _closed,
}  # fmt: skip
