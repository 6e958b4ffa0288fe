"""The page 照合結果: the newest report, its exceptions, and the cases that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from server.access.rights import Right
from server.audit import service as audit
from server.ledger import cases
from server.ledger.models import OPEN, Case
from server.reconcile import lists, seeing, service
from server.reconcile.checks import CHECKS, GREEN, RED, YELLOW
from server.reconcile.words import WHY, WORDS
from server.staff import service as staff
from server.terminals import service as terminals
from server.web import listing
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, MenuItem, Page, Section, Todo
from server.web.i18n import gettext as _
from server.web.listing import Answer
from server.web.security import me
from server.web.viewed import viewed
from shared.clock import day_from_card
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.units import format_number

GIVEN_UP_MS = 10 * 60_000  # a run whose browser was closed

BLUEPRINT = Blueprint("reconcile", __name__, template_folder="templates", url_prefix="/reconciliation")
BLUEPRINT.add_app_template_filter(lambda number: day_from_card(number).isoformat(), "card_day")


@BLUEPRINT.get("")
@needs(Right.RECONCILE_READ)
def page() -> str:
    report = service.latest(db())
    lines = service.lines(db(), report) if report else []
    return render_template(
        "reconcile/page.html",
        report=report,
        lines=lines,
        worst=_worst([line.colour for line in lines]),
        sums=_worst([line.colour for line in lines if line.check.of_points]) == GREEN,
        counts={colour: sum(line.colour == colour for line in lines) for colour in (RED, YELLOW, GREEN)},
        cases=cases.listed(db(), mine=seeing.of(scope())),
        total=cases.count_open(db(), seeing.of(scope())),
        words=WORDS,
        **_progress(),
    )


@BLUEPRINT.post("/reports")
@needs(Right.RECONCILE_DECIDE)
def start() -> AnyResponse:
    """Raises ``input.books_large``."""
    if not service.is_small(db()):
        raise EnishiError("input.books_large")
    report = service.start(db(), actor(), now_ms())
    audit.note(db(), actor(), "reconcile.started", f"report:{report.id}", {}, now_ms())
    return redirect(url_for("reconcile.page"), 303)


@BLUEPRINT.post("/steps")
@needs(Right.RECONCILE_DECIDE, silent=True)
def step() -> AnyResponse:
    """The next check. The page asks again until there is none; without scripts a person does."""
    with office().database.reading() as session:  # looking takes seconds, and terminals want to write
        report = service.running(session)
        check = service.following(session, report) if report else None
        finding = check.look(session, now_ms()) if check else None
    more = report and check and finding and service.keep(db(), report.id, check, finding, now_ms())
    if not request.headers.get("HX-Request"):
        return redirect(url_for("reconcile.page"), 303)
    if not more:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return Response(render_template("reconcile/running.html", **_progress()))


@BLUEPRINT.get("/reports/<int:number>/<name>")
@needs(Right.RECONCILE_READ)
def line(number: int, name: str) -> str:
    report = service.latest(db())
    found = service.line(db(), report, name) if report is not None and report.id == number else None
    if report is None or found is None:
        abort(404)
    items = seeing.mine(db(), found.items, scope())
    return render_template(
        "reconcile/line.html", report=report, line=found, items=items, terminals=terminals.names(db())
    )  # fmt: skip


@BLUEPRINT.get("/cases")
@needs(Right.RECONCILE_READ)
def every_case() -> Answer:
    return listing.page(lists.every_case(), request.args, "reconcile/cases.html")


@BLUEPRINT.get("/cases/<int:number>")
@needs(Right.RECONCILE_READ)
def case(number: int) -> str:
    return _case(_find(number), {}, {})


@BLUEPRINT.post("/cases/<int:number>/answers")
@needs(Right.RECONCILE_DECIDE)
def answer(number: int) -> AnyResponse | tuple[str, int]:
    found, note = _find(number), request.form.get("note", "")
    try:
        service.answer(db(), found, request.form.get("answer", ""), actor(), note, now_ms())
    except EnishiError as error:
        return _case(found, {"note": note}, {"note": Refused(error.code, error.facts)}), 422
    facts = {"kind": found.kind, "answer": found.answer, "card": found.card}
    audit.note(db(), actor(), "reconcile.answered", f"case:{number}", facts, now_ms())
    return redirect(url_for("reconcile.case", number=number), 303)


def _case(found: Case, typed: dict[str, str], errors: dict[str, Refused]) -> str:
    facts = cases.facts_of(found)
    return render_template(
        "reconcile/case.html",
        case=found,
        facts=facts,
        why=WHY.get(str(facts.get("why", "")), ""),
        words=WORDS[found.kind],
        answers=service.ANSWERS[found.kind],
        terminals=terminals.names(db()),
        author=staff.names(db()).get(found.author, ""),
        note_max=service.NOTE_MAX,
        typed=typed,
        errors=errors,
    )


def _find(number: int) -> Case:
    found = cases.find(db(), number)
    if found is None or found.kind not in WORDS or not seeing.sees(db(), found, scope()):
        abort(404)
    return found


def _progress() -> dict[str, object]:
    report = service.running(db())
    if report is None or now_ms() - report.started_ms > GIVEN_UP_MS:
        return {"running": None, "done": 0, "all": len(CHECKS), "title": ""}
    done = len(service.lines(db(), report))
    return {"running": report, "done": done, "all": len(CHECKS), "title": CHECKS[min(done, len(CHECKS) - 1)].title}


def _worst(colours: list[str]) -> str:
    return next((colour for colour in (RED, YELLOW) if colour in colours), GREEN)


def _todos() -> Sequence[Todo]:
    """What the newest report asks for, and the cases that wait for an answer."""
    if not me().may(Right.RECONCILE_READ):
        return ()
    report = service.latest(db())
    worst = _worst([line.colour for line in service.lines(db(), report)]) if report else GREEN
    found = []
    if report is None:
        found.append(Todo("shield-check", _("帳簿の照合をまだ一度もしていません"), url_for("reconcile.page")))
    elif worst != GREEN:
        said = {RED: _("照合で、急いですることが見つかっています"), YELLOW: _("照合で、確認するものが見つかっています")}
        found.append(Todo("shield-check", said[worst], url_for("reconcile.page"), urgent=worst == RED))
    waiting = cases.count_open(db(), seeing.of(viewed()))
    if waiting:
        said_waiting = _("人の確認を待っているものが{n}件あります").format(n=format_number(waiting))
        found.append(Todo("triangle-alert", said_waiting, url_for("reconcile.every_case")))
    return found


def _card(number: int) -> Markup:
    waiting = [one for one in cases.listed(db(), number) if one.state == OPEN]
    return Markup(render_template("reconcile/card.html", cases=waiting, words=WORDS) if waiting else "")


FEATURE = Feature(
    "reconcile",
    BLUEPRINT,
    menu=(MenuItem(Group.POINTS, "shield-check", N_("照合結果"), "reconcile.page", 7, Right.RECONCILE_READ),),
    todos=_todos,
    acts={"reconcile.started": N_("照合を開始"), "reconcile.answered": N_("確認の件に答える")},
    sections=(Section(Page.CARD, _card, 1),),
)
