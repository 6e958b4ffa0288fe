"""Count whom a rule means, list them, keep rules as segments, tell the counters who is in one.

Every answer is of the moment and of the stores that the asker sees; days are the programme's business days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.db.bulk import add_rows
from server.members import attributes
from server.members import service as members_service
from server.members.models import Member
from server.products.models import Product
from server.programs import service as programs
from server.segments import copying, fields, rules
from server.segments.asking import Asker, Named
from server.segments.fields import Field, Own, own_field
from server.segments.models import DYNAMIC, FIXED, Segment, SegmentMember, SegmentUse
from server.segments.rules import Is, Rule
from shared.clock import business_day
from shared.errors import EnishiError
from shared.points.program import Programme
from shared.text.plain import plain

NAME_MAX, NOTE_MAX = 40, 200
NAMES_SHOWN = 5
PAGE_SIZE = 50
TAG_BATCH = 500  # members whose terminals are told in one transaction
CHANNELS = ("print", "mail", "post", "phone")
NO_CHANNEL = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """``members``: to whom the rule applies; ``opted_out``: of them, by channel, who may not be told that way.

    ``names``: the first of them in the order of their kana.
    """

    members: int
    opted_out: Mapping[str, int]
    names: Sequence[str]
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to whom a rule applies. ``may``: the channel that was asked for."""

    number: int
    may: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A segment as it is written. ``kind``: DYNAMIC or FIXED."""

    name: str
    rule: Rule
    kind: str = DYNAMIC
    note: str = ""
    tagged: bool = False


def today_of(session: Session, now_ms: int) -> date:
    return business_day(now_ms, (programs.current(session) or Programme()).day_start_minute)


def own_fields(session: Session) -> Mapping[str, Field]:
    """What this chain asks of its members beyond what every chain does."""
    return {
        field.name: field
        for field in (
            own_field(Own(one.id, one.name, one.kind, one.choices)) for one in attributes.definitions(session)
        )
    }


def categories(session: Session) -> Sequence[str]:
    """Of the products that there are; none: nobody registers goods here."""
    return session.scalars(
        select(Product.category).where(Product.category != "").distinct().order_by(Product.category)
    ).all()


def has_products(session: Session) -> bool:
    return session.scalar(select(Product.code).limit(1)) is not None


def ranks(session: Session) -> Sequence[str]:
    return session.scalars(select(Member.rank).where(Member.rank != "").distinct().order_by(Member.rank)).all()


def check(session: Session, rule: Rule) -> None:
    """Raises ``segment.rule_size``, ``segment.field``, ``segment.value`` or ``segment.period``."""
    rules.check_size(rule)
    own = own_fields(session)
    for one in rules.conditions(rule):
        fields.check(one, own)


def count(session: Session, rule: Rule, scope: Scope, now_ms: int, first: int = PAGE_SIZE, offset: int = 0) -> Counted:
    """How many, who may not be told by which channel, and the first ``first`` of them behind ``offset``."""
    asker = _asker(session, scope, now_ms)
    source = asker.members(rule)
    refused = ", ".join(f"count(*) FILTER (NOT may_{channel})" for channel in CHANNELS)
    columns = ", ".join(f"m.may_{channel}" for channel in CHANNELS)
    sql = f"""WITH hit AS MATERIALIZED (SELECT m.number, m.name, m.sort_key, {columns} {source})
        SELECT (SELECT count(*) FROM hit), {refused},
               (SELECT list([number::VARCHAR, name] ORDER BY sort_key, number) FROM (
                   SELECT * FROM hit ORDER BY sort_key, number LIMIT {int(first)} OFFSET {int(offset)}))
        FROM hit"""
    total, *opted_out, listed = copying.fresh(session).rows(sql, asker.values)[0]
    people = listed or []
    return Counted(
        total, dict(zip(CHANNELS, opted_out, strict=True)), [name for _, name in people[:NAMES_SHOWN]],
        [int(number) for number, _ in people],
    )  # fmt: skip


def members(
    session: Session,
    rule: Rule,
    scope: Scope,
    now_ms: int,
    after: int = 0,
    limit: int = PAGE_SIZE,
    channel: str = NO_CHANNEL,
) -> Sequence[Person]:
    """In the order of their numbers, behind ``after``: for work that goes through all of them piece by piece."""
    asker = _asker(session, scope, now_ms)
    may = f"m.may_{channel}" if channel in CHANNELS else "TRUE"
    sql = (
        f"SELECT m.number, {may} {asker.members(rule)} AND m.number > {int(after)} ORDER BY m.number LIMIT {int(limit)}"
    )
    return [Person(number, may) for number, may in copying.fresh(session).rows(sql, asker.values)]


def is_in(session: Session, rule: Rule, scope: Scope, numbers: Collection[int], now_ms: int) -> set[int]:
    """Those of some members to whom the rule applies now."""
    if not numbers:
        return set()
    asker = _asker(session, scope, now_ms)
    sql = f"SELECT m.number {asker.members(rule)} AND list_contains($numbers, m.number)"
    found = copying.fresh(session).rows(sql, {**asker.values, "numbers": sorted(numbers)})
    return {number for (number,) in found}


# --- segments that are kept ------------------------------------------------------------------------------------------


def all_segments(session: Session, scope: Scope) -> Sequence[Segment]:
    """Those that their readers may open, by name."""
    found = session.scalars(select(Segment).order_by(Segment.name, Segment.number)).all()
    return [segment for segment in found if _may_open(segment, scope)]


def find(session: Session, number: int, scope: Scope) -> Segment | None:
    segment = session.get(Segment, number)
    return segment if segment is not None and _may_open(segment, scope) else None


def names(session: Session) -> Mapping[int, str]:
    return dict(session.execute(select(Segment.number, Segment.name)).all())


def rule_of(segment: Segment) -> Rule:
    """A fixed one is asked for by its number, a dynamic one by its rule."""
    if segment.kind == FIXED:
        return Is("segment", "any", (str(segment.number),))
    return rules.decode(segment.rule)


def scope_of(segment: Segment) -> Scope:
    """The stores whose members it holds, whoever looks."""
    return kept_scope(segment.stores)


def kept_scope(stores: bytes) -> Scope:
    """As ``keep_scope`` wrote it."""
    codes = msgspec.json.decode(stores, type=list[str] | None)
    return ALL if codes is None else Scope(frozenset(codes))


def keep_scope(scope: Scope) -> bytes:
    """JSON: the codes of its stores; null = all. Nobody's stores stay nobody's."""
    return msgspec.json.encode(None if scope.stores is None else sorted(scope.stores))


def may_change(segment: Segment, scope: Scope) -> bool:
    """Whose stores are only a part of a segment's may use it, not change it."""
    own = scope_of(segment).stores
    return scope.stores is None or (own is not None and own <= scope.stores)


