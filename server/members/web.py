"""Find, register and show members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.cards import service as cards
from server.ledger import service as ledger
from server.members import service
from server.members.models import Member
from server.members.values import Person, read_application
from server.stores import service as stores
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, MenuItem, Page, Section, Tile
from server.web.i18n import gettext as _
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, MemberNo, format_member_no, parse_card_no
from shared.locale import N_
from shared.text.phone import group
from shared.text.postal import format_postal_code
from shared.units import format_number

HISTORY_MAX = 50
LATEST_MAX = 8  # visits on the home page: what fits beside the figures

BLUEPRINT = Blueprint("members", __name__, template_folder="templates", url_prefix="/members")
BLUEPRINT.add_app_template_filter(lambda number: format_member_no(MemberNo(number)), "member_no")
BLUEPRINT.add_app_template_filter(group, "phone")
BLUEPRINT.add_app_template_filter(format_postal_code, "postal_code")
Answer = Response | str | tuple[str, int]


@BLUEPRINT.get("")
def search() -> Answer:
    """A whole card number leads straight to its member; the list alone for htmx."""
    query = request.args.get("q", "").strip()
    only_list = request.headers.get("HX-Target") == "results"
    card = _card(query)
    holder = None if only_list or card is None else cards.holders(db(), [card]).get(card)
    if holder is not None:
        return redirect(url_for("members.one", number=holder), 303)
    template = "members/results.html" if only_list else "members/search.html"
    return render_template(template, query=query, card=card, result=service.search(db(), query))


@BLUEPRINT.get("/new")
def new() -> str:
    return _form({"card": request.args.get("card", "")}, {})


@BLUEPRINT.post("")
def register() -> Answer:
    application = read_application(request.form, today())
    errors = dict(application.errors)
    store = request.form.get("store", "")
    if not stores.exists(db(), store):
        errors["store"] = Refused("input.store_unknown", {"value": store[:20]})
    if not errors and service.is_told_twice(db(), application.person, today().isoformat()):
        errors["family_name"] = Refused("input.member_twice")
    if errors:
        return _form(request.form, errors), 422
    try:
        number = service.register(db(), application.person, application.card, store, today().isoformat(), now_ms())
    except EnishiError as error:
        return _form(request.form, {"card": Refused(error.code, error.facts)}), 422
    return redirect(url_for("members.one", number=number), 303)


@BLUEPRINT.get("/<int:number>")
def one(number: int) -> str:
    return _record(_find(number), {}, {})


@BLUEPRINT.get("/<int:number>/edit")
def edit(number: int) -> str:
    member = _find(number)
    typed = {name: getattr(member, name) for name in Person.__dataclass_fields__}
    return render_template("members/edit.html", member=member, typed=typed, errors={})


@BLUEPRINT.post("/<int:number>")
def change(number: int) -> Answer:
    member = _find(number)
    application = read_application(request.form, today())
    if application.errors:
        page = render_template("members/edit.html", member=member, typed=request.form, errors=application.errors)
        return page, 422
    service.change(db(), member, application.person, now_ms())
    return redirect(url_for("members.one", number=number), 303)


@BLUEPRINT.post("/<int:number>/cards")
def give_card(number: int) -> Answer:
    member = _find(number)
    application = read_application(asdict(_person(member)) | {"card": request.form.get("card", "")}, today())
    try:
        if "card" in application.errors or application.card is None:
            raise EnishiError("input.card_no", value=request.form.get("card", "")[:20])
        service.give_card(db(), member, application.card, now_ms())
    except EnishiError as error:
        return _record(member, request.form, {"card": Refused(error.code, error.facts)}), 422
    return redirect(url_for("members.one", number=number), 303)


def _person(member: Member) -> Person:
    return Person(**{name: getattr(member, name) for name in Person.__dataclass_fields__})


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template("members/new.html", typed=typed, errors=errors, stores=stores.all_stores(db()))


def _record(member: Member, typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    held = cards.of_members(db(), [member.number]).get(member.number, ())
    points = ledger.balances(db(), held)
    summaries = ledger.summaries(db(), held)
    return render_template(
        "members/one.html", member=member, typed=typed, errors=errors,
        cards=held, points=points, balance=sum(points.values()), lots=ledger.lots(db(), held),
        summary=ledger.total(list(summaries.values())), visits=ledger.history(db(), held, HISTORY_MAX),
        stores=stores.names(db()),
    )  # fmt: skip


def _card(query: str) -> CardNo | None:
    """The card whose number this is; it may have no holder yet."""
    try:
        card = parse_card_no(query)
    except EnishiError:
        return None
    return card if cards.find(db(), card) else None


def _find(number: int) -> Member:
    member = service.find(db(), number)
    if member is None:
        abort(404)
    return member


def _tiles() -> tuple[Tile, ...]:
    people = _("{n}人").format(n=format_number(service.count(db())))
    return (Tile(_("会員"), people, _("登録している会員の数"), url_for("members.search")),)


def _find_box(_number: int) -> Markup:
    return Markup(render_template("members/home_search.html"))


def _latest(_number: int) -> Markup:
    visits = ledger.latest(db(), LATEST_MAX)
    names = service.names_of_cards(db(), {visit.card for visit in visits})
    return Markup(render_template("members/home_visits.html", visits=visits, names=names, stores=stores.names(db())))


def _card_holder(number: int) -> Markup:
    holder = service.names_of_cards(db(), [number]).get(number)
    return Markup(render_template("members/card_holder.html", holder=holder, card=number))


FEATURE = Feature(
    "members",
    BLUEPRINT,
    menu=(
        MenuItem(Group.MEMBERS, "search", N_("会員検索"), "members.search", 1),
        MenuItem(Group.MEMBERS, "user-plus", N_("会員登録"), "members.new", 2),
    ),
    tiles=_tiles,
    sections=(
        Section(Page.HOME, _find_box, 1),
        Section(Page.HOME, _latest, 2),
        Section(Page.CARD, _card_holder, 1),
    ),
)
