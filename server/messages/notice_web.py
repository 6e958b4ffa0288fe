"""お知らせ: the same words to a segment. Written with a preview, looked over, begun; its figures, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.access.scope import ALL
from server.audit import service as audit
from server.members import service as members
from server.members.models import Member
from server.messages import drafts, notices, work
from server.messages.drafts import Draft
from server.messages.models import TEXT_MAX, CardMessage, Notice, NoticeMember
from server.segments import service as segments
from server.stores import service as stores
from server.web import listing
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, MenuItem, Page, Section
from server.web.i18n import gettext as _
from server.web.listing import Column, Listing
from shared.card.rows import Typesetter, message_section
from shared.card.stock import FaceStock
from shared.card.template import FIELDS
from shared.errors import EnishiError, Refused
from shared.ids import MemberNo, format_card_no, format_member_no
from shared.locale import N_, japanese
from shared.text.era import parse_date

BLUEPRINT = Blueprint("notices", __name__, template_folder="templates", url_prefix="/notices")
Answer = Response | str | tuple[str, int]
STATE_WORDS: Mapping[str, str] = {
    "waiting": N_("印字待ち"), "no_room": N_("入りきらず"), "printed": N_("印字済み"),
    "superseded": N_("新しいお知らせに替わった"), "expired": N_("期限切れ"), "withdrawn": N_("取消"),
}  # fmt: skip
PART_WORDS: Mapping[str, str] = {
    "holdout": N_("くらべるために送らない方"), "opted_out": N_("カードへの宣伝を望まない方"),
    "no_card": N_("使えるカードがない方"),
}  # fmt: skip
_FIELDS = {
    "segment.name": "name", "notice.segment": "segment", "notice.days": "valid_until", "input.date": "valid_until",
    "input.priority": "priority", "notice.holdout": "holdout",
}  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.MESSAGES)
def overview() -> str:
    found = notices.listed(db(), scope())
    return render_template(
        "messages/notices.html", listed=found, names=segments.names(db()),
        counts={one.number: notices.counts(db(), one, today()) for one in found}, today=today().isoformat(),
    )  # fmt: skip


@BLUEPRINT.get("/new")
@needs(Right.MESSAGES)
def new() -> str:
    return _form({"segment": request.args.get("segment", ""), "promotes": "1", "holdout": "5"}, {})


@BLUEPRINT.post("/previews")
@needs(Right.MESSAGES, silent=True)
def preview() -> str:
    """The lines of the face with an example's particulars, for the form's live part."""
    return render_template("messages/notice_preview.html", **_preview(request.form.get("text", "")))


@BLUEPRINT.post("/checks")
@needs(Right.MESSAGES, silent=True)
def look_over() -> Answer:
    """The last look before it begins: to how many, how it looks, what it weighs. Nothing is kept yet."""
    typed = request.form
    try:
        draft = drafts.check(_draft(typed), today())
        segment = segments.find(db(), draft.segment, scope())
        if segment is None:
            raise EnishiError("notice.segment")
    except EnishiError as error:
        return _form(typed, {_FIELDS.get(error.code, "text"): Refused(error.code, error.facts)}), 422
    counted = segments.count(db(), segments.rule_of(segment), segments.narrowed(segment, scope()), now_ms())
    left_out = counted.opted_out["print"] if draft.promotes else 0
    reached = counted.members - left_out
    drawn = reached * draft.holdout // 1000
    return render_template(
        "messages/notice_check.html", typed=typed, draft=draft, segment=segment, members=counted.members,
        left_out=left_out, drawn=drawn, told=reached - drawn,
        megabytes=max(notices.feed_bytes(draft.text, reached - drawn) // 1_000_000, 1), **_preview(draft.text),
    )  # fmt: skip


@BLUEPRINT.post("")
@needs(Right.MESSAGES)
def begin() -> Answer:
    try:
        notice = notices.plan(db(), _draft(request.form), actor(), today(), now_ms(), scope())
    except EnishiError as error:
        db().rollback()
        return _form(request.form, {_FIELDS.get(error.code, "text"): Refused(error.code, error.facts)}), 422
    job = work.begin(db(), notice, actor(), now_ms())
    facts = {"segment": notice.segment, "holdout": notice.holdout, "seed": notice.seed, "job": job}
    audit.note(db(), actor(), "notices.begun", f"notice:{notice.number}", facts, now_ms())
    return redirect(url_for("notices.one", number=notice.number), 303)


@BLUEPRINT.get("/<int:number>")
@needs(Right.MESSAGES)
def one(number: int) -> str:
    notice = _find(number)
    return render_template(
        "messages/notice.html", notice=notice, segment=segments.find(db(), notice.segment, ALL),
        counts=notices.counts(db(), notice, today()), states=STATE_WORDS, parts_words=PART_WORDS,
        postcard=notices.POSTCARD_YEN, is_over=notices.is_over(notice, today()), **_preview(notice.text),
    )  # fmt: skip


@BLUEPRINT.get("/<int:number>/members/<what>")
@needs(Right.MESSAGES)
def people(number: int, what: str) -> listing.Answer:
    """Everybody behind one number of the page; ``what``: which."""
    notice, words = _find(number), {**STATE_WORDS, **PART_WORDS}
    if what not in words:
        abort(404)
    chosen = (
        select(Member, NoticeMember.part, CardMessage.state, CardMessage.card)
        .join(NoticeMember, NoticeMember.member == Member.number)
        .outerjoin(CardMessage, CardMessage.id == NoticeMember.message)
        .where(NoticeMember.notice == number, notices.condition(notice, what, today()), members.visible(scope()))
    )
    template = "messages/notice_people.html"
    return listing.page(_people(chosen), request.args, template, notice=notice, what=_(words[what]))


@BLUEPRINT.get("/<int:number>/withdrawals/new")
@needs(Right.MESSAGES)
def ask_withdrawal(number: int) -> str:
    return render_template("messages/notice_withdraw.html", notice=_find(number))


@BLUEPRINT.post("/<int:number>/withdrawals")
@needs(Right.MESSAGES)
def withdraw(number: int) -> Response:
    notice = _find(number)
    notices.withdraw(db(), notice)
    work.end(db(), notice, actor(), now_ms())
    audit.note(db(), actor(), "notices.withdrawn", f"notice:{number}", {}, now_ms())
    return redirect(url_for("notices.one", number=number), 303)


def _draft(typed: Mapping[str, str]) -> Draft:
    """Raises ``input.date``."""
    starts, until = (typed.get(name, "").strip() for name in ("starts", "valid_until"))
    holdout = typed.get("holdout", "").strip()
    return Draft(
        name=typed.get("name", ""),
        segment=_number(typed.get("segment", "")),
        text=typed.get("text", ""),
        priority=int(typed["priority"]) if typed.get("priority") in ("0", "5", "9") else 0,
        starts=parse_date(starts).isoformat() if starts else "",
        valid_until=parse_date(until).isoformat() if until else "",
        grows=typed.get("grows") == "1",
        promotes=typed.get("promotes") == "1",
        holdout=_number(holdout) * 10 if holdout else 0,
        replaces=_number(typed.get("replaces", "")),
    )


def _number(typed: str) -> int:
    plain = typed.strip().removesuffix("%")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    still = [notice for notice in notices.listed(db(), scope()) if not notices.is_over(notice, today())]
    return render_template(
        "messages/notice_new.html", typed=typed, errors=errors, segments=segments.all_segments(db(), scope()),
        others=still, **_preview(typed.get("text", "")),
    )  # fmt: skip


def _preview(text: str) -> dict[str, Any]:
    """Set with the same code as on the terminal, on the usual stock, with an example's particulars."""
    setter = Typesetter(FaceStock(), japanese)
    rows = message_section(setter, drafts.sample(text[: 2 * TEXT_MAX], today(), _shop())).rows
    return {
        "rows": [row.left for row in rows], "replaced": list(setter.replaced), "columns": FaceStock().columns // 2,
        "length": len(text.strip()), "limit": TEXT_MAX, "rows_max": drafts.ROWS_MAX, "places": FIELDS,
    }  # fmt: skip


