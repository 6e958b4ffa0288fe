"""外部への通知: who is told when something happens, what was sent and what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.api import addresses, hooks
from server.api.events import KEPT_MS, KINDS, PING
from server.api.models import ACTIVE, PAUSED, Hook
from server.audit import service as audit
from server.stores import service as stores
from server.web.access import actor, needs
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, MenuItem, Todo
from server.web.i18n import gettext as _
from server.web.security import me
from shared.errors import EnishiError, Refused
from shared.locale import N_

BLUEPRINT = Blueprint("hooks", __name__, template_folder="templates", url_prefix="/webhooks")
Answer = Response | str | tuple[str, int]
SOME = "some"
DAY_MS = 86_400_000
KIND_WORDS = {**KINDS, PING: N_("試しの通知")}
_FIELDS = {"hook.name": "name", "hook.events": "events", "api.stores": "stores"}  # else the address


@BLUEPRINT.get("")
@needs(Right.API_KEYS)
def listing() -> str:
    return render_template(
        "hooks/list.html", hooks=hooks.listed(db()), waiting=hooks.waiting(db()), kinds_of=hooks.kinds_of, words=KINDS,
        paused=PAUSED,
    )  # fmt: skip


@BLUEPRINT.get("/new")
@needs(Right.API_KEYS, step_up=True)
def new() -> str:
    return _form({"reach": "all"}, list(KINDS), (), {})


@BLUEPRINT.post("")
@needs(Right.API_KEYS, step_up=True)
def create() -> Answer:
    """The address is looked up before anything is locked. The secret is shown here and nowhere else."""
    form, kinds, codes = request.form, request.form.getlist("events"), request.form.getlist("stores")
    url, own_hosts = form.get("url", "").strip(), office().settings.webhook_hosts
    try:
        addresses.resolve(addresses.read(url, own_hosts), own_hosts)
        hook = hooks.make(
            db(), form.get("name", ""), url, kinds, codes if form.get("reach") == SOME else None, actor(), now_ms()
        )
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "url"): Refused(error.code, error.facts)}
        return _form(form, kinds, codes, errors), 422
    _note("made", hook, events=hooks.kinds_of(hook), stores=hooks.codes_of(hook))
    return _shown(hook)


@BLUEPRINT.get("/<int:number>")
@needs(Right.API_KEYS)
def one(number: int) -> str:
    hook = _find(number)
    names, codes = stores.names(db()), hooks.codes_of(hook)
    return render_template(
        "hooks/one.html", hook=hook, rows=hooks.deliveries(db(), hook.id), words=KIND_WORDS, kinds=hooks.kinds_of(hook),
        waiting=hooks.waiting(db()).get(hook.id, 0), stores=codes and [names.get(code, code) for code in codes],
        is_delivered=hooks.is_delivered, is_paused=hook.state == PAUSED, kept_d=KEPT_MS // DAY_MS,
        limit=hooks.LISTED_MAX,
    )  # fmt: skip


@BLUEPRINT.post("/<int:number>/tests")
@needs(Right.API_KEYS)
def test(number: int) -> Response:
    hook = _find(number)
    delivery = hooks.ping(db(), hook, now_ms())
    _note("tested", hook, delivery=delivery.id)
    flash(_("試しの通知を送ります。しばらくしてから、この画面を開き直してください。"))
    return _back(hook)


@BLUEPRINT.post("/<int:number>/deliveries/<int:delivery>/repeats")
@needs(Right.API_KEYS)
def repeat(number: int, delivery: int) -> Response:
    hook = _find(number)
    row = hooks.find_delivery(db(), hook, delivery)
    if row is None:
        abort(404)
    hooks.send_again(db(), row, now_ms())
    _note("repeated", hook, delivery=row.id)
    flash(_("同じ内容を、もう一度送ります。"))
    return _back(hook)


@BLUEPRINT.post("/<int:number>/pauses")
@needs(Right.API_KEYS)
def pause(number: int) -> Response:
    """Or go on."""
    hook = _find(number)
    if hook.state == ACTIVE:
        hooks.pause(db(), hook, now_ms())
        _note("paused", hook)
    else:
        hooks.resume(db(), hook, now_ms())
        _note("resumed", hook)
    return _back(hook)


@BLUEPRINT.post("/<int:number>/secrets")
@needs(Right.API_KEYS, step_up=True)
def renew(number: int) -> str:
    hook = _find(number)
    hooks.renew_secret(db(), hook)
    _note("secret_renewed", hook)
    return _shown(hook)


@BLUEPRINT.post("/<int:number>/removals")
@needs(Right.API_KEYS, step_up=True)
def remove(number: int) -> Response:
    hook = _find(number)
    hooks.remove(db(), hook)
    _note("removed", hook)
    return redirect(url_for("hooks.listing"), 303)


def _form(
    typed: Mapping[str, str], kinds: Sequence[str], codes: Sequence[str], errors: Mapping[str, Refused]
) -> str:  # fmt: skip
    return render_template(
        "hooks/new.html", typed=typed, errors=errors, kinds=KINDS, chosen=kinds, codes=codes, some=SOME,
        stores=stores.names(db()),
    )  # fmt: skip


def _shown(hook: Hook) -> str:
    return render_template("hooks/made.html", hook=hook, secret=hooks.secret(office().vault, hook))


def _back(hook: Hook) -> Response:
    return redirect(url_for("hooks.one", number=hook.id), 303)


def _find(number: int) -> Hook:
    hook = hooks.find(db(), number)
    if hook is None:
        abort(404)
    return hook


def _note(act: str, hook: Hook, **facts: object) -> None:
    audit.note(db(), actor(), f"hooks.{act}", f"hook:{hook.id}", facts, now_ms())


def _todos() -> tuple[Todo, ...]:
    count = hooks.paused(db()) if me().may(Right.API_KEYS) else 0
    if not count:
        return ()
    words = _("外部への通知が{n}か所、止まっています").format(n=count)
    return (Todo("circle-alert", words, url_for("hooks.listing"), urgent=True),)


FEATURE = Feature(
    "hooks",
    BLUEPRINT,
    menu=(MenuItem(Group.ADMIN, "send", N_("外部への通知"), "hooks.listing", 7, Right.API_KEYS),),
    acts={
        "hooks.made": N_("外部への通知を追加"), "hooks.tested": N_("試しの通知を送信"),
        "hooks.repeated": N_("外部への通知をもう一度送信"), "hooks.paused": N_("外部への通知を止めた"),
        "hooks.resumed": N_("外部への通知を再開"), "hooks.secret_renewed": N_("外部への通知の秘密を作り直し"),
        "hooks.removed": N_("外部への通知をやめた"),
    },
    todos=_todos,
)  # fmt: skip
