"""``/v1/enrol``: where a terminal that nobody knows yet may knock, slowly."""

from __future__ import annotations

from flask import Response, g, request

from server.sync.api import BLUEPRINT, answer, error, knock, told, verify
from server.terminals import enrolment
from server.web.context import office
from shared.errors import EnishiError, Refused
from shared.sync.enrolment import CODE_LIFE_MS
from shared.sync.messages import Enrol

RETRY_AFTER_S = CODE_LIFE_MS // 1000


@BLUEPRINT.post("/enrol")
def enrol() -> Response:
    """Signed by the very key that it brings."""
    head_office = office()
    now_ms = head_office.now_ms()
    with head_office.database.transaction() as session:
        may = enrolment.may_try(session, request.remote_addr or "", now_ms)
    if not may:
        refused = error(Refused("sync.enrol_busy"))
        refused.headers["Retry-After"] = str(RETRY_AFTER_S)
        return refused
    knocked = knock()
    if isinstance(knocked, Refused):
        return error(knocked)
    try:
        asked = told(Enrol)
        verify(asked.sign_key, *knocked)
    except EnishiError as unreadable:
        return error(Refused(unreadable.code, unreadable.facts))
    with head_office.database.transaction() as session:
        reply = enrolment.begin(session, head_office.vault, asked, now_ms)
    return error(reply) if isinstance(reply, Refused) else answer(reply)


@BLUEPRINT.get("/enrol/<name>")
def enrolled(name: str) -> Response:
    """What has become of it, for the key that asked."""
    head_office = office()
    knocked = knock()
    if isinstance(knocked, Refused):
        return error(knocked)
    with head_office.database.reading() as session:
        row = enrolment.by_name(session, name)
        key = b"" if row is None else row.sign_key
    try:
        verify(key, *knocked)
    except EnishiError as wrong:
        return error(Refused(wrong.code, wrong.facts))
    with head_office.database.transaction() as session:
        row = enrolment.by_name(session, name)
        reply = (
            Refused("sync.enrol_code")
            if row is None
            else enrolment.ask(session, head_office.vault, row, g.claim.counter)
        )
    return error(reply) if isinstance(reply, Refused) else answer(reply)
