"""A draft on trial: the visits of the last twelve months, priced once more by its rules.

The arithmetic is the counter's own. What cannot be known stays as it was: people would have come as they came, used the
points that they used, and have the rank, birthday and lists of today; rain is what the switches said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.jobs.service import Outcome, Run
from server.ledger import service as ledger
from server.ledger.models import REFUND
from server.rulebook.models import ProgrammeDraft
from server.rulebook.reasons import Past, pasts, recomputed
from server.shop import service as shop
from shared.clock import business_day
from shared.errors import EnishiError
from shared.locale import N_
from shared.points.program import Programme, validate_programme
from shared.points.ranking import months_later
from shared.sale.rules import SaleRules
from shared.units import Rounding, divide

KIND = "programme_preview"
WINDOW_MONTHS = 12
STEP_HOLDERS = 200  # of one transaction; a second or so
TOP_MAX = 20  # winners and losers that are listed
SECOND_PERSON_YEN = 100_000  # a year: more than a small shop gives away without talking about it


class Part(msgspec.Struct, frozen=True):
    """``holder``: a member's number, or a card's as a negative number where nobody knows whose it is."""

    holder: int
    before: int
    after: int


class Month(msgspec.Struct, frozen=True):
    month: str  # YYYY-MM
    visits: int = 0
    before: int = 0  # points
    after: int = 0


class Preview(msgspec.Struct, frozen=True):
    """``digest``: of the rules it is about. ``cursor``: the last holder that is in it.

    Points are those given less those taken back by refunds.
    """

    digest: str
    first: str
    last: str
    cursor: int = 0
    is_done: bool = False
    visits: int = 0
    before: int = 0
    after: int = 0
    winners: int = 0
    losers: int = 0
    same: int = 0
    most: tuple[Part, ...] = ()
    least: tuple[Part, ...] = ()
    months: tuple[Month, ...] = ()
    outstanding: int = 0
    value_before: tuple[int, int] = (1, 1)  # so many yen for so many points
    value_after: tuple[int, int] = (1, 1)

    @property
    def cost_before_yen(self) -> int:
        return worth(self.before, self.value_before)

    @property
    def cost_after_yen(self) -> int:
        return worth(self.after, self.value_after)

    @property
    def extra_yen(self) -> int:
        """What a year costs more."""
        return self.cost_after_yen - self.cost_before_yen

    @property
    def liability_before_yen(self) -> int:
        return worth(self.outstanding, self.value_before)

    @property
    def liability_after_yen(self) -> int:
        """As if every point given more were still there, and every one given less were missing."""
        return worth(max(self.outstanding + self.after - self.before, 0), self.value_after)


def worth(points: int, value: tuple[int, int]) -> int:
    yen, unit = value
    return divide(abs(points) * yen, unit, Rounding.HALF_UP) * (1 if points >= 0 else -1)


def digest(programme: Programme) -> str:
    """Of what the rules say, whatever their number and day."""
    told = msgspec.to_builtins(programme)
    for name in ("version", "start", "then", "rain", "holidays"):
        told.pop(name, None)
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:32]


def begin(programme: Programme, ours: Programme, outstanding: int, now_ms: int) -> Preview:
    last = business_day(now_ms, ours.day_start_minute)
    first = months_later(last, -WINDOW_MONTHS)
    return Preview(
        digest(programme), first.isoformat(), last.isoformat(), outstanding=outstanding,
        value_before=(ours.redeem.unit_yen, ours.redeem.unit_points),
        value_after=(programme.redeem.unit_yen, programme.redeem.unit_points),
    )  # fmt: skip


def added(preview: Preview, programme: Programme, rules: SaleRules, holder: int, visits: Sequence[Past]) -> Preview:
    """With one holder's visits, the oldest first."""
    months = {month.month: month for month in preview.months}
    before = after = 0
    sold: dict[str, tuple[int, int]] = {}
    given: dict[tuple[int, str], int] = {}
    for past in visits:
        visit = past.visit
        was, now = _points(programme, rules, past, sold, given)
        name = visit.business_day[:7]
        month = months.get(name, Month(name))
        months[name] = Month(name, month.visits + 1, month.before + was, month.after + now)
        before, after = before + was, after + now
    part = Part(holder, before, after)
    parts = [part] if after != before else []
    return msgspec.structs.replace(
        preview,
        cursor=holder,
        visits=preview.visits + len(visits),
        before=preview.before + before,
        after=preview.after + after,
        winners=preview.winners + (after > before),
        losers=preview.losers + (after < before),
        same=preview.same + (after == before and bool(visits)),
        most=_top(preview.most, (one for one in parts if after > before), -1),
        least=_top(preview.least, (one for one in parts if after < before), 1),
        months=tuple(months[name] for name in sorted(months)),
    )


