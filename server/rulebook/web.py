"""Pages of the rules: drafts and their parts, trial, roll-out, versions, templates, rainy days, ranks."""

from __future__ import annotations

from datetime import date

import msgspec
from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.cards import service as cards
from server.members import service as members
from server.programs import checklist
from server.programs import service as programs
from server.programs.trades import trade, trades
from server.rulebook import drafts, ranks, reasons, replay
from server.rulebook.drawing import Typed, draw, read
from server.rulebook.forms import PARTS, choices, faults, words
from server.rulebook.models import OPEN, ProgrammeDraft
from server.staff import service as staff
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.feature import Decision, Feature, Group, MenuItem, Page, Section
from server.web.i18n import gettext
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.points.program import Programme
from shared.points.promotion import Promotion
from shared.points.ranking import evaluation_days
from shared.units import format_number

BLUEPRINT = Blueprint("rulebook", __name__, template_folder="templates", url_prefix="/rulebook")
Answer = Response | str | tuple[str, int]


@BLUEPRINT.get("/drafts")
@needs(Right.PROGRAMME_READ)
def listing() -> str:
    return render_template("rulebook/drafts.html", drafts=drafts.listed(db()), people=staff.names(db()))


@BLUEPRINT.get("/templates")
@needs(Right.PROGRAMME_EDIT)
def templates() -> str:
    return render_template("rulebook/templates.html", groups=trades())


@BLUEPRINT.get("/templates/<name>")
@needs(Right.PROGRAMME_EDIT)
def template(name: str) -> str:
    found = trade(name)
    if found is None:
        abort(404)
    lines = words(db()).lines(found.programme)
    return render_template("rulebook/template.html", trade=found, lines=lines)


@BLUEPRINT.post("/drafts")
@needs(Right.PROGRAMME_EDIT)
def new() -> Response:
    """From the rules in force, an earlier version, or a template."""
    programme, based_on = _base()
    draft = drafts.new(db(), programme, based_on, actor(), now_ms())
    audit.note(db(), actor(), "rulebook.drafted", f"draft:{draft.number}", {"version": based_on}, now_ms())
    return _to(draft)


def _base() -> tuple[Programme, int]:
    chosen = request.form.get("template", "")
    found = trade(chosen) if chosen else None
    if found is not None:
        return found.programme, 0
    number = request.form.get("version", "")
    if number.isascii() and number.isdigit() and len(number) < 10:
        version = programs.version(db(), int(number))
        if version is not None:
            return version, int(number)
    ours = programs.current(db(), now_ms()) or Programme()
    return ours, ours.version


@BLUEPRINT.get("/drafts/<int:number>")
@needs(Right.PROGRAMME_READ)
def draft(number: int) -> str:
    return _page(_find(number), {})


def _page(found: ProgrammeDraft, errors: dict[str, Refused]) -> str:
    programme, spoken = drafts.programme_of(found), words(db())
    ours = programs.current(db(), now_ms()) or Programme()
    preview = drafts.preview_of(found)
    told = () if preview is None else preview.most + preview.least
    return render_template(
        "rulebook/draft.html", draft=found, programme=programme, lines=spoken.lines(programme), parts_of=PARTS,
        changes=spoken.changes(ours, programme), points=_points(programme), preview=preview,
        names=members.names(db(), {one.holder for one in told if one.holder > 0}), errors=errors,
        faults=faults(programme), promotion_words={one.id: spoken.promotion(one) for one in programme.promotions},
        limit_yen=replay.SECOND_PERSON_YEN, is_open=found.state == OPEN,
    )  # fmt: skip


@BLUEPRINT.get("/drafts/<int:number>/parts/<part>")
@needs(Right.PROGRAMME_EDIT)
def part(number: int, part: str) -> str:
    return _part_page(_find(number), part, drafts.programme_of(_find(number)), {})


def _part_page(found: ProgrammeDraft, part: str, programme: Programme, errors: dict[str, Refused]) -> str:
    if part not in PARTS:
        abort(404)
    fields = draw(programme, choices(db(), programme), only=PARTS[part].fields)
    return render_template("rulebook/part.html", draft=found, part=PARTS[part], name=part, fields=fields, errors=errors)


@BLUEPRINT.post("/drafts/<int:number>/parts/<part>")
@needs(Right.PROGRAMME_EDIT)
def save_part(number: int, part: str) -> Answer:
    found = _find(number)
    if part not in PARTS:
        abort(404)
    typed = Typed(request.form.to_dict(flat=False))
    programme = read(drafts.programme_of(found), typed, only=PARTS[part].fields)
    errors = {**typed.errors, **faults(programme, PARTS[part].fields)}
    if errors:
        return _part_page(found, part, programme, errors), 422
    drafts.save(db(), found, programme, now_ms())
    _noted("rulebook.changed", found, {"part": part})
    return _to(found)


@BLUEPRINT.post("/drafts/<int:number>/promotions")
@needs(Right.PROGRAMME_EDIT)
def add_promotion(number: int) -> Response:
    found = _find(number)
    promotion = drafts.add_promotion(db(), found, gettext("新しい特典"), now_ms())
    _noted("rulebook.changed", found, {"promotion": promotion.id})
    return redirect(url_for("rulebook.promotion", number=number, place=promotion.id), 303)