def narrowed(segment: Segment, scope: Scope) -> Scope:
    """What a reader sees of it."""
    own = scope_of(segment).stores
    if own is None or scope.stores is None:
        return scope if own is None else Scope(own)
    return Scope(own & scope.stores)


def save(session: Session, draft: Draft, number: int, author: int, scope: Scope, now_ms: int) -> Segment:
    """A new segment, or with a ``number`` the one that is changed. Raises as ``check``, and ``segment.name``,
    ``segment.name_taken`` or ``segment.circle``."""
    name = " ".join(plain(draft.name).split())
    if not 0 < len(name) <= NAME_MAX or draft.kind not in (DYNAMIC, FIXED):
        raise EnishiError("segment.name", limit=NAME_MAX)
    taken = select(Segment.number).where(Segment.name == name, Segment.number != number).limit(1)
    if session.scalar(taken) is not None:
        raise EnishiError("segment.name_taken")
    check(session, draft.rule)
    segment = session.get(Segment, number) if number else None
    if segment is None:
        segment = Segment(
            stores=keep_scope(scope), author=author, created_ms=now_ms, fixed_day="", count=0, counted_ms=0, kind=""
        )
        session.add(segment)
    segment.name, segment.note, segment.tagged = name, " ".join(plain(draft.note).split())[:NOTE_MAX], draft.tagged
    segment.rule, segment.kind, segment.changed_ms = rules.encode(draft.rule), draft.kind, now_ms
    session.flush()
    _refuse_circle(session, segment.number)
    _count_anew(session, segment, draft.rule, now_ms)
    return segment


def remove(session: Session, segment: Segment) -> None:
    """Raises ``segment.in_use``."""
    used = len(used_by(session, segment.number)) + uses(session, segment.number)
    if used:
        raise EnishiError("segment.in_use", count=used)
    session.execute(delete(SegmentMember).where(SegmentMember.segment == segment.number))
    session.delete(segment)
    copying.note(session, segment.number)
    session.flush()


