"""対象者リスト: rules written row by row with a live count, kept as segments, and the members they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, column, func, select
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.members import attributes
from server.members import service as members
from server.members.models import Member
from server.segments import forms, service, work
from server.segments.fields import FIELDS, HOUSEHOLDS, LIFECYCLES, MONTHS, OPS, OWN, Field, Kind
from server.segments.forms import Form
from server.segments.models import DYNAMIC, FIXED, Segment
from server.segments.periods import KINDS as PERIODS
from server.segments.rules import decode
from server.segments.sentence import DAYS, Words, sentence
from server.segments.service import Draft
from server.stores import service as stores
from server.web import listing
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem
from server.web.i18n import gettext, short_day
from server.web.i18n import gettext as _
from server.web.listing import Column, Facet, Listing
from shared.errors import EnishiError, Refused
from shared.ids import MemberNo, format_member_no
from shared.locale import N_

LISTED_MAX = 100_000  # of one list, as of one file
RANKS_MAX = 40  # different ones to choose from
BLUEPRINT = Blueprint("segments", __name__, template_folder="templates", url_prefix="/segments")
Answer = Response | str | tuple[str, int]
OPS_WORDS: Mapping[str, str] = {
    "is": N_("と同じ"), "contains": N_("をふくむ"), "starts": N_("で始まる"), "blank": N_("が空いている"),
    "filled": N_("が入っている"), "any": N_("のどれか"), "none": N_("のどれでもない"), "between": N_("の範囲"),
    "in": N_("の期間"), "yes": N_("はい"), "no": N_("いいえ"), "first": N_("上から何人"),
    "percent": N_("上から何パーセント"),
}  # fmt: skip
CHANNEL_WORDS: Mapping[str, str] = {
    "print": N_("カードに印字しない"), "mail": N_("メールを送れない"), "post": N_("郵便を送れない"),
    "phone": N_("電話をかけられない"),
}  # fmt: skip
PRESETS: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]] = {
    "top": (
        N_("お買上げ上位の方"),
        {"field": ["sales_top"], "op": ["percent"], "low": ["20"], "period": ["last_days"], "days": ["365"]},
    ),
    "away": (N_("来店の間があいた方"), {"field": ["lifecycle"], "op": ["any"], "values": ["lapsing", "lapsed"]}),
    "birthday": (N_("まもなく誕生日の方"), {"field": ["birthday_within"], "low": ["0"], "high": ["30"]}),
    "expiring": (
        N_("ポイントがまもなく失効する方"),
        {"field": ["points_expiring"], "low": ["100"], "period": ["next_days"], "days": ["30"]},
    ),
    "hours": (
        N_("曜日と時間で来る方"),
        {
            "field": ["visits"], "low": ["3"], "period": ["last_days"], "days": ["90"], "weekdays": ["1"],
            "start": ["11:00"], "until": ["14:00"],
        },
    ),
}  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.SEGMENTS)
def overview() -> str:
    found = service.all_segments(db(), scope())
    words = _sentence_words()
    said = {one.number: sentence(decode(one.rule), words) for one in found}
    return render_template("segments/list.html", segments=found, said=said, presets=PRESETS)


@BLUEPRINT.get("/new")
@needs(Right.SEGMENTS)
def new() -> str:
    """``preset``: one of the ready ones; ``q``, ``rank``, ``store``, ``month``: as the search page asked."""
    preset = PRESETS.get(request.args.get("preset", ""))
    typed = _row(0, preset[1]) if preset else _from_search() or request.args.to_dict(flat=False)
    return _form(forms.read(typed), {"kind": DYNAMIC, "name": _(preset[0]) if preset else ""}, {}, None)


@BLUEPRINT.get("/<int:number>")
@needs(Right.SEGMENTS)
def one(number: int) -> str:
    segment = _find(number)
    rule, seen = service.rule_of(segment), service.narrowed(segment, scope())
    return render_template(
        "segments/one.html", segment=segment, counted=service.count(db(), rule, seen, now_ms()),
        said=sentence(decode(segment.rule), _sentence_words()), used=service.used_by(db(), number),
        channels=CHANNEL_WORDS, may_change=service.may_change(segment, scope()),
    )  # fmt: skip


@BLUEPRINT.get("/<int:number>/edit")
@needs(Right.SEGMENTS)
def edit(number: int) -> str:
    segment = _find_own(number)
    form = forms.form_of(decode(segment.rule), service.own_fields(db()))
    typed = {"kind": segment.kind, "name": segment.name, "note": segment.note, "tagged": "1" if segment.tagged else ""}
    return _form(form or Form(), typed, {}, segment, is_deep=form is None)


@BLUEPRINT.get("/<int:number>/members")
@needs(Right.SEGMENTS)
def people(number: int) -> listing.Answer:
    segment = _find(number)
    seen = service.narrowed(segment, scope())
    found = service.members(db(), service.rule_of(segment), seen, now_ms(), 0, LISTED_MAX)
    chosen = select(Member).where(_among([person.number for person in found]), members.visible(scope()))
    return listing.page(_people(chosen), request.args, "segments/people.html", segment=segment, limit=LISTED_MAX,
                        is_cut=len(found) == LISTED_MAX)  # fmt: skip


@BLUEPRINT.post("/forms")
@needs(Right.SEGMENTS, silent=True)
def redraw() -> Answer:
    """The same form with a row more or less, or with what a newly chosen field needs."""
    form = forms.read(request.form.to_dict(flat=False))
    errors: dict[str, Refused] = {}
    try:
        form = forms.changed(form, request.form.get("do", ""))
    except EnishiError as error:
        errors["rule"] = Refused(error.code, error.facts)
    number = request.form.get("number", "")
    segment = service.find(db(), int(number), scope()) if number.isascii() and number.isdigit() else None
    only_rows = request.headers.get("HX-Target") == "rows"
    return _form(
        form, request.form, errors, segment, template="segments/rows.html" if only_rows else "segments/edit.html"
    )


@BLUEPRINT.post("/counts")
@needs(Right.SEGMENTS, silent=True)
def count() -> str:
    """How many, who may not be told, five names: for the form's live part."""
    return render_template("segments/count.html", **_counted(forms.read(request.form.to_dict(flat=False))))


