"""Families and companies, and the questions that a chain asks of its own."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for

from server.access.rights import Right
from server.members import attributes, households
from server.members.attributes import Definition
from server.members.blueprint import BLUEPRINT, Answer, find, note, refused, typed
from server.members.models import CHOICE, DAY, NUMBER, TEXT, YES_NO, Household
from server.web.access import needs, scope
from server.web.context import db, now_ms
from shared.errors import EnishiError, Refused
from shared.ids import parse_member_no
from shared.locale import N_

KINDS: Mapping[str, str] = {
    TEXT: N_("文字"), NUMBER: N_("数"), DAY: N_("日付"), CHOICE: N_("選択肢から1つ"), YES_NO: N_("はい・いいえ"),
}  # fmt: skip


@BLUEPRINT.post("/<int:number>/households")
@needs(Right.MEMBERS_EDIT)
def begin_household(number: int) -> Answer:
    member = find(number)
    try:
        made = households.begin(db(), typed("kind"), typed("name"), [member.number], now_ms(), scope())
    except EnishiError as error:
        return _ask(number, refused("name" if error.code == "household.name" else "kind", error)), 422
    note("household", member.number, household=made.id)
    return redirect(url_for("members.household", number=made.id), 303)


@BLUEPRINT.get("/<int:number>/households/new")
@needs(Right.MEMBERS_EDIT)
def ask_household(number: int) -> str:
    return _ask(number, {})


@BLUEPRINT.get("/households/<int:number>")
@needs(Right.MEMBERS_READ)
def household(number: int) -> str:
    return _household(_find(number), {})


@BLUEPRINT.post("/households/<int:number>")
@needs(Right.MEMBERS_EDIT)
def rename_household(number: int) -> Answer:
    found = _find(number)
    try:
        households.rename(db(), found, typed("name"), now_ms())
    except EnishiError as error:
        return _household(found, refused("name", error)), 422
    _note(found, "renamed")
    return redirect(url_for("members.household", number=number), 303)


@BLUEPRINT.post("/households/<int:number>/members")
@needs(Right.MEMBERS_EDIT)
def join_household(number: int) -> Answer:
    found = _find(number)
    try:
        households.join(db(), found, parse_member_no(typed("member")), now_ms(), scope())
    except EnishiError as error:
        return _household(found, refused("member", error)), 422
    _note(found, "joined")
    return redirect(url_for("members.household", number=number), 303)


@BLUEPRINT.post("/households/<int:number>/partings/<int:member>")
@needs(Right.MEMBERS_EDIT)
def leave_household(number: int, member: int) -> Answer:
    found, who = _find(number), find(member)
    households.leave(db(), found, who.number, now_ms())
    note("household", who.number, household=number, what="left")
    return redirect(url_for("members.one", number=who.number), 303)


@BLUEPRINT.get("/attributes")
@needs(Right.SETTINGS)
def attribute_list() -> str:
    return _attributes({}, {})


@BLUEPRINT.post("/attributes")
@needs(Right.SETTINGS)
def define_attribute() -> Answer:
    try:
        made = attributes.define(db(), typed("name"), typed("kind"), typed("choices").splitlines())
    except EnishiError as error:
        return _attributes(request.form, refused(error.code.partition(".")[2].replace("taken", "name"), error)), 422
    note("attribute", made.id, "attribute", what="defined")
    return redirect(url_for("members.attribute_list"), 303)


@BLUEPRINT.get("/attributes/<int:number>")
@needs(Right.SETTINGS)
def attribute(number: int) -> str:
    one = _definition(number)
    told = {
        "name": one.name,
        "choices": "\n".join(one.choices),
        "place": str(one.place),
        "gone": "1" if one.gone else "",
    }
    return render_template("members/attribute.html", one=one, kinds=KINDS, typed=told, errors={}, used=_used(one))


@BLUEPRINT.post("/attributes/<int:number>")
@needs(Right.SETTINGS)
def redefine_attribute(number: int) -> Answer:
    one, place = _definition(number), typed("place")
    order = int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else one.place
    try:
        attributes.redefine(db(), number, typed("name"), typed("choices").splitlines(), order, typed("gone") == "1")
    except EnishiError as error:
        errors = refused("choices" if error.code == "attribute.choices" else "name", error)
        page = render_template(
            "members/attribute.html", one=one, kinds=KINDS, typed=request.form, errors=errors, used=_used(one)
        )
        return page, 422
    note("attribute", number, "attribute", what="changed")
    return redirect(url_for("members.attribute_list"), 303)


def _ask(number: int, errors: Mapping[str, Refused]) -> str:
    return render_template("members/household_new.html", member=find(number), typed=request.form, errors=errors)


def _household(found: Household, errors: Mapping[str, Refused]) -> str:
    group = households.group(db(), found, scope())
    told = request.form if errors else {"name": found.name}
    return render_template("members/household.html", group=group, typed=told, errors=errors)


def _find(number: int) -> Household:
    found = households.find(db(), number, scope())
    if found is None:
        abort(404)
    return found


def _note(found: Household, what: str) -> None:
    first = households.members_of(db(), found.id)[0]
    note("household", first, household=found.id, what=what)


def _attributes(told: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    found = attributes.definitions(db(), gone=True)
    return render_template(
        "members/attributes.html", found=found, kinds=KINDS, typed=told, errors=errors,
        used={one.id: attributes.used(db(), one.id) for one in found},
    )  # fmt: skip


def _definition(number: int) -> Definition:
    found = attributes.definition(db(), number)
    if found is None:
        abort(404)
    return found


def _used(one: Definition) -> int:
    return attributes.used(db(), one.id)
