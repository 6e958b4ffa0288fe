"""The page 作業の状況: long work with its progress, what came of it, and a button to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.jobs import service
from server.jobs.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from server.jobs.service import Kind
from server.staff import service as staff
from server.web import listing as lists
from server.web.access import actor, needs
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem, Pulse, Todo
from server.web.i18n import gettext as _
from server.web.i18n import short_time
from server.web.listing import Answer, Column, Facet, Listing
from server.web.security import me
from shared.errors import explain
from shared.locale import N_
from shared.units import format_number

LOOK_S = 1.0  # how often progress is looked at for those who watch it
STATE_WORDS = {
    WAITING: N_("順番待ち"),
    RUNNING: N_("実行中"),
    DONE: N_("終わりました"),
    FAILED: N_("できませんでした"),
    CANCELLED: N_("やめました"),
}
_KINDS = "enishi_jobs"

BLUEPRINT = Blueprint("jobs", __name__, template_folder="templates", url_prefix="/jobs")


def install(app: Flask, kinds: Mapping[str, Kind]) -> None:
    """``kinds``: the same table as the worker's, for the names."""
    app.extensions[_KINDS] = kinds
    app.jinja_env.globals.update(job=panel)
    titles = {name: kind.title for name, kind in kinds.items()}
    app.jinja_env.filters.update(job_title=lambda kind: _(titles[kind]) if kind in titles else kind)


@BLUEPRINT.get("")
@needs(None)
def listing() -> Answer:
    return lists.page(_listing(), request.args, "jobs/list.html")


@BLUEPRINT.get("/<int:number>")
@needs(None)
def one(number: int) -> str:
    """A page; or its part, which asks for itself again."""
    found = _find(number)
    if request.headers.get("HX-Request"):
        return panel(number)
    return render_template("jobs/one.html", found=found)


@BLUEPRINT.post("/<int:number>/stops")
@needs(None)
def stop(number: int) -> Response:
    found = _find(number)
    service.stop(db(), found, now_ms())
    audit.note(db(), actor(), "jobs.stop", f"job:{number}", {"kind": found.kind}, now_ms())
    return redirect(url_for("jobs.one", number=number), 303)


def panel(number: int) -> Markup:
    """How far a job is; a part of any page of whoever began it."""
    found = _find(number)
    name = staff.names(db()).get(found.author, "")
    return Markup(render_template("jobs/panel.html", found=found, words=words(found), author=name, states=STATE_WORDS))


def words(found: Job) -> str:
    """What is being done now, what came of it, or why nothing did."""
    if found.state == FAILED:
        return " ".join(explain(found.error, service.facts_of(found), _))
    if found.state == DONE:
        facts = {
            name: format_number(value) if isinstance(value, int) else value
            for name, value in service.facts_of(found).items()
        }
        return _(found.result).format(**facts)
    return _(found.words) if found.words else ""


def _mine() -> Select[*tuple[Any, ...]]:
    """Everybody's for who looks after the installation, else one's own."""
    return select(Job) if me().may(Right.SETTINGS) else select(Job).where(Job.author == me().id)


def _find(number: int) -> Job:
    found = db().scalars(_mine().where(Job.number == number)).one_or_none()
    if found is None:
        abort(404)
    job: Job = found
    return job


def _title(found: Job) -> Markup:
    title = Markup(render_template("jobs/title.html", found=found))
    return Markup('<a href="{}">{}</a>').format(url_for("jobs.one", number=found.number), title)


def _state(found: Job) -> Markup:
    return Markup(render_template("jobs/state.html", found=found, states=STATE_WORDS))


def _listing() -> Listing:
    people = staff.names(db())
    return Listing(
        title=N_("作業の状況"),
        query=_mine(),
        columns=(
            Column("kind", N_("作業"), _title, lambda one: one.kind, heads_row=True),
            Column("state", N_("状態"), _state, lambda one: _(STATE_WORDS[one.state]), Job.state),
            Column("words", N_("内容"), words, words),
            Column(
                "author", N_("始めた人"), lambda one: people.get(one.author, _("自動")),
                lambda one: people.get(one.author),
            ),
            Column(
                "begun", N_("始めた時刻"), lambda one: short_time(one.created_ms),
                lambda one: short_time(one.created_ms), Job.created_ms,
            ),
            Column(
                "finished", N_("終わった時刻"), lambda one: short_time(one.finished_ms) or "—",
                lambda one: short_time(one.finished_ms), Job.finished_ms,
            ),
        ),
        key=Job.number,
        export_name="jobs",
        facets=(Facet("state", N_("状態"), Job.state, STATE_WORDS),),
        empty_text=N_("時間のかかる作業は、まだありません。取り込みや書き出しを始めると、ここに進み具合が出ます。"),
        order="-begun",
    )  # fmt: skip


def _todos() -> tuple[Todo, ...]:
    running = service.count_open(db(), me().id, now_ms())
    if not running:
        return ()
    return (Todo("clock", _("あなたの作業が{n}件、進んでいます").format(n=running), url_for("jobs.listing")),)


FEATURE = Feature(
    "jobs",
    BLUEPRINT,
    menu=(MenuItem(Group.ADMIN, "clock", N_("作業の状況"), "jobs.listing", 8),),
    acts={"jobs.stop": N_("作業をやめた")},
    todos=_todos,
    pulses={"jobs": Pulse(service.stamp, LOOK_S)},
)
