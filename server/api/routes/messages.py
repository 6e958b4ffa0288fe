"""Messages that wait for a card, and what became of them."""

from __future__ import annotations

from sqlalchemy import select

from server.api import cursors
from server.api.calls import Call, Reply
from server.api.desk_shapes import MessageIn, MessageOut, MessageQuery, Messages, Withdrawn
from server.api.routes import cards as card_routes
from server.api.routes.points import chosen
from server.api.shapes import Made
from server.messages import service
from server.messages.models import CardMessage
from server.messages.service import Draft
from server.segments.service import today_of
from shared.errors import EnishiError
from shared.text.era import parse_date


def listed(call: Call) -> Reply:
    asked: MessageQuery = call.query
    query = select(CardMessage).where(service.of_scope(call.scope)).order_by(CardMessage.id.desc())
    if asked.card:
        query = query.where(CardMessage.card == card_routes.find(call, asked.card).number)
    place = cursors.decode(asked.after, int)
    if place:
        query = query.where(CardMessage.id < place[0])
    rows, more = cursors.cut(call.session.scalars(query.limit(asked.limit + 1)).all(), asked.limit)
    today = today_of(call.session, call.now_ms)
    items = [_told(line) for line in service.with_proofs(call.session, rows, today)]
    return Reply(Messages(items, cursors.encode(rows[-1].id) if more else ""))


def one(call: Call) -> Reply:
    message = _find(call)
    (line,) = service.with_proofs(call.session, [message], today_of(call.session, call.now_ms))
    return Reply(_told(line))


def write(call: Call) -> Reply:
    told: MessageIn = call.body
    if told.valid_until:
        parse_date(told.valid_until)  # a day that there is
    draft = Draft(chosen(call, told.card, told.member), told.text, told.priority, told.valid_until)
    today = today_of(call.session, call.now_ms)
    if service.is_told_twice(call.session, draft, today):
        raise EnishiError("api.message_twice")
    message = service.write(call.session, draft, call.caller.staff, today, call.now_ms, call.scope)
    call.note("message_written", f"message:{message.id}", card=message.card)
    return Reply(Made(message.id), 201, f"/messages/{message.id}")


def withdraw(call: Call) -> Reply:
    message = _find(call)
    service.withdraw(call.session, message, call.now_ms)
    call.note("message_withdrawn", f"message:{message.id}")
    return Reply(Withdrawn(message.id, message.state))


def _find(call: Call) -> CardMessage:
    message = service.find(call.session, call.path["number"], call.scope)
    if message is None:
        raise EnishiError("api.not_found")
    return message


def _told(line: service.Line) -> MessageOut:
    row = line.message
    return MessageOut(row.id, row.card, row.text, row.priority, row.valid_until, line.state, row.created_ms)
