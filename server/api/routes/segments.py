"""Segments as the console keeps them: which there are, how many are in one, who."""

from __future__ import annotations

from server.api import cursors
from server.api.calls import Call, Reply
from server.api.desk_shapes import (
    OptedOut,
    SegmentCount,
    SegmentMemberOut,
    SegmentMembers,
    SegmentOut,
    SegmentQuery,
    Segments,
)
from server.segments import service
from server.segments.models import Segment
from shared.errors import EnishiError


def listed(call: Call) -> Reply:
    return Reply(Segments([_told(one) for one in service.all_segments(call.session, call.scope)]))


def one(call: Call) -> Reply:
    return Reply(_told(_find(call)))


def count(call: Call) -> Reply:
    segment = _find(call)
    seen = service.narrowed(segment, call.scope)
    counted = service.count(call.session, service.rule_of(segment), seen, call.now_ms, first=1)
    return Reply(SegmentCount(segment.number, counted.members, OptedOut(**counted.opted_out)))


def members(call: Call) -> Reply:
    """In the order of their numbers, which stays the same from page to page."""
    asked: SegmentQuery = call.query
    segment = _find(call)
    place = cursors.decode(asked.after, int)
    found = service.members(
        call.session, service.rule_of(segment), service.narrowed(segment, call.scope), call.now_ms,
        place[0] if place else 0, asked.limit + 1, asked.channel,
    )  # fmt: skip
    rows, more = cursors.cut(found, asked.limit)
    items = [SegmentMemberOut(person.number, bool(person.may)) for person in rows]
    return Reply(SegmentMembers(items, cursors.encode(rows[-1].number) if more else ""))


def _find(call: Call) -> Segment:
    segment = service.find(call.session, call.path["number"], call.scope)
    if segment is None:
        raise EnishiError("api.not_found")
    return segment


def _told(segment: Segment) -> SegmentOut:
    return SegmentOut(segment.number, segment.name, segment.note, segment.kind, segment.changed_ms)