@BLUEPRINT.get("/drafts/<int:number>/promotions/<int:place>")
@needs(Right.PROGRAMME_EDIT)
def promotion(number: int, place: int) -> str:
    found = _find(number)
    return _promotion_page(found, _promotion(found, place), {})


def _promotion_page(found: ProgrammeDraft, one: Promotion, errors: dict[str, Refused]) -> str:
    fields = draw(one, choices(db(), drafts.programme_of(found)))
    return render_template(
        "rulebook/promotion.html", draft=found, promotion=one, fields=fields, errors=errors,
        told=words(db()).promotion(one),
    )  # fmt: skip


@BLUEPRINT.post("/drafts/<int:number>/promotions/<int:place>")
@needs(Right.PROGRAMME_EDIT)
def save_promotion(number: int, place: int) -> Answer:
    found = _find(number)
    typed = Typed(request.form.to_dict(flat=False))
    one = read(_promotion(found, place), typed)
    programme = drafts.programme_of(found)
    errors = {**typed.errors, **faults(programme, (), one)}
    if errors:
        return _promotion_page(found, one, errors), 422
    drafts.put_promotion(db(), found, one, now_ms())
    _noted("rulebook.changed", found, {"promotion": place})
    return _to(found)


@BLUEPRINT.post("/drafts/<int:number>/promotions/<int:place>/removals")
@needs(Right.PROGRAMME_EDIT)
def remove_promotion(number: int, place: int) -> Response:
    found = _find(number)
    _promotion(found, place)
    drafts.remove_promotion(db(), found, place, now_ms())
    _noted("rulebook.changed", found, {"promotion": place, "removed": True})
    return _to(found)


@BLUEPRINT.post("/drafts/<int:number>/previews")
@needs(Right.PROGRAMME_EDIT)
def start_preview(number: int) -> Answer:
    found = _find(number)
    wrong = faults(drafts.programme_of(found))
    if wrong:
        return _page(found, wrong), 422
    drafts.start_preview(db(), found, actor(), now_ms())
    _noted("rulebook.tried", found, {})
    return _to(found)


@BLUEPRINT.post("/drafts/<int:number>/starts")
@needs(Right.PROGRAMME_ENACT)
def start(number: int) -> Answer:
    found = _find(number)
    typed = Typed(request.form.to_dict(flat=False))
    try:
        is_begun = drafts.bring(db(), found, typed.one("start"), typed.one("note"), actor(), now_ms())
    except EnishiError as error:
        return _page(found, {"start": Refused(error.code, error.facts)}), 422
    _noted("rulebook.enacted" if is_begun else "rulebook.asked", found, {"start": found.enacted})
    return redirect(url_for("rulebook.versions") if is_begun else url_for("rulebook.draft", number=number), 303)


@BLUEPRINT.post("/drafts/<int:number>/returns")
@needs(Right.PROGRAMME_EDIT)
def take_back(number: int) -> Response:
    found = _find(number)
    drafts.take_back(db(), found, now_ms())
    _noted("rulebook.taken_back", found, {})
    return _to(found)


@BLUEPRINT.post("/drafts/<int:number>/removals")
@needs(Right.PROGRAMME_EDIT)
def drop(number: int) -> Response:
    found = _find(number)
    drafts.drop(db(), found, now_ms())
    _noted("rulebook.dropped", found, {})
    return redirect(url_for("rulebook.listing"), 303)


@BLUEPRINT.get("/versions")
@needs(Right.PROGRAMME_READ)
def versions() -> str:
    spoken, rows = words(db()), programs.versions(db())
    told = [msgspec.json.decode(row.body, type=Programme) for row in rows]
    before = [*told[1:], Programme()]
    changes = [spoken.changes(old, new) for old, new in zip(before, told, strict=True)]
    waiting = {row.version for row in programs.planned(db(), now_ms())}
    ours = programs.current(db(), now_ms())
    return render_template(
        "rulebook/versions.html", rows=list(zip(rows, changes, strict=True)), waiting=waiting,
        current=ours.version if ours else 0, people=staff.names(db()),
    )  # fmt: skip


@BLUEPRINT.post("/versions/<int:number>/withdrawals")
@needs(Right.PROGRAMME_ENACT)
def withdraw(number: int) -> Response:
    if not programs.withdraw(db(), number, now_ms()):
        abort(404)
    audit.note(db(), actor(), "rulebook.withdrawn", f"version:{number}", {}, now_ms())
    return redirect(url_for("rulebook.versions"), 303)


@BLUEPRINT.get("/rain")
@needs(Right.PROGRAMME_READ)
def rain() -> str:
    day = today()
    shops = [(code, name) for code, name in stores.names(db()).items() if scope().allows(code)]
    said = {row.store: row for row in programs.rain_words(db(), day)}
    return render_template(
        "rulebook/rain.html", day=day, said=said, shops=shops, people=staff.names(db()), machines=terminals.names(db())
    )