def use(session: Session, number: int, kind: str, key: int) -> None:
    """Until ``release`` nobody removes the segment."""
    session.merge(SegmentUse(segment=number, kind=kind, key=key))
    session.flush()


def release(session: Session, kind: str, key: int) -> None:
    session.execute(delete(SegmentUse).where(SegmentUse.kind == kind, SegmentUse.key == key))


def uses(session: Session, number: int) -> int:
    """How many need it, other segments not counted."""
    return session.scalar(select(func.count()).select_from(SegmentUse).where(SegmentUse.segment == number)) or 0


def used_by(session: Session, number: int) -> Sequence[Segment]:
    """Segments whose rules name this one."""
    others = (one for one in all_segments(session, ALL) if one.number != number)
    return [one for one in others if number in _named(rules.decode(one.rule))]


def set_tags(session: Session, after: int, now_ms: int) -> int:
    """Tell the counters who is in the tagged segments, for a piece of the members behind ``after``; the last of the
    piece, 0 at the end. Only who changed is told."""
    tagged = session.scalars(select(Segment).where(Segment.tagged.is_(True)).order_by(Segment.number)).all()
    columns = copying.fresh(session)
    numbers = [
        number
        for (number,) in columns.rows(
            f"SELECT number FROM member WHERE number > {int(after)} ORDER BY number LIMIT {TAG_BATCH}"
        )
    ]
    wanted: dict[int, list[int]] = {number: [] for number in numbers}
    for segment in tagged:
        asker = _asker(session, scope_of(segment), now_ms)
        sql = f"SELECT m.number {asker.members(rule_of(segment))} AND list_contains($numbers, m.number)"
        for (number,) in columns.rows(sql, {**asker.values, "numbers": numbers}):
            wanted[number].append(segment.number)
    members_service.set_tags(session, wanted, now_ms)
    return numbers[-1] if len(numbers) == TAG_BATCH else 0


def _count_anew(session: Session, segment: Segment, rule: Rule, now_ms: int) -> None:
    """A fixed segment takes its members now; of a dynamic one only their number is kept."""
    session.execute(delete(SegmentMember).where(SegmentMember.segment == segment.number))
    scope = scope_of(segment)
    asker = _asker(session, scope, now_ms)
    columns = copying.fresh(session)
    segment.counted_ms = now_ms
    segment.fixed_day = today_of(session, now_ms).isoformat() if segment.kind == FIXED else ""
    if segment.kind == FIXED:
        found = columns.rows(f"SELECT {segment.number}, m.number {asker.members(rule)}", asker.values)
        segment.count = len(found)
        session.flush()
        add_rows(session, SegmentMember, ("segment", "member"), found)
    else:
        segment.count = columns.rows(f"SELECT count(*) {asker.members(rule)}", asker.values)[0][0]
    copying.note(session, segment.number)
    session.flush()


def _asker(session: Session, scope: Scope, now_ms: int) -> Asker:
    def resolve(number: int) -> Named | None:
        segment = session.get(Segment, number)
        return None if segment is None else Named(segment.kind, rules.decode(segment.rule))

    return Asker(today_of(session, now_ms), scope, own_fields(session), resolve)


def _may_open(segment: Segment, scope: Scope) -> bool:
    """A segment of one store's people is none of another store's business; one of the chain is seen in part."""
    own = scope_of(segment).stores
    return own is None or scope.stores is None or bool(own & scope.stores)


def _named(rule: Rule) -> set[int]:
    return {
        int(value)
        for one in rules.conditions(rule)
        if one.field == "segment"
        for value in one.values
        if value.isascii() and value.isdigit()
    }


def _refuse_circle(session: Session, number: int) -> None:
    """Raises ``segment.circle``, or ``segment.rule_size`` when all of them together ask too much."""
    asks = {one.number: rules.decode(one.rule) for one in all_segments(session, ALL)}
    seen: set[int] = set()
    todo = [(number, 0)]
    while todo:
        at, level = todo.pop()
        for named in sorted(_named(asks[at])) if at in asks else ():
            if named == number or level > rules.DEPTH_MAX:
                raise EnishiError("segment.circle")
            if named not in seen:
                seen.add(named)
                todo.append((named, level + 1))
    total = sum(1 for one in {number, *seen} if one in asks for _ in rules.conditions(asks[one]))
    if total > rules.CONDITIONS_MAX * 2:
        raise EnishiError("segment.rule_size", limit=rules.CONDITIONS_MAX)
