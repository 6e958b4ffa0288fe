"""The members' part of the home page and of the search box: who came just now, who joined today, who is meant."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for
from markupsafe import Markup

from server.access.rights import Right
from server.cards import seeing
from server.cards import service as cards
from server.ledger import service as ledger
from server.members import service
from server.stores import service as stores
from server.web.access import scope
from server.web.compare import week_before
from server.web.context import db, today
from server.web.feature import Hit, Tile
from server.web.i18n import gettext as _
from server.web.i18n import weekday
from server.web.security import me
from server.web.viewed import viewed
from shared.errors import EnishiError
from shared.ids import MemberNo, format_card_no, format_member_no, parse_card_no
from shared.units import format_number

LATEST_MAX = 8  # visits on the home page: what fits beside the figures
FOUND_MAX = 5  # members under the search box


def tiles() -> tuple[Tile, ...]:
    day, store = today(), viewed()
    now = service.count_joined(db(), day.isoformat(), store)
    then = service.count_joined(db(), week_before(day).isoformat(), store)
    words = _("先週の{weekday}は一日で {n}").format(weekday=weekday(day), n=_people(then))
    return (Tile(_("今日の新しい会員"), _people(now), words, url_for("members.search"), Right.MEMBERS_READ),)


def latest(_number: int) -> Markup:
    """The list いま: it asks for itself again whenever somebody came."""
    visits = ledger.latest(db(), LATEST_MAX, viewed())
    names = service.names_of_cards(db(), {visit.card for visit in visits}, scope())
    return Markup(render_template("members/home_visits.html", visits=visits, names=names, stores=stores.names(db())))


def finds(query: str) -> Sequence[Hit]:
    """The card of that very number, and members by whatever is known of them."""
    if not me().may(Right.MEMBERS_READ):
        return ()
    found = service.search(db(), query, scope(), FOUND_MAX)
    return [
        *_card(query),
        *[
            Hit(
                _("会員"), line.member.name or line.member.kana,
                f"{line.member.kana} {format_member_no(MemberNo(line.member.number))}",
                url_for("members.one", number=line.member.number),
            )
            for line in found.found
        ],
    ]  # fmt: skip


def _card(query: str) -> Sequence[Hit]:
    try:
        number = parse_card_no(query)
    except EnishiError:
        return ()
    if cards.find(db(), number) is None or not seeing.sees(db(), number, scope()):
        return ()
    holder = service.names_of_cards(db(), [number], scope()).get(number, (0, _("会員登録なし")))[1]
    return (Hit(_("カード"), format_card_no(number), holder, url_for("cards.one", number=number)),)


def _people(number: int) -> str:
    return _("{n}人").format(n=format_number(number))