@BLUEPRINT.post("/rain")
@needs(Right.PROGRAMME_EDIT)
def set_rain() -> Response:
    """A manager's switch moves the own stores alone."""
    day, mine = today(), scope()
    known = stores.names(db())
    chosen = [code for code in request.form.getlist("stores") if code in known and mine.allows(code)]
    others = [code for code in programs.rainy(db(), day) if code and not mine.allows(code)]
    programs.set_rain(db(), day, sorted({*chosen, *others}), actor(), now_ms())
    audit.note(db(), actor(), "rulebook.rain", f"day:{day.isoformat()}", {"stores": sorted(chosen)}, now_ms())
    return redirect(url_for("rulebook.rain"), 303)


@BLUEPRINT.get("/ranks")
@needs(Right.PROGRAMME_READ)
def rank_page() -> str:
    programme = programs.current(db(), now_ms()) or Programme()
    day = _next_evaluation(programme)
    moves = ranks.preview(db(), programme, day)[:200] if programme.ranks.ranks and day else ()
    return render_template(
        "rulebook/ranks.html", programme=programme, counts=ranks.counts(db(), programme), day=day, moves=moves,
        names=members.names(db(), {move.member for move in moves}),
        lower={move.member for move in moves if ranks.is_lower(programme.ranks, move)},
    )  # fmt: skip


def _next_evaluation(programme: Programme) -> date:
    day = today()
    days = evaluation_days(programme.ranks, day, day.replace(year=day.year + 1, day=1))
    return days[0] if days else day


def _points(programme: Programme) -> list[tuple[checklist.Point, str]]:
    """Each with its sentence."""
    return [
        (
            point,
            gettext(point.text).format(
                **{name: fact if isinstance(fact, str) else format_number(fact) for name, fact in point.facts}
            ),
        )
        for point in checklist.check(programme)
    ]


def _find(number: int) -> ProgrammeDraft:
    found = drafts.find(db(), number)
    if found is None:
        abort(404)
    return found


def _promotion(found: ProgrammeDraft, place: int) -> Promotion:
    one = next((one for one in drafts.programme_of(found).promotions if one.id == place), None)
    if one is None:
        abort(404)
    return one


def _to(found: ProgrammeDraft) -> Response:
    return redirect(url_for("rulebook.draft", number=found.number), 303)


def _noted(act: str, found: ProgrammeDraft, facts: dict[str, object]) -> None:
    audit.note(db(), actor(), act, f"draft:{found.number}", facts, now_ms())


def _of_member(number: int) -> Markup:
    held = cards.of_members(db(), [number]).get(number, ())
    told = reasons.of_visits(db(), held, 10)
    standing = ranks.standing(db(), number, now_ms())
    return Markup(render_template("rulebook/section.html", reasons=told, standing=standing, translate=gettext))


def _line(payload: bytes) -> Markup:
    wish = msgspec.json.decode(payload, type=drafts.Wish)
    found = drafts.find(db(), wish.draft)
    return Markup("{}").format(found.name if found else "")


def _drawn(payload: bytes) -> Markup:
    wish = msgspec.json.decode(payload, type=drafts.Wish)
    found = drafts.find(db(), wish.draft)
    ours = programs.current(db(), now_ms()) or Programme()
    changes = words(db()).changes(ours, drafts.programme_of(found)) if found else ()
    return Markup(render_template("rulebook/wish.html", wish=wish, changes=changes))


FEATURE = Feature(
    "rulebook",
    BLUEPRINT,
    menu=(
        MenuItem(Group.POINTS, "file-text", N_("ルールの変更案"), "rulebook.listing", 6, Right.PROGRAMME_READ),
        MenuItem(Group.POINTS, "clock", N_("ルールの履歴"), "rulebook.versions", 7, Right.PROGRAMME_READ),
        MenuItem(Group.POINTS, "users", N_("ランク"), "rulebook.rank_page", 8, Right.PROGRAMME_READ),
        MenuItem(Group.POINTS, "bell", N_("雨の日"), "rulebook.rain", 9, Right.PROGRAMME_READ),
    ),
    sections=(Section(Page.MEMBER, _of_member, 5, Right.LEDGER_READ),),
    acts={
        "rulebook.drafted": N_("ルールの変更案を作った"),
        "rulebook.changed": N_("ルールの変更案を直した"),
        "rulebook.tried": N_("ルールの変更案を試算した"),
        "rulebook.asked": N_("ルールの変更を頼んだ"),
        "rulebook.enacted": N_("ルールの変更をはじめた"),
        "rulebook.taken_back": N_("ルールの変更の依頼を取り下げた"),
        "rulebook.dropped": N_("ルールの変更案を消した"),
        "rulebook.withdrawn": N_("ルールの予定を取り消した"),
        "rulebook.rain": N_("雨の日のスイッチを変えた"),
    },
    decisions={
        drafts.DECISION: Decision(N_("ポイントのルールの変更"), _line, _drawn, drafts.agreed, Right.PROGRAMME_ENACT),
    },
)
