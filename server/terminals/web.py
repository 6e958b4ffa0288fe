"""The list of terminals, one of them, letting a new one in, stopping one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.stores import service as stores
from server.terminals import board, enrolment, health, judging, service
from server.terminals.board import Watched
from server.terminals.health import Part
from server.terminals.judging import HEAD_LIFE_PRINTS, Level, judge
from server.terminals.lists import matches, state_of, terminals
from server.terminals.models import Enrolment, Terminal
from server.web import listing as lists
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, Hit, MenuItem, Page, Pulse, Section, Todo
from server.web.i18n import gettext as _
from server.web.i18n import language
from server.web.listing import Answer
from server.web.security import me
from server.web.viewed import viewed
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.sync.enrolment import shown_code

NUMBER_DIGITS_MAX = 5
HOME_MAX = 8  # lines beside the other parts of the home page
PARTS = {
    Part.HEAD: N_("印字ヘッドだけ"),
    Part.UNIT: N_("カード機ごと"),
}
TERMINALS_LOOK_S = 5.0  # each calls every minute: a chain's terminals together more often than anybody reads
_FIELDS = {"input.store_unknown": "store", "input.terminal_name": "name", "input.terminal_closed": "name"}

BLUEPRINT = Blueprint("terminals", __name__, template_folder="templates", url_prefix="/terminals")


@BLUEPRINT.get("")
@needs(Right.TERMINALS_READ)
def listing() -> Answer:
    waiting = enrolment.waiting(db(), now_ms(), scope())
    return lists.page(terminals(), request.args, "terminals/list.html", enrolments=waiting, stores=stores.names(db()))


@BLUEPRINT.get("/<int:number>")
@needs(Right.TERMINALS_READ)
def one(number: int) -> str:
    terminal = _find(number)
    return render_template(
        "terminals/one.html",
        terminal=terminal,
        state=state_of(terminal, now_ms()),
        store=stores.names(db()).get(terminal.store),
        alarms=service.alarms(db(), number),
    )


@BLUEPRINT.get("/<int:number>/revocations/new")
@needs(Right.TERMINALS_EDIT)
def ask_revocation(number: int) -> str:
    return render_template("terminals/revoke.html", terminal=_find(number))


@BLUEPRINT.post("/<int:number>/revocations")
@needs(Right.TERMINALS_EDIT)
def revoke(number: int) -> Response:
    service.revoke(db(), _find(number), now_ms())
    _note("terminals.revoked", f"terminal:{number}")
    return redirect(url_for("terminals.one", number=number), 303)


@BLUEPRINT.post("/<int:number>/settlements")
@needs(Right.TERMINALS_EDIT)
def settle(number: int) -> Response:
    """A manager has looked at what is odd, and the machine that called last goes on."""
    service.settle(db(), _find(number), now_ms())
    _note("terminals.settled", f"terminal:{number}")
    return redirect(url_for("terminals.one", number=number), 303)


@BLUEPRINT.get("/<int:number>/changes/new")
@needs(Right.TERMINALS_EDIT)
def ask_change(number: int) -> str:
    return render_template("terminals/change.html", terminal=_find(number), parts_known=PARTS)


@BLUEPRINT.post("/<int:number>/changes")
@needs(Right.TERMINALS_EDIT)
def change(number: int) -> Response:
    """A part of the card unit is new: its count begins anew, and the log keeps what the old one had done."""
    terminal, asked = _find(number), request.form.get("piece", "")
    part = next((part for part in Part if part.value == asked), None)
    if part is None:
        abort(400)
    done = health.change(db(), terminal, part, now_ms())
    _note("terminals.part_changed", f"terminal:{number}", {"piece": part.value, **done})
    return redirect(url_for("terminals.one", number=number), 303)


# --- letting one in --------------------------------------------------------------------------------------------------


@BLUEPRINT.get("/enrolments/new")
@needs(Right.TERMINALS_EDIT)
def new() -> str:
    return render_template("terminals/enrol.html", **_offered(request.args, {}))


@BLUEPRINT.post("/enrolments")
@needs(Right.TERMINALS_EDIT)
def offer() -> str | tuple[str, int]:
    """The code is shown here and nowhere else, so this page answers itself."""
    form = request.form
    try:
        row, code = enrolment.offer(
            db(), form.get("store", ""), form.get("name", ""), _replaced(form.get("replaces", "")), actor(), now_ms(),
            scope(),
        )  # fmt: skip
    except EnishiError as error:
        field = _FIELDS.get(error.code, "store")
        return render_template("terminals/enrol.html", **_offered(form, {field: Refused(error.code, error.facts)})), 422
    _note("terminals.offered", f"enrolment:{row.id}", {"store": row.store, "replaces": row.replaces})
    return render_template("terminals/code.html", code=shown_code(code), url=office().settings.origin, **_progress(row))


@BLUEPRINT.get("/enrolments/<int:number>")
@needs(Right.TERMINALS_EDIT)
def enrolled(number: int) -> str:
    """As a part for the page that waits, else as a page of its own."""
    part = request.headers.get("HX-Request")
    return render_template("terminals/words.html" if part else "terminals/enrolment.html", **_progress(_asked(number)))


@BLUEPRINT.post("/enrolments/<int:number>/confirmations")
@needs(Right.TERMINALS_EDIT)
def confirm(number: int) -> Response:
    terminal = enrolment.confirm(db(), _asked(number), now_ms())
    _note("terminals.enrolled", f"terminal:{terminal.id}", {"enrolment": number})
    return redirect(url_for("terminals.one", number=terminal.id), 303)


@BLUEPRINT.post("/enrolments/<int:number>/refusals")
@needs(Right.TERMINALS_EDIT)
def refuse(number: int) -> Response:
    enrolment.refuse(db(), _asked(number), now_ms())
    _note("terminals.refused", f"enrolment:{number}")
    return redirect(url_for("terminals.enrolled", number=number), 303)


def _offered(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> dict[str, object]:
    old = service.find(db(), _replaced(typed.get("replaces", "")), scope())
    shops = {store.code: store.name for store in stores.all_stores(db(), scope())}
    return {"typed": typed, "errors": errors, "stores": shops, "old": old}


def _progress(row: Enrolment) -> dict[str, object]:
    over = enrolment.is_over(row, now_ms())
    words = enrolment.words(row, language()) if row.words else ()
    return {"enrolment": row, "over": over, "words": words, "store": stores.names(db()).get(row.store, row.store)}


def _replaced(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else 0


def _asked(number: int) -> Enrolment:
    row = enrolment.find(db(), number, scope())
    if row is None:
        abort(404)
    return row


def _board(limit: int) -> Sequence[Watched]:
    """Of those that are in use the worst, as many as are wanted."""
    level = health.level_column(now_ms())
    mine = board.query(viewed().where(Terminal.store), level).where(level != int(Level.CLOSED))
    rows = db().execute(mine.order_by(level, Terminal.id).limit(limit)).all()
    return [board.watch((row[0], row[1], row[2], row[3]), now_ms()) for row in rows]


def _levels() -> Mapping[Level, int]:
    return health.levels(db(), viewed().where(Terminal.store), now_ms())


def _home(_number: int) -> Markup:
    """Those that need a hand first, and as many as fit."""
    number = sum(count for level, count in _levels().items() if level is not Level.CLOSED)
    return Markup(
        render_template("terminals/home.html", rows=_board(HOME_MAX), stores=stores.names(db()), number=number)
    )


def _health(number: int) -> Markup:
    """What is thought of one terminal, with all its devices."""
    terminal = _find(number)
    alarms = len(service.alarms(db(), number))
    seen = health.seen(terminal, health.of(db(), number), alarms)
    one = Watched(terminal, health.of(db(), number), seen, judging.level(seen, now_ms()), judge(seen, now_ms()))
    return Markup(
        render_template("terminals/health.html", one=one, life=HEAD_LIFE_PRINTS, device_name=board.device_name)
    )


def _todos() -> Sequence[Todo]:
    """Machines that want a hand, and those that are worth a look."""
    if not me().may(Right.TERMINALS_READ):
        return ()
    numbers = _levels()
    words = (
        (Level.ACT, "hand", _("手当ての要る端末が{n}台あります")),
        (Level.LOOK, "tablet", _("様子を見たい端末が{n}台あります")),
    )
    return [
        Todo(icon, said.format(n=numbers[level]), url_for("terminals.listing", health=int(level)), level is Level.ACT)
        for level, icon, said in words
        if numbers.get(level)
    ]


def _finds(query: str) -> Sequence[Hit]:
    if not me().may(Right.TERMINALS_READ):
        return ()
    wanted = matches(query) | (Terminal.id == _replaced(query))
    found = db().scalars(select(Terminal).where(scope().where(Terminal.store), wanted).order_by(Terminal.id).limit(3))
    names = stores.names(db())
    return [
        Hit(_("端末"), f"{one.id} {one.name}", names.get(one.store, one.store), url_for("terminals.one", number=one.id))
        for one in found
    ]


def _newest_contact(session: Session) -> object:
    return session.execute(select(func.max(Terminal.contact_ms), func.count())).one()


def _find(number: int) -> Terminal:
    terminal = service.find(db(), number, scope())
    if terminal is None:
        abort(404)
    return terminal


def _note(act: str, about: str, facts: Mapping[str, object] | None = None) -> None:
    audit.note(db(), actor(), act, about, facts or {}, now_ms())


FEATURE = Feature(
    "terminals",
    BLUEPRINT,
    menu=(MenuItem(Group.STORES, "tablet", N_("端末"), "terminals.listing", right=Right.TERMINALS_READ),),
    acts={
        "terminals.revoked": N_("端末を停止"),
        "terminals.settled": N_("端末の異常を確認"),
        "terminals.part_changed": N_("部品の交換を記録"),
        "terminals.offered": N_("端末の登録コードを作成"),
        "terminals.enrolled": N_("端末を登録"),
        "terminals.refused": N_("端末の登録を断る"),
    },
    sections=(
        Section(Page.HOME, _home, right=Right.TERMINALS_READ, name="terminals"),
        Section(Page.TERMINAL, _health, 1, right=Right.TERMINALS_READ, name="health"),
    ),
    todos=_todos,
    finds=_finds,
    pulses={"terminals": Pulse(_newest_contact, TERMINALS_LOOK_S)},
)
