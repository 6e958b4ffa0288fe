"""The record of one member: facts, cards and points on the left, what happened on the right; changed in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import abort, redirect, render_template, request, url_for

from server.access.rights import Right
from server.cards import service as cards
from server.cards.models import Card
from server.ledger import service as ledger
from server.members import attributes, consents, households, merging, service, timeline, values
from server.members.blueprint import BLUEPRINT, Answer, find, looked, note, typed
from server.members.models import Member, MemberMemo
from server.members.newcomer_pages import with_town
from server.members.values import Person, read_application
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.security import me
from shared.errors import Refused
from shared.text.plain import plain

MEMO_MAX = 200
PARTS: Mapping[str, tuple[str, ...]] = {  # what is changed together
    "name": ("family_name", "given_name", "family_kana", "given_kana"),
    "contact": ("phone", "email", "postal_code", "prefecture", "city", "street"),
    "other": ("birthday", "memo"),
    "own": (),
}


@BLUEPRINT.get("/<int:number>")
@needs(Right.MEMBERS_READ)
def one(number: int) -> Answer:
    member = find(number)
    if member.number != number:  # a former number leads to the one of today
        return redirect(url_for("members.one", number=member.number), 303)
    part = request.args.get("edit", "")
    if part not in PARTS or not me().may(Right.MEMBERS_EDIT):
        part = ""
    if part in ("contact", "other"):
        looked(member.number, "edit")
    return _record(member, asdict(service.person_of(member)) | _own(member.number), {}, part)


@BLUEPRINT.get("/<int:number>/edit")
@needs(Right.MEMBERS_EDIT)
def edit(number: int) -> str:
    member = find(number)
    looked(member.number, "edit")
    return _edit(member, asdict(service.person_of(member)) | _own(member.number), {})


@BLUEPRINT.post("/<int:number>")
@needs(Right.MEMBERS_EDIT)
def change(number: int) -> Answer:
    """The whole form."""
    member = find(number)
    application = read_application(request.form, today())
    answers = attributes.read(attributes.definitions(db()), request.form)
    errors = {**application.errors, **answers.errors}
    if errors:
        return _edit(member, request.form, errors), 422
    _write(member, application.person, answers.values)
    return redirect(url_for("members.one", number=member.number), 303)


@BLUEPRINT.post("/<int:number>/parts/<part>")
@needs(Right.MEMBERS_EDIT)
def change_part(number: int, part: str) -> Answer:
    """One part of the record, in place; the rest stays as it is."""
    member = find(number)
    if part not in PARTS:
        abort(404)
    known = asdict(service.person_of(member))
    fields = {name: request.form.get(name, known[name]) for name in PARTS[part]}
    application = read_application({**known, **fields}, today())
    asked = attributes.definitions(db()) if part == "own" else []
    answers = attributes.read(asked, request.form)
    errors = {**application.errors, **answers.errors}
    if errors:
        return _record(member, {**known, **request.form}, errors, part), 422
    _write(member, application.person, answers.values)
    return redirect(url_for("members.one", number=member.number), 303)


@BLUEPRINT.post("/<int:number>/form")
@needs(Right.MEMBERS_EDIT, silent=True)
def fill_change(number: int) -> str:
    """The form as it stands with the address of its postal code, without scripts; nothing is written."""
    member, told = find(number), with_town(request.form)
    if request.args.get("part") == "contact":
        return _record(member, {**asdict(service.person_of(member)), **told}, {}, "contact")
    return _edit(member, told, {})


@BLUEPRINT.post("/<int:number>/consents")
@needs(Right.MEMBERS_EDIT)
def consent(number: int) -> Answer:
    member = find(number)
    changed = consents.give(db(), member, consents.read(request.form), "", actor(), now_ms())
    note("consent", member.number, channels=list(changed))
    return redirect(url_for("members.one", number=member.number), 303)


@BLUEPRINT.post("/<int:number>/memos")
@needs(Right.MEMBERS_EDIT)
def memo(number: int) -> Answer:
    member, text = find(number), " ".join(plain(typed("text")).split())
    if not 0 < len(text) <= MEMO_MAX:
        errors = {"text": Refused("members.memo", {"limit": MEMO_MAX})}
        return _record(member, request.form, errors, ""), 422
    db().add(MemberMemo(member=member.number, text=text, author=actor(), at_ms=now_ms()))
    db().flush()
    note("memo", member.number)
    return redirect(url_for("members.one", number=member.number), 303)


def _write(member: Member, person: Person, answers: Mapping[int, str]) -> None:
    changed = service.change(db(), member, person, now_ms(), actor())
    own = attributes.write(db(), member.number, answers)
    note("changed", member.number, fields=[*changed, *(f"attribute-{one}" for one in own)])


def _own(number: int) -> dict[str, str]:
    return {f"attribute-{one}": value for one, value in attributes.values_of(db(), [number])[number].items()}


def _edit(member: Member, told: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template(
        "members/edit.html", member=member, typed=told, errors=errors, asked=attributes.definitions(db())
    )


def _record(member: Member, told: Mapping[str, str], errors: Mapping[str, Refused], part: str) -> str:
    held = cards.of_members(db(), [member.number]).get(member.number, ())
    points, summaries = ledger.balances(db(), held), ledger.summaries(db(), held)
    before = request.args.get("before", "")
    kind = request.args.get("kind", "")
    happened = timeline.lines(
        member.number, int(before) if before.isdecimal() and len(before) < 19 else timeline.FOREVER,
        kind=kind if kind in timeline.KINDS else "",
    )  # fmt: skip
    answered = {event.channel for event in consents.events(db(), service.numbers_of(db(), member.number))}
    return render_template(
        "members/one.html", member=member, typed=told, errors=errors, part=part, cards=held, points=points,
        balance=sum(points.values()), lots=ledger.lots(db(), held), summary=ledger.total(list(summaries.values())),
        states={card: db().get_one(Card, card).status for card in held}, stores=stores.names(db()),
        happened=happened, kinds=timeline.KINDS, kind=kind, page_lines=timeline.PAGE,
        asked=attributes.definitions(db()), own=attributes.values_of(db(), [member.number])[member.number],
        missing=values.missing(service.person_of(member), {"consent"} if answered else ()),
        consents=consents.now(member), channels=consents.TITLES, said=consents.TEXTS[consents.VERSION],
        answered=answered, groups=households.of_member(db(), member.number, scope()),
        merges=[row for row in merging.of_members(db(), [member.number]) if not row.undone_ms],
    )  # fmt: skip
