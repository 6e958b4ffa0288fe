"""The page 照合結果: the newest report, its exceptions, and the cases that wait for an answer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from server.ledger import cases
from server.ledger.models import OPEN, Case
from server.reconcile import service
from server.reconcile.checks import CHECKS, GREEN, RED, YELLOW
from server.reconcile.words import WHY, WORDS
from server.staff import service as staff
from server.terminals import service as terminals
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, MenuItem, Page, Section, Tile
from server.web.i18n import ago
from server.web.i18n import gettext as _
from server.web.security import me
from shared.clock import day_from_card
from shared.errors import EnishiError, Refused
from shared.locale import N_

GIVEN_UP_MS = 10 * 60_000  # a run whose browser was closed

BLUEPRINT = Blueprint("reconcile", __name__, template_folder="templates", url_prefix="/reconciliation")
BLUEPRINT.add_app_template_filter(lambda number: day_from_card(number).isoformat(), "card_day")


@BLUEPRINT.get("")
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
        cases=cases.listed(db()),
        total=cases.count_open(db()),
        words=WORDS,
        **_progress(),
    )


@BLUEPRINT.post("/reports")
def start() -> AnyResponse:
    """Raises ``input.books_large``."""
    if not service.is_small(db()):
        raise EnishiError("input.books_large")
    service.start(db(), me().id, now_ms())
    return redirect(url_for("reconcile.page"), 303)


@BLUEPRINT.post("/steps")
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
def line(number: int, name: str) -> str:
    report = service.latest(db())
    found = service.line(db(), report, name) if report is not None and report.id == number else None
    if report is None or found is None:
        abort(404)
    return render_template("reconcile/line.html", report=report, line=found, terminals=terminals.names(db()))


@BLUEPRINT.get("/cases/<int:number>")
def case(number: int) -> str:
    return _case(_find(number), {}, {})


@BLUEPRINT.post("/cases/<int:number>/answers")
def answer(number: int) -> AnyResponse | tuple[str, int]:
    found, note = _find(number), request.form.get("note", "")
    try:
        service.answer(db(), found, request.form.get("answer", ""), me().id, note, now_ms())
    except EnishiError as error:
        return _case(found, {"note": note}, {"note": Refused(error.code, error.facts)}), 422
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
    if found is None or found.kind not in WORDS:
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


def _tiles() -> tuple[Tile, ...]:
    report = service.latest(db())
    waiting = cases.count_open(db())
    says = {RED: _("要対応"), YELLOW: _("要確認"), GREEN: _("合っています")}
    value = says[_worst([line.colour for line in service.lines(db(), report)])] if report else _("まだです")
    note = _("確認待ち {n}件").format(n=waiting)
    if report:
        note += "・" + ago(report.finished_ms)
    return (Tile(_("照合結果"), value, note, url_for("reconcile.page")),)


def _card(number: int) -> Markup:
    waiting = [one for one in cases.listed(db(), number) if one.state == OPEN]
    return Markup(render_template("reconcile/card.html", cases=waiting, words=WORDS) if waiting else "")


FEATURE = Feature(
    "reconcile",
    BLUEPRINT,
    menu=(MenuItem(Group.POINTS, "shield-check", N_("照合結果"), "reconcile.page", 7),),
    tiles=_tiles,
    sections=(Section(Page.CARD, _card, 1),),
)