def _shop() -> str:
    return next(iter(stores.names(db()).values()), "")


def _people(chosen: Any) -> Listing:
    return Listing(
        title=N_("お知らせの対象"), query=chosen, key=Member.number, export_name="notice-members", order="kana",
        is_personal=True,
        columns=(
            Column("number", N_("会員番号"), _link, _number_text, Member.number),
            Column("name", N_("氏名"), lambda row: row[0].name, lambda row: row[0].name, heads_row=True),
            Column("kana", N_("フリガナ"), lambda row: row[0].kana, lambda row: row[0].kana, Member.kana_key),
            Column("card", N_("カード番号"), _card, _card),
            Column("what", N_("状態"), _what, _what),
        ),
        empty_text=N_("当てはまる会員はいません。"),
    )  # fmt: skip


def _link(row: Any) -> Markup:
    address = url_for("members.one", number=row[0].number)
    return Markup('<a class="digits" href="{}">{}</a>').format(address, _number_text(row))


def _number_text(row: Any) -> str:
    return format_member_no(MemberNo(row[0].number))


def _card(row: Any) -> str:
    return format_card_no(row[3]) if row[3] else ""


def _what(row: Any) -> str:
    return _(STATE_WORDS[row[2]]) if row[2] else _(PART_WORDS.get(row[1], row[1]))


def _find(number: int) -> Notice:
    notice = notices.find(db(), number, scope())
    if notice is None:
        abort(404)
    return notice


def _of_segment(number: int) -> Markup:
    found = [notice for notice in notices.listed(db(), scope()) if notice.segment == number]
    return Markup(render_template("messages/notice_section.html", listed=found)) if found else Markup("")


FEATURE = Feature(
    "notices",
    BLUEPRINT,
    menu=(MenuItem(Group.PROMOTION, "send", N_("お知らせの配信"), "notices.overview", 3, Right.MESSAGES),),
    sections=(Section(Page.SEGMENT, _of_segment),),
    acts={"notices.begun": N_("お知らせを始めた"), "notices.withdrawn": N_("お知らせを取り消した")},
)