@BLUEPRINT.post("")
@needs(Right.SEGMENTS)
def create() -> Answer:
    return _save(None)


@BLUEPRINT.post("/<int:number>")
@needs(Right.SEGMENTS)
def change(number: int) -> Answer:
    return _save(_find_own(number))


@BLUEPRINT.get("/<int:number>/removals/new")
@needs(Right.SEGMENTS)
def ask_removal(number: int) -> str:
    return render_template(
        "segments/remove.html", segment=_find_own(number), used=service.used_by(db(), number), error=None
    )


@BLUEPRINT.post("/<int:number>/removals")
@needs(Right.SEGMENTS)
def remove(number: int) -> Answer:
    segment = _find_own(number)
    try:
        if segment.tagged:
            work.tell(db(), actor(), now_ms())
        service.remove(db(), segment)
    except EnishiError as error:
        refused = Refused(error.code, error.facts)
        used = service.used_by(db(), number)
        return render_template("segments/remove.html", segment=segment, used=used, error=refused), 422
    audit.note(db(), actor(), "segments.removed", f"segment:{number}", {}, now_ms())
    return redirect(url_for("segments.overview"), 303)


def _save(segment: Segment | None) -> Answer:
    typed, own = request.form, service.own_fields(db())
    form = forms.read(typed.to_dict(flat=False))
    was_tagged = segment is not None and segment.tagged
    try:
        draft = Draft(
            typed.get("name", ""), forms.rule_of(form, own), FIXED if typed.get("kind") == FIXED else DYNAMIC,
            typed.get("note", ""), typed.get("tagged") == "1",
        )  # fmt: skip
        saved = service.save(db(), draft, segment.number if segment else 0, actor(), scope(), now_ms())
    except EnishiError as error:
        db().rollback()
        place = "name" if error.code in ("segment.name", "segment.name_taken") else "rule"
        kept = _find(segment.number) if segment else None
        return _form(form, typed, {place: _refused(error)}, kept), 422
    if saved.tagged or was_tagged:
        work.tell(db(), actor(), now_ms())
    facts = {"kind": saved.kind, "count": saved.count}
    audit.note(
        db(), actor(), "segments.changed" if segment else "segments.made", f"segment:{saved.number}", facts, now_ms()
    )
    return redirect(url_for("segments.one", number=saved.number), 303)


def _form(
    form: Form,
    typed: Mapping[str, str],
    errors: Mapping[str, Refused],
    segment: Segment | None,
    template: str = "segments/edit.html",
    is_deep: bool = False,
) -> str:
    own = service.own_fields(db())
    return render_template(
        template, form=form, typed=typed, errors=errors, segment=segment, is_deep=is_deep, fields={**FIELDS, **own},
        groups=_grouped(own), ops=OPS, op_words=OPS_WORDS, kinds=Kind, periods=PERIODS,
        day_pairs=[(str(day), _(word)) for day, word in enumerate(DAYS)],
        category_pairs=[(one, one) for one in service.categories(db())],
        choices=_choices(own, segment), stores=_stores(),
        first_period=forms.first_period, rows_max=forms.ROWS_MAX, groups_max=forms.GROUPS_MAX, **_counted(form),
    )  # fmt: skip


def _counted(form: Form) -> dict[str, Any]:
    """What the live part shows; what is not finished yet is said, not shouted."""
    try:
        rule = forms.rule_of(form, service.own_fields(db()))
        service.check(db(), rule)
        counted = service.count(db(), rule, scope(), now_ms(), service.NAMES_SHOWN)
    except EnishiError as error:
        return {"counted": None, "unfinished": _refused(error), "channels": CHANNEL_WORDS, "said": ""}
    said = sentence(rule, _sentence_words())
    return {"counted": counted, "unfinished": None, "channels": CHANNEL_WORDS, "said": said}


def _refused(error: EnishiError) -> Refused:
    facts = dict(error.facts)
    if error.code == "segment.value":
        facts["field"] = gettext(str(facts["field"]))
    return Refused(error.code, facts)


