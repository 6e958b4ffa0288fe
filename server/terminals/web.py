"""The list of terminals, one of them, letting a new one in, stopping one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.stores import service as stores
from server.terminals import enrolment, service
from server.terminals.models import FROZEN, REPLACED, REVOKED, Enrolment, Terminal
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, MenuItem, Page, Section
from server.web.i18n import language
from server.web.security import me
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.sync.enrolment import shown_code

NUMBER_DIGITS_MAX = 5
_FIELDS = {"input.store_unknown": "store", "input.terminal_name": "name", "input.terminal_closed": "name"}
SILENT_MS = 15 * 60_000  # a terminal calls every minute; a quarter of an hour without is worth a look

BLUEPRINT = Blueprint("terminals", __name__, template_folder="templates", url_prefix="/terminals")


@BLUEPRINT.get("")
def listing() -> str:
    return render_template("terminals/list.html", enrolments=enrolment.waiting(db(), now_ms()), **_all())


@BLUEPRINT.get("/<int:number>")
def one(number: int) -> str:
    terminal = _find(number)
    return render_template(
        "terminals/one.html",
        terminal=terminal,
        state=state(terminal),
        store=stores.names(db()).get(terminal.store),
        alarms=service.alarms(db(), number),
    )


@BLUEPRINT.get("/<int:number>/revocations/new")
def ask_revocation(number: int) -> str:
    return render_template("terminals/revoke.html", terminal=_find(number))


@BLUEPRINT.post("/<int:number>/revocations")
def revoke(number: int) -> Response:
    service.revoke(db(), _find(number), now_ms())
    return redirect(url_for("terminals.one", number=number), 303)


@BLUEPRINT.post("/<int:number>/settlements")
def settle(number: int) -> Response:
    """A manager has looked at what is odd, and the machine that called last goes on."""
    service.settle(db(), _find(number), now_ms())
    return redirect(url_for("terminals.one", number=number), 303)


# --- letting one in --------------------------------------------------------------------------------------------------


@BLUEPRINT.get("/enrolments/new")
def new() -> str:
    return render_template("terminals/enrol.html", **_offered(request.args, {}))


@BLUEPRINT.post("/enrolments")
def offer() -> str | tuple[str, int]:
    """The code is shown here and nowhere else, so this page answers itself."""
    form = request.form
    try:
        row, code = enrolment.offer(
            db(), form.get("store", ""), form.get("name", ""), _replaced(form.get("replaces", "")), me().id, now_ms()
        )
    except EnishiError as error:
        field = _FIELDS.get(error.code, "store")
        return render_template("terminals/enrol.html", **_offered(form, {field: Refused(error.code, error.facts)})), 422
    return render_template("terminals/code.html", code=shown_code(code), url=office().settings.origin, **_progress(row))


@BLUEPRINT.get("/enrolments/<int:number>")
def enrolled(number: int) -> str:
    """As a part for the page that waits, else as a page of its own."""
    part = request.headers.get("HX-Request")
    return render_template("terminals/words.html" if part else "terminals/enrolment.html", **_progress(_asked(number)))


@BLUEPRINT.post("/enrolments/<int:number>/confirmations")
def confirm(number: int) -> Response:
    terminal = enrolment.confirm(db(), _asked(number), now_ms())
    return redirect(url_for("terminals.one", number=terminal.id), 303)


@BLUEPRINT.post("/enrolments/<int:number>/refusals")
def refuse(number: int) -> Response:
    enrolment.refuse(db(), _asked(number), now_ms())
    return redirect(url_for("terminals.enrolled", number=number), 303)


def _offered(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> dict[str, object]:
    old = service.find(db(), _replaced(typed.get("replaces", "")))
    return {"typed": typed, "errors": errors, "stores": stores.names(db()), "old": old}


def _progress(row: Enrolment) -> dict[str, object]:
    over = enrolment.is_over(row, now_ms())
    words = enrolment.words(row, language()) if row.words else ()
    return {"enrolment": row, "over": over, "words": words, "store": stores.names(db()).get(row.store, row.store)}


def _replaced(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else 0


def _asked(number: int) -> Enrolment:
    row = enrolment.find(db(), number)
    if row is None:
        abort(404)
    return row


def state(terminal: Terminal) -> str:
    """``revoked``, ``replaced``, ``frozen``, ``never``, ``silent`` or ``live``."""
    if terminal.state in (REVOKED, REPLACED, FROZEN):
        return terminal.state
    if not terminal.contact_ms:
        return "never"
    return "silent" if now_ms() - terminal.contact_ms > SILENT_MS else "live"


def _all() -> dict[str, object]:
    rows = [(terminal, state(terminal)) for terminal in service.all_terminals(db())]
    return {"rows": rows, "stores": stores.names(db())}


def _home(_number: int) -> Markup:
    return Markup(render_template("terminals/home.html", **_all()))


def _find(number: int) -> Terminal:
    terminal = service.find(db(), number)
    if terminal is None:
        abort(404)
    return terminal


FEATURE = Feature(
    "terminals",
    BLUEPRINT,
    menu=(MenuItem(Group.STORES, "tablet", N_("端末"), "terminals.listing"),),
    sections=(Section(Page.HOME, _home),),
)
