"""Requests about one's own particulars: the list, one of them, what is disclosed, and the end of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from server.access.origin import ORIGIN
from server.access.rights import Right
from server.audit import service as audit
from server.members import service as members
from server.members.models import ERASED, Member
from server.privacy import disclosing, erasing, service
from server.privacy.models import (
    CHECKED,
    CORRECTION,
    DECLINED,
    DISCLOSURE,
    DONE,
    ERASURE,
    OPEN_STATES,
    RECEIVED,
    STOP_OF_USE,
    WITHDRAWN,
    PrivacyRequest,
)
from server.staff import service as staff
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, office, today
from server.web.feature import Feature, Group, MenuItem, Todo
from server.web.i18n import gettext as _
from server.web.i18n import long_day
from shared.errors import EnishiError, Refused
from shared.ids import parse_member_no
from shared.locale import N_

BLUEPRINT = Blueprint("privacy", __name__, template_folder="templates", url_prefix="/privacy")
Answer = Response | str | tuple[str, int]
SURE_WORD = N_("消去")  # what one types before a record ends
KIND_WORDS: Mapping[str, str] = {
    DISCLOSURE: N_("開示（何が記録されているか）"), CORRECTION: N_("内容の訂正"), STOP_OF_USE: N_("利用の停止"),
    ERASURE: N_("記録の消去"),
}  # fmt: skip
STATE_WORDS: Mapping[str, str] = {
    RECEIVED: N_("受け付けた"), CHECKED: N_("本人を確かめた"), DONE: N_("終わった"), DECLINED: N_("応じなかった"),
    WITHDRAWN: N_("取り下げ"),
}  # fmt: skip
_NEUTRAL = ("=", "+", "-", "@", "\t", "\r")


@BLUEPRINT.get("")
@needs(Right.PRIVACY)
def listing() -> str:
    wanted = service.requests(scope()).order_by(PrivacyRequest.id.desc()).limit(200)
    found = db().scalars(wanted).all()
    names = members.names(db(), {one.member for one in found})
    return render_template(
        "privacy/list.html", found=found, names=names, kinds=KIND_WORDS, states=STATE_WORDS,
        today=today().isoformat(), open_states=OPEN_STATES,
    )  # fmt: skip


@BLUEPRINT.get("/new")
@needs(Right.PRIVACY)
def ask() -> str:
    return _form({"member": request.args.get("member", ""), "kind": DISCLOSURE}, {})


@BLUEPRINT.post("")
@needs(Right.PRIVACY)
def receive() -> Answer:
    try:
        member = members.find(db(), parse_member_no(request.form.get("member", "")), scope())
        if member is None:
            raise EnishiError("input.member_no", value=request.form.get("member", "")[:20])
        kind, wish, due_d = request.form.get("kind", ""), request.form.get("wish", ""), office().settings.privacy_due_d
        made = service.receive(db(), member.number, kind, wish, today(), due_d, actor(), now_ms())
    except EnishiError as error:
        field = "kind" if error.code == "privacy.kind" else "member"
        return _form(request.form, {field: Refused(error.code, error.facts)}), 422
    _note("received", made, kind=kind)
    return redirect(url_for("privacy.one", number=made.id), 303)


@BLUEPRINT.get("/<int:number>")
@needs(Right.PRIVACY)
def one(number: int) -> str:
    return _page(_find(number), {}, {})


@BLUEPRINT.post("/<int:number>/checks")
@needs(Right.PRIVACY)
def check(number: int) -> Answer:
    found = _find(number)
    try:
        service.check(db(), found, request.form.get("identity", ""), actor(), now_ms())
    except EnishiError as error:
        return _page(found, request.form, {"identity": Refused(error.code, error.facts)}), 422
    _note("checked", found)
    return redirect(url_for("privacy.one", number=number), 303)


@BLUEPRINT.post("/<int:number>/ends")
@needs(Right.PRIVACY)
def finish(number: int) -> Answer:
    found, state = _find(number), request.form.get("state", "")
    try:
        if state == DONE and found.kind == ERASURE:
            raise EnishiError("privacy.word")
        service.finish(db(), found, state, request.form.get("answer", ""), actor(), now_ms())
    except EnishiError as error:
        return _page(found, request.form, {"answer": Refused(error.code, error.facts)}), 422
    _note("finished", found, state=state)
    return redirect(url_for("privacy.one", number=number), 303)


@BLUEPRINT.post("/<int:number>/erasures")
@needs(Right.PRIVACY, step_up=True)
def erase(number: int) -> Answer:
    found = _find(number)
    member = members.find(db(), found.member, scope())
    try:
        if not service.may_erase(found) or member is None:
            raise EnishiError("privacy.unchecked")
        if request.form.get("sure", "").strip() not in (SURE_WORD, _(SURE_WORD)):
            raise EnishiError("privacy.word")
    except EnishiError as error:
        return _page(found, request.form, {"sure": Refused(error.code, error.facts)}), 422
    service.finish(db(), found, DONE, _("ご本人の情報を消去しました。"), actor(), now_ms())
    numbers = erasing.erase(db(), member, office().settings.erasures_path, now_ms())
    _note("erased", found, numbers=list(numbers))
    flash(_("消去しました。点の帳簿は、だれのものでもない記録として残っています。"))
    return redirect(url_for("privacy.one", number=number), 303)


@BLUEPRINT.get("/<int:number>/disclosure")
@needs(Right.PRIVACY, step_up=True)
def disclosure(number: int) -> str:
    """A page to print; its opening is a line of the audit log."""
    found, member = _disclosed(number)
    _read_noted(found, "page")
    told = disclosing.chapters(db(), member, _)
    return render_template("privacy/disclosure.html", request_=found, member=member, chapters=told)


@BLUEPRINT.get("/<int:number>/disclosure.<kind>")
@needs(Right.PRIVACY, step_up=True)
def disclosure_file(number: int, kind: str) -> FlaskResponse:
    found, member = _disclosed(number)
    if kind not in ("json", "csv"):
        abort(404)
    _read_noted(found, kind)
    told = disclosing.chapters(db(), member, _)
    body = disclosing.as_json(told) if kind == "json" else disclosing.as_csv(told, _harmless)
    types = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
    headers = {"Content-Disposition": f'attachment; filename="disclosure-{number}.{kind}"'}
    return FlaskResponse(body, content_type=types[kind], headers=headers)


def _page(found: PrivacyRequest, typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    member = members.find(db(), found.member, scope())
    return render_template(
        "privacy/one.html", request_=found, member=member, typed=typed, errors=errors, kinds=KIND_WORDS,
        states=STATE_WORDS, staff=staff.names(db()), due=long_day(date.fromisoformat(found.due)),
        late=found.state in OPEN_STATES and found.due < today().isoformat(), sure=_(SURE_WORD),
        is_erased=db().get_one(Member, found.member).state == ERASED, open_states=OPEN_STATES,
    )  # fmt: skip


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    due = today() + timedelta(days=office().settings.privacy_due_d)
    return render_template("privacy/new.html", typed=typed, errors=errors, kinds=KIND_WORDS, due=long_day(due))


def _find(number: int) -> PrivacyRequest:
    found = service.find(db(), number, scope())
    if found is None:
        abort(404)
    return found


def _disclosed(number: int) -> tuple[PrivacyRequest, Member]:
    """Nothing is told before somebody has made sure who asks."""
    found = _find(number)
    member = members.find(db(), found.member, scope())
    if member is None or found.state not in (CHECKED, DONE) or found.kind not in (DISCLOSURE, CORRECTION):
        abort(404)
    return found, member


def _note(act: str, found: PrivacyRequest, **facts: object) -> None:
    audit.note(db(), actor(), f"privacy.{act}", f"request:{found.id}", facts, now_ms())


def _read_noted(found: PrivacyRequest, kind: str) -> None:
    """Reading changes nothing, so the line has a transaction of its own."""
    with office().database.transaction() as session:
        session.info[ORIGIN] = g.origin
        audit.note(session, actor(), "privacy.disclosed", f"request:{found.id}", {"kind": kind}, now_ms())


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_NEUTRAL) else cell


def _todos() -> Sequence[Todo]:
    """What is due soon, or late."""
    soon = (today() + timedelta(days=service.SOON_D)).isoformat()
    due = [one for one in service.open_requests(db(), scope()) if one.due <= soon]
    late = [one for one in due if one.due < today().isoformat()]
    if not due:
        return ()
    words = _("個人情報の求めの期限が近づいています：{n}件").format(n=len(due))
    return (Todo("shield-check", words, url_for("privacy.listing"), urgent=bool(late)),)


FEATURE = Feature(
    "privacy",
    BLUEPRINT,
    menu=(MenuItem(Group.ADMIN, "shield-check", N_("個人情報の求め"), "privacy.listing", 4, Right.PRIVACY),),
    acts={
        "privacy.received": N_("個人情報の求めを受け付け"), "privacy.checked": N_("求めた本人を確認"),
        "privacy.finished": N_("個人情報の求めに回答"), "privacy.erased": N_("会員の個人情報を消去"),
        "privacy.disclosed": N_("会員の個人情報を開示"),
    },
    todos=_todos,
)  # fmt: skip
