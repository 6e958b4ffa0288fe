"""Members: found, listed, and their part of other pages. The pages themselves stand beside this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, String, case, func, literal, select

from server.access.rights import Right
from server.cards import seeing
from server.cards import service as cards
from server.members import (
    attributes,
    card_pages,
    finding,
    group_pages,
    home,
    intake_pages,
    merge_pages,
    newcomer_pages,
    record_pages,
    service,
)
from server.members.attributes import Definition
from server.members.blueprint import BLUEPRINT, Answer
from server.members.models import CHOICE, YES_NO, Member, MemberAttribute
from server.members.service import Found
from server.stores import service as stores
from server.web import listing as lists
from server.web.access import needs, scope
from server.web.context import db, today
from server.web.feature import Feature, Group, MenuItem, Page, Section
from server.web.i18n import day_with_era, short_day
from server.web.i18n import gettext as _
from server.web.listing import Column, Facet, Listing
from server.web.masking import pii
from server.web.viewed import viewed
from shared.errors import EnishiError
from shared.ids import CardNo, MemberNo, format_member_no, parse_card_no
from shared.locale import N_
from shared.text.phone import group
from shared.text.postal import format_postal_code
from shared.units import format_number

# Naming them registers their addresses.
PAGES = (newcomer_pages, record_pages, card_pages, merge_pages, group_pages, intake_pages)
COUNTED_MAX = 10_000  # rows of the list that are counted; a longer list is narrowed, not read
BANDS: Mapping[str, tuple[int, str]] = {  # name -> days, Japanese source text
    "1": (30, N_("1か月以内")), "3": (90, N_("3か月以内")), "6": (180, N_("半年以内")), "12": (365, N_("1年以内")),
}  # fmt: skip
_BAND_WORDS = {name: words for name, (_days, words) in BANDS.items()} | {
    "old": N_("1年より前"), "": N_("来店なし"),
}  # fmt: skip
_MONTHS = {f"{month:02}": f"{month}" for month in range(1, 13)}


@BLUEPRINT.get("")
@needs(Right.MEMBERS_READ)
def search() -> Answer:
    """A whole card number leads straight to its member."""
    query = request.args.get("q", "").strip()
    card = _card(query)
    holder = cards.holders(db(), [card]).get(card) if card is not None else None
    if holder is not None and service.is_known(db(), holder, scope()) and not request.headers.get("HX-Request"):
        return redirect(url_for("members.one", number=holder), 303)
    match = finding.match(db(), query, viewed()) if query else None
    more = match is not None and match.more
    return lists.page(
        _listing(match), request.args, "members/search.html", card=card, more=more, most=finding.FOUND_MAX,
        of_all=_of_all(),
    )  # fmt: skip


def _of_all() -> tuple[int, int, bool] | None:
    """Members of the chosen store and of all of one's stores, and whether that is all; None where none is chosen."""
    if viewed() == scope():
        return None
    few, all_ = (service.count_to(db(), one, COUNTED_MAX + 1) for one in (viewed(), scope()))
    return min(few, COUNTED_MAX), min(all_, COUNTED_MAX), all_ > COUNTED_MAX


def _listing(match: finding.Match | None) -> Listing:
    """The members of the stores that one looks at; ``match``: only those that were looked for."""
    names = stores.names(db())
    numbers = match.numbers if match is not None else ()
    return Listing(
        title=N_("会員検索"),
        query=select(Member).where(service.visible(viewed())),
        columns=_columns(),
        key=Member.number,
        export_name="members",
        is_personal=True,
        facets=(
            Facet("rank", N_("ランク"), Member.rank),
            Facet("store", N_("入会した店舗"), Member.store, lambda code: str(names.get(code, code))),
            Facet("last", N_("最後の来店"), _band(), _BAND_WORDS),
            Facet("month", N_("誕生月"), func.substr(Member.birthday, 6, 2, type_=String), _month),
            *(_facet(one) for one in attributes.definitions(db()) if one.kind in (CHOICE, YES_NO)),
        ),
        search=lambda _query: Member.number.in_(numbers),
        search_label=N_("名前・フリガナ・電話番号・会員番号・カード番号（はじめの文字。電話は下4けたでも）"),
        empty_text=N_("会員がまだいません。最初の会員を登録してください。"),
        order="kana",
        load=lambda rows: service.lines(db(), [row[0] if isinstance(row, tuple) else row for row in rows]),
        count_max=COUNTED_MAX,
    )


def _columns() -> Sequence[Column]:
    return (
        Column("name", N_("氏名"), _name, lambda one: one.member.name, heads_row=True),
        Column("kana", N_("フリガナ"), lambda one: one.member.kana, lambda one: one.member.kana, Member.kana_key),
        Column(
            "number", N_("会員番号"), lambda one: Markup('<span class="digits">{}</span>').format(_number(one)),
            _number, Member.number,
        ),
        Column("rank", N_("ランク"), lambda one: one.member.rank or "—", lambda one: one.member.rank, Member.rank),
        Column(
            "phone", N_("電話番号"), lambda one: pii(group(one.member.phone), "phone") or "—",
            lambda one: group(one.member.phone), pii="phone",
        ),
        Column(
            "balance", N_("ポイント残高"), lambda one: format_number(one.balance), lambda one: one.balance,
            right_aligned=True,
        ),
        Column("last", N_("最後の来店"), _last, lambda one: one.last_day, Member.last_visit),
        Column("email", N_("メールアドレス"), lambda one: "", lambda one: one.member.email, pii="email", hidden=True),
        Column("address", N_("住所"), lambda one: "", _address, pii="address", hidden=True),
        Column("birthday", N_("誕生日"), lambda one: "", lambda one: one.member.birthday, pii="birthday", hidden=True),
        Column("joined", N_("入会日"), lambda one: "", lambda one: one.member.joined, Member.joined, hidden=True),
    )  # fmt: skip


