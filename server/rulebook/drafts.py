"""A draft of the rules: edit it, try it, let a second person look where it costs much, bring it into force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.approvals import service as approvals
from server.jobs import service as jobs
from server.programs import checklist
from server.programs import service as programs
from server.rulebook import replay
from server.rulebook.models import ASKED, DROPPED, ENACTED, OPEN, ProgrammeDraft
from server.rulebook.replay import Preview
from shared.errors import EnishiError
from shared.points.bounds import PROMOTIONS_MAX
from shared.points.program import Programme
from shared.points.promotion import Promotion

DECISION = "programme"  # of approvals
NAME_MAX = 80
_programmes = msgspec.json.Decoder(Programme)
_previews = msgspec.json.Decoder(Preview)


class Wish(msgspec.Struct, frozen=True):
    """What somebody asks a second person for."""

    draft: int
    digest: str
    start: str
    note: str
    extra_yen: int


def new(session: Session, programme: Programme, based_on: int, author: int, now_ms: int) -> ProgrammeDraft:
    """``based_on``: the version it comes from; 0 = a template."""
    bare = replace(programme, holidays=(), rain=(), then=None, start="")
    draft = ProgrammeDraft(
        name=bare.name[:NAME_MAX], body=msgspec.json.encode(bare, order="sorted"), based_on=based_on, author=author,
        state=OPEN, preview=b"", preview_job=0, approval=0, enacted=0, created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    return draft


def listed(session: Session) -> Sequence[ProgrammeDraft]:
    """Those that somebody works on, the newest first."""
    open_ones = select(ProgrammeDraft).where(ProgrammeDraft.state.in_((OPEN, ASKED)))
    return session.scalars(open_ones.order_by(ProgrammeDraft.number.desc())).all()


def find(session: Session, number: int) -> ProgrammeDraft | None:
    return session.get(ProgrammeDraft, number)


def programme_of(draft: ProgrammeDraft) -> Programme:
    return _programmes.decode(draft.body)


def preview_of(draft: ProgrammeDraft) -> Preview | None:
    """The one that is about these very rules."""
    if not draft.preview:
        return None
    preview = _previews.decode(draft.preview)
    return preview if preview.digest == replay.digest(programme_of(draft)) else None


def save(session: Session, draft: ProgrammeDraft, programme: Programme, now_ms: int) -> None:
    """Rules may mean nothing yet while somebody works on them. Raises ``programs.closed``."""
    _open(draft)
    draft.body = msgspec.json.encode(programme, order="sorted")
    draft.name, draft.changed_ms = programme.name[:NAME_MAX], now_ms
    session.flush()


def add_promotion(session: Session, draft: ProgrammeDraft, name: str, now_ms: int) -> Promotion:
    """An empty one at the end. Its number was never used before in any version. Raises ``programs.many``."""
    programme = programme_of(draft)
    if len(programme.promotions) >= PROMOTIONS_MAX:
        raise EnishiError("programs.many", limit=PROMOTIONS_MAX)
    used = {one.id for row in programs.versions(session) for one in _programmes.decode(row.body).promotions}
    number = max(used | {one.id for one in programme.promotions}, default=0) + 1
    promotion = Promotion(number, name)
    save(session, draft, replace(programme, promotions=(*programme.promotions, promotion)), now_ms)
    return promotion


def put_promotion(session: Session, draft: ProgrammeDraft, promotion: Promotion, now_ms: int) -> None:
    programme = programme_of(draft)
    changed = tuple(promotion if one.id == promotion.id else one for one in programme.promotions)
    save(session, draft, replace(programme, promotions=changed), now_ms)


def remove_promotion(session: Session, draft: ProgrammeDraft, number: int, now_ms: int) -> None:
    programme = programme_of(draft)
    left = tuple(one for one in programme.promotions if one.id != number)
    save(session, draft, replace(programme, promotions=left), now_ms)


def drop(session: Session, draft: ProgrammeDraft, now_ms: int) -> None:
    """Raises ``programs.closed``."""
    _open(draft)
    draft.state, draft.changed_ms = DROPPED, now_ms
    session.flush()


def start_preview(session: Session, draft: ProgrammeDraft, author: int, now_ms: int) -> int:
    """The job's number. Raises ``programs.closed`` or ``input.programme``."""
    _open(draft)
    ours = programs.current(session, now_ms) or Programme()
    replay.started(session, draft, ours, now_ms)
    draft.preview_job = jobs.start(session, replay.KIND, {"draft": draft.number}, author, now_ms)
    session.flush()
    return draft.preview_job


def bring(session: Session, draft: ProgrammeDraft, start: str, note: str, author: int, now_ms: int) -> bool:
    """Bring it into force on ``start`` ("" = at once); False: a second person has to agree, for it costs much.

    Raises ``programs.closed``, ``programs.not_ready``, ``programs.no_preview``, ``programs.start`` or
    ``input.programme``.
    """
    _open(draft)
    preview = _checked(draft)
    if preview.extra_yen <= replay.SECOND_PERSON_YEN:
        _enact(session, draft, start, note, author, now_ms)
        return True
    wish = Wish(draft.number, preview.digest, start, note[: programs.NOTE_MAX], preview.extra_yen)
    draft.approval = approvals.ask(session, DECISION, msgspec.json.encode(wish), author, now_ms)
    draft.state, draft.changed_ms = ASKED, now_ms
    session.flush()
    return False


def agreed(session: Session, payload: bytes, asked_by: int, _decided_by: int, now_ms: int) -> None:
    """The second person agrees. Raises ``programs.closed`` when the draft is another one by now."""
    wish = msgspec.json.decode(payload, type=Wish)
    draft = find(session, wish.draft)
    if draft is None or draft.state != ASKED or replay.digest(programme_of(draft)) != wish.digest:
        raise EnishiError("programs.closed")
    _enact(session, draft, wish.start, wish.note, asked_by, now_ms)


def take_back(session: Session, draft: ProgrammeDraft, now_ms: int) -> None:
    """Work on: nobody has agreed yet, or somebody refused."""
    if draft.state != ASKED:
        raise EnishiError("programs.closed")
    draft.state, draft.approval, draft.changed_ms = OPEN, 0, now_ms
    session.flush()


def _checked(draft: ProgrammeDraft) -> Preview:
    lacking = checklist.missing(programme_of(draft))
    if lacking:
        raise EnishiError("programs.not_ready", count=len(lacking))
    preview = preview_of(draft)
    if preview is None or not preview.is_done:
        raise EnishiError("programs.no_preview")
    return preview


def _enact(session: Session, draft: ProgrammeDraft, start: str, note: str, author: int, now_ms: int) -> None:
    enacted = programs.enact(session, programme_of(draft), now_ms, start, author, note)
    draft.state, draft.enacted, draft.changed_ms = ENACTED, enacted.version, now_ms
    session.flush()


def _open(draft: ProgrammeDraft) -> None:
    if draft.state != OPEN:
        raise EnishiError("programs.closed")