def _points(
    programme: Programme,
    rules: SaleRules,
    past: Past,
    sold: dict[str, tuple[int, int]],
    given: dict[tuple[int, str], int],
) -> tuple[int, int]:
    """Given by one visit then and by the draft; a refund takes its share back."""
    visit = past.visit
    if visit.kind == REFUND:
        amount_yen, points = sold.get(visit.refund_of, (0, 0))
        back = divide(points * min(visit.amount_yen, amount_yen), amount_yen, Rounding.FLOOR) if amount_yen else 0
        return -visit.redeem, -back
    key = (visit.card, visit.business_day)
    points = recomputed(programme, replace(past, earned_today=given.get(key, 0)), rules).points
    sold[visit.visit] = (visit.amount_yen, points)
    given[key] = given.get(key, 0) + points
    return visit.earn, points


def _top(held: tuple[Part, ...], new: Iterable[Part], sign: int) -> tuple[Part, ...]:
    parts = sorted((*held, *new), key=lambda one: (sign * (one.after - one.before), one.holder))
    return tuple(parts[:TOP_MAX])


def holders_after(session: Session, cursor: int, limit: int) -> Sequence[tuple[int, tuple[int, ...]]]:
    """Members by number, then cards without one (as negative numbers, falling); each with its cards."""
    found: list[tuple[int, tuple[int, ...]]] = []
    if cursor >= 0:
        numbers = session.scalars(
            select(Card.member).where(Card.member > cursor).distinct().order_by(Card.member).limit(limit)
        ).all()
        wanted = [number for number in numbers if number is not None]
        rows = session.execute(select(Card.member, Card.number).where(Card.member.in_(wanted)).order_by(Card.number))
        held: dict[int, tuple[int, ...]] = {}
        for member, card in rows:
            held[member or 0] = (*held.get(member or 0, ()), card)
        found = [(number, held[number]) for number in wanted]
    if len(found) < limit:
        after = -cursor if cursor < 0 else 0
        alone = select(Card.number).where(Card.member.is_(None), Card.number > after).order_by(Card.number)
        found += [(-card, (card,)) for card in session.scalars(alone.limit(limit - len(found)))]
    return found


def steps(session: Session) -> int:
    members = session.scalar(select(func.count(Card.member.distinct()))) or 0
    alone = session.scalar(select(func.count()).select_from(Card).where(Card.member.is_(None))) or 0
    return -(-(members + alone) // STEP_HOLDERS) or 1


def run(job: Run) -> Outcome:
    """``programme_preview``: payload ``{"draft": number}``. Raises ``programs.closed`` for one that is gone."""
    number = int(msgspec.json.decode(job.payload)["draft"])
    with job.database.reading() as session:
        of = steps(session)
    for preview in _walk(job, number, of):
        if preview.is_done:
            return Outcome(N_("試算が終わりました"), {"visits": preview.visits}, f"/rulebook/drafts/{number}")
    raise EnishiError("programs.closed")


def _walk(job: Run, number: int, of: int) -> Iterator[Preview]:
    done = job.done
    while True:
        done += 1
        with job.step(min(done, of), max(of, done), N_("来店を計算し直しています")) as session:
            draft = session.get(ProgrammeDraft, number)
            if draft is None:
                raise EnishiError("programs.closed")
            preview = advanced(session, draft, STEP_HOLDERS)
            draft.preview = msgspec.json.encode(preview)
        yield preview
        if preview.is_done:
            return


def advanced(session: Session, draft: ProgrammeDraft, limit: int) -> Preview:
    """With the next holders."""
    programme = msgspec.json.decode(draft.body, type=Programme)
    validate_programme(programme)
    preview = msgspec.json.decode(draft.preview, type=Preview)
    rules = shop.settings(session).sale_rules
    holders = holders_after(session, preview.cursor, limit)
    for holder, numbers in holders:
        preview = added(preview, programme, rules, holder, _of_window(session, numbers, preview))
    return msgspec.structs.replace(preview, is_done=len(holders) < limit)


def _of_window(session: Session, numbers: Sequence[int], preview: Preview) -> Sequence[Past]:
    return [one for one in pasts(session, numbers, preview.first) if one.visit.business_day <= preview.last]


def started(session: Session, draft: ProgrammeDraft, ours: Programme, now_ms: int) -> Preview:
    """A fresh preview of a draft, before its first step."""
    programme = msgspec.json.decode(draft.body, type=Programme)
    preview = begin(programme, ours, ledger.outstanding(session), now_ms)
    draft.preview = msgspec.json.encode(preview)
    return preview