def _grouped(own: Mapping[str, Field]) -> Mapping[str, Sequence[Field]]:
    """Fields under their headings; goods only where there is something to choose from."""
    has_goods = service.has_products(db())
    found: dict[str, list[Field]] = {}
    for asked in (*FIELDS.values(), *own.values()):
        if has_goods or "goods" not in asked.window:
            found.setdefault(asked.group, []).append(asked)
    return found


def _choices(own: Mapping[str, Field], segment: Segment | None) -> Mapping[str, Sequence[tuple[str, str]]]:
    """By the field's source: (value, words)."""
    ranks = service.ranks(db())[:RANKS_MAX]
    found: dict[str, Sequence[tuple[str, str]]] = {
        "months": [(month, _("{n}月").format(n=month)) for month in MONTHS],
        "households": [(name, _(words)) for name, words in HOUSEHOLDS.items()],
        "lifecycles": [(name, _(words)) for name, words in LIFECYCLES.items()],
        "stores": list(_stores().items()),
        "ranks": [*((rank, rank) for rank in ranks), ("", _("ランクなし"))],
        "segments": [
            (str(one.number), one.name)
            for one in service.all_segments(db(), scope())
            if segment is None or one.number != segment.number
        ],
    }
    for definition in attributes.definitions(db()):
        found[f"{OWN}{definition.id}"] = [(choice, choice) for choice in definition.choices]
    return found


def _stores() -> Mapping[str, str]:
    return {code: name for code, name in stores.names(db()).items() if scope().allows(code)}


def _sentence_words() -> Words:
    return Words(gettext, service.own_fields(db()), stores.names(db()), service.names(db()))


def _from_search() -> Mapping[str, Sequence[str]]:
    """What the search page was asked, as rows."""
    rows: dict[str, Sequence[str]] = {}
    for name, asked in (("q", "search"), ("rank", "rank"), ("store", "store"), ("month", "birth_month")):
        value = request.args.get(name, "")
        if value:
            told = {"op": ["contains"], "text": [value]} if asked == "search" else {"op": ["any"], "values": [value]}
            rows |= _row(len(rows) // 3, {"field": [asked], **told})
    return rows


def _row(place: int, told: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    return {f"g0r{place}-{name}": values for name, values in told.items()}


def _people(chosen: Any) -> Listing:
    names = stores.names(db())

    def joined_at(one: Member) -> str:
        return names.get(one.store, one.store)

    return Listing(
        title=N_("対象者"),
        query=chosen,
        key=Member.number,
        export_name="segment-members",
        is_personal=True,
        order="kana",
        columns=(
            Column("number", N_("会員番号"), _number, _number_text, Member.number),
            Column("name", N_("氏名"), lambda one: one.name, lambda one: one.name, heads_row=True),
            Column("kana", N_("フリガナ"), lambda one: one.kana, lambda one: one.kana, Member.kana_key),
            Column("rank", N_("ランク"), lambda one: one.rank, lambda one: one.rank, Member.rank),
            Column("store", N_("入会した店舗"), joined_at, joined_at, Member.store),
            Column("joined", N_("入会日"), lambda one: short_day(one.joined), lambda one: one.joined, Member.joined),
            Column("print", N_("カードへのお知らせ"), _print, lambda one: int(one.may_print), Member.may_print),
        ),
        facets=(
            Facet("rank", N_("ランク"), Member.rank),
            Facet("store", N_("入会した店舗"), Member.store, names),
        ),
        empty_text=N_("当てはまる会員はいません。"),
    )


def _print(member: Member) -> str:
    return _("希望する") if member.may_print else _("望まない")


def _number_text(member: Member) -> str:
    return format_member_no(MemberNo(member.number))


def _number(member: Member) -> Markup:
    address = url_for("members.one", number=member.number)
    return Markup('<a class="digits" href="{}">{}</a>').format(address, format_member_no(MemberNo(member.number)))


def _among(numbers: list[int]) -> ColumnElement[bool]:
    """The list travels as one value, however long it is."""
    if db().connection().dialect.name == "postgresql":
        listed = bindparam("numbers", numbers, ARRAY(BigInteger), unique=True)
        return Member.number.in_(select(func.unnest(listed)))
    text = "[" + ",".join(map(str, numbers)) + "]"
    return Member.number.in_(select(column("value")).select_from(func.json_each(text)))


def _find(number: int) -> Segment:
    segment = service.find(db(), number, scope())
    if segment is None:
        abort(404)
    return segment


def _find_own(number: int) -> Segment:
    """One that the reader may change."""
    segment = _find(number)
    if not service.may_change(segment, scope()):
        abort(404)
    return segment


FEATURE = Feature(
    "segments",
    BLUEPRINT,
    menu=(MenuItem(Group.PROMOTION, "users", N_("対象者リスト"), "segments.overview", 2, Right.SEGMENTS),),
    acts={
        "segments.made": N_("対象者リストを作った"),
        "segments.changed": N_("対象者リストを変えた"),
        "segments.removed": N_("対象者リストを消した"),
    },
)
