"""A sale of this card is taken back, whole (取消) or in part (返品)."""

from __future__ import annotations

from dataclasses import replace

from shared.clock import local_time
from shared.errors import Refused
from shared.locale import N_
from shared.points.refund import Refunded
from shared.units import format_number
from shared.visit import screens
from shared.visit.effects import FindVisits, Intend, Play, Show, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import VisitsFound
from shared.visit.facts import PastVisit
from shared.visit.flows.dialogue import Given, Steps, ask_store, blank, choose, go_on, refused, tell
from shared.visit.flows.refunding import intent_of_refund, price_refund
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying, Plan, Preparing, RefundWish

TITLE = N_("返品・取消")


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """Only with the card inside: its points change."""
    state = blank(Topic.REFUND, errand, keying)
    if keying is None:
        return tell(state, screens.Notice("visit.refund_needs_card"), title=TITLE)
    return ask_store(state, "found", FindVisits(keying.image.card))


def _found(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, VisitsFound)
    visits = tuple(visit for visit in given.visits if visit.left_yen > 0)
    if not visits:
        return tell(state, screens.Notice("visit.nothing_to_refund"), title=TITLE)
    return choose(state, "chosen", TITLE, tuple(_option(visit, moment) for visit in visits), *visits)


def _option(visit: PastVisit, moment: Moment) -> screens.Option:
    translate = moment.shop.translate
    at = local_time(visit.wall_ms).strftime("%m/%d %H:%M")
    label = translate(N_("{yen}円（伝票 {slip}）"))
    left = "" if visit.left_yen == visit.intent.amount_yen else translate(N_("残り {yen}円"))
    detail = "　".join(part for part in (at, left.format(yen=format_number(visit.left_yen))) if part)
    return screens.Option(label.format(yen=format_number(visit.intent.amount_yen), slip=visit.intent.slip), detail)


def _chosen(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, int)
    visit = state.kept[given]
    return go_on(state, "yen", screens.Asking(TITLE, "yen", "", N_("返す金額。全部なら、そのまま実行")), visit)


def _yen(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, str)
    (visit,) = state.kept
    assert isinstance(visit, PastVisit)
    wish = RefundWish(visit, int(given) if given else visit.left_yen)
    figures = price_refund(_wished(state, wish), moment)
    return refused(state, figures) if isinstance(figures, Refused) else _confirm(state, wish, figures, moment)


def _confirm(state: Dialogue, wish: RefundWish, figures: Refunded, moment: Moment) -> Turn:
    """The figures, before anything is done."""
    translate = moment.shop.translate
    yen, points = translate(N_("{n}円")), translate(N_("{n}点"))
    lines = [(translate(N_("返すお金")), yen.format(n=format_number(figures.due_yen)))]
    if figures.earn:
        lines.append((translate(N_("返すポイント")), points.format(n="+" + format_number(figures.earn))))
    lines.append((translate(N_("取り消すポイント")), points.format(n=format_number(-figures.redeem))))
    if figures.uncovered:
        lines.append((translate(N_("カードに足りないポイント")), points.format(n=format_number(figures.uncovered))))
    return go_on(state, "sure", screens.Confirming(TITLE, N_("カードを書き換えます。"), tuple(lines)), wish)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """From here the visit's own way: INTENT, stripe, COMMIT. What is written is what was shown."""
    (wish,) = state.kept
    assert isinstance(wish, RefundWish)
    keying = _wished(state, wish)
    figures = price_refund(keying, moment)
    if isinstance(figures, Refused):  # the day changed meanwhile
        return tell(state, screens.Notice(figures.code, figures.facts), title=TITLE)
    shown = _confirm(state, wish, figures, moment)
    if shown.state != state:  # head office sent a correction meanwhile: other figures
        return Turn(shown.state, (*shown.effects, Play(Sound.ATTENTION)))
    intent = intent_of_refund(keying, figures, moment)
    plan = Plan(intent, keying.facts, recovered=False, errand=keying.left_behind)
    return Turn(Preparing(plan), (Show(screens.Writing()), Intend(intent)))


def _wished(state: Dialogue, wish: RefundWish) -> Keying:
    """The visit with the refund in it; the one that CANCEL goes back to knows nothing of it."""
    assert state.keying is not None
    return replace(state.keying, refund=wish, use_points=0)


STEPS: Steps = {"found": _found, "chosen": _chosen, "yen": _yen, "sure": _sure}
