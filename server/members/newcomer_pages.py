"""A new member: the least first, what is likely registered already, the town behind a postal code."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for

from server.access.rights import Right
from server.access.scope import ALL
from server.members import addresses, attributes, consents, duplicates, service
from server.members.blueprint import BLUEPRINT, Answer, note, refused
from server.members.values import Application, read_newcomer
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from shared.errors import EnishiError, Refused

SURE = "sure"  # what a form says once somebody has looked at the likely ones


@BLUEPRINT.get("/new")
@needs(Right.MEMBERS_EDIT)
def new() -> str:
    return _form({"card": request.args.get("card", "")}, {})


@BLUEPRINT.get("/towns")
@needs(Right.MEMBERS_EDIT)
def towns() -> str:
    """The towns of a postal code, for the form's live part."""
    try:
        found = addresses.towns(request.args.get("postal_code", ""))
    except EnishiError as error:
        return render_template("members/towns.html", towns=(), refused=Refused(error.code, error.facts), typed={})
    return render_template("members/towns.html", towns=found, refused=None, typed=request.args)


@BLUEPRINT.post("/form")
@needs(Right.MEMBERS_EDIT, silent=True)
def fill() -> str:
    """The form with the address of its postal code, without scripts; nothing is written."""
    return _form(with_town(request.form), {})


@BLUEPRINT.post("")
@needs(Right.MEMBERS_EDIT)
def register() -> Answer:
    """Likely members are shown once before anything is written."""
    application = read_newcomer(request.form, today())
    answers = attributes.read(attributes.definitions(db()), request.form)
    errors = {**application.errors, **answers.errors, **_store_errors(request.form.get("store", ""))}
    if not errors and service.is_told_twice(db(), application.person, today().isoformat()):
        errors["family_name"] = Refused("input.member_twice")
    if errors:
        return _form(request.form, errors), 422
    likely = duplicates.beside(db(), application.person, scope())
    if (likely.found or likely.hidden) and request.form.get(SURE) != "1":
        return _form(request.form, {}, likely), 422
    return _register(application, answers.values)


def with_town(typed: Mapping[str, str]) -> dict[str, str]:
    """The form with the address of its postal code, where nobody has written one; without scripts."""
    town = addresses.only_town(typed.get("postal_code", ""))
    told = dict(typed)
    if town is not None:
        for name in ("prefecture", "city", "street"):
            told[name] = told.get(name, "").strip() or getattr(town, name)
    return told


def _register(application: Application, answers: Mapping[int, str]) -> Answer:
    store = request.form.get("store", "")
    try:
        number = service.register(
            db(), application.person, application.card, store, today().isoformat(), now_ms(), author=actor()
        )
    except EnishiError as error:
        return _form(request.form, refused("card", error)), 422
    member = service.find(db(), number, ALL)
    assert member is not None
    attributes.write(db(), number, {one: value for one, value in answers.items() if value})
    consents.give(db(), member, consents.read(request.form), store, actor(), now_ms())
    note("registered", number)
    return redirect(url_for("members.one", number=number), 303)


def _store_errors(store: str) -> dict[str, Refused]:
    if stores.exists(db(), store, scope()):
        return {}
    return {"store": Refused("input.store_unknown", {"value": store[:20]})}


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused], likely: duplicates.Likely | None = None) -> str:
    seen = stores.all_stores(db(), scope())
    return render_template(
        "members/new.html", typed=typed, errors=errors, stores=seen, likely=likely, reasons=duplicates.REASONS,
        asked=attributes.definitions(db()), channels=consents.TITLES, said=consents.TEXTS[consents.VERSION],
    )  # fmt: skip