def _name(one: Found) -> Markup:
    address = url_for("members.one", number=one.member.number)
    return Markup('<a href="{}">{}</a>').format(address, one.member.name)


def _number(one: Found) -> str:
    return format_member_no(MemberNo(one.member.number))


def _last(one: Found) -> Markup | str:
    if not one.last_day:
        return "—"
    day = Markup('<span class="whole">{}</span> <span class="whole">{}</span>')
    return day.format(short_day(one.last_day), one.last_store)


def _address(one: Found) -> str:
    member = one.member
    code = f"〒{format_postal_code(member.postal_code)} " if member.postal_code else ""
    return f"{code}{member.prefecture}{member.city}{member.street}"


def _band() -> ColumnElement[str]:
    """How long ago somebody came, in words of a shop."""
    ends = {name: (today() - timedelta(days=days)).isoformat() for name, (days, _words) in BANDS.items()}
    bands = [(Member.last_visit >= day, literal(name)) for name, day in ends.items()]
    return case(*bands, (Member.last_visit != "", literal("old")), else_=literal(""))


def _month(value: str) -> str:
    return _("{n}月").format(n=int(value)) if value in _MONTHS else ""


def _facet(one: Definition) -> Facet:
    mine = (MemberAttribute.member == Member.number, MemberAttribute.attribute == one.id)
    value: Any = func.coalesce(select(MemberAttribute.text).where(*mine).scalar_subquery(), "", type_=String)
    labels = {attributes.YES: N_("はい"), attributes.NO: N_("いいえ")} if one.kind == YES_NO else {}
    return Facet(one.field, one.name, value, labels)


def _card(query: str) -> CardNo | None:
    """The card whose number this is; it may have no holder yet."""
    try:
        card = parse_card_no(query)
    except EnishiError:
        return None
    return card if cards.find(db(), card) and seeing.sees(db(), card, scope()) else None


def _card_holder(number: int) -> Markup:
    holder = service.names_of_cards(db(), [number], scope()).get(number)
    return Markup(render_template("members/card_holder.html", holder=holder, card=number))


def _reveal(kind: str, number: int) -> str | None:
    """What hides behind ●."""
    member = service.find(db(), number, scope())
    if member is None:
        return None
    told = {
        "phone": group(member.phone), "email": member.email, "memo": member.memo,
        "address": _address(Found(member, (), 0, "", "")), "birthday": day_with_era(member.birthday),
    }  # fmt: skip
    return told.get(kind) or None


ACTS = {
    "members.registered": N_("会員を登録"), "members.changed": N_("会員の内容を変更"),
    "members.consent": N_("お知らせの承諾を記録"), "members.memo": N_("会員のメモを記録"),
    "members.card_given": N_("カードを会員に渡し"), "members.card_parted": N_("カードを会員から外し"),
    "members.apart": N_("別の人と判断"),
    "members.merged": N_("会員を統合"), "members.unmerged": N_("会員の統合を取り消し"),
    "members.household": N_("家族・会社を変更"), "members.attribute": N_("独自の項目を変更"),
    "members.import_read": N_("会員のファイルを受け取り"), "members.import_mapped": N_("会員のファイルの列を指定"),
    "members.import_running": N_("会員のファイルの取り込みを開始"),
    "members.import_done": N_("会員のファイルを取り込み"),
    "members.import_undoing": N_("会員の取り込みの取り消しを開始"),
    "members.import_undone": N_("会員の取り込みを取り消し"),
}  # fmt: skip

FEATURE = Feature(
    "members",
    BLUEPRINT,
    menu=(
        MenuItem(Group.MEMBERS, "search", N_("会員検索"), "members.search", 1, Right.MEMBERS_READ),
        MenuItem(Group.MEMBERS, "user-plus", N_("会員登録"), "members.new", 2, Right.MEMBERS_EDIT),
        MenuItem(Group.MEMBERS, "users", N_("名寄せ候補"), "members.candidates", 3, Right.MEMBERS_MERGE),
        MenuItem(Group.MEMBERS, "file-text", N_("会員の取り込み"), "members.imports", 6, Right.MEMBERS_IMPORT),
        MenuItem(Group.ADMIN, "list", N_("会員の独自項目"), "members.attribute_list", 6, Right.SETTINGS),
    ),
    tiles=home.tiles,
    finds=home.finds,
    sections=(
        Section(Page.HOME, home.latest, 2, Right.MEMBERS_READ, name="visits"),
        Section(Page.CARD, _card_holder, 1, Right.MEMBERS_READ),
    ),
    acts=ACTS,
    reveal=_reveal,
)
