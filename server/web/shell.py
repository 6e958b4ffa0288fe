"""The frame round every page: menu, assets with the hash of their content, home page, language switch, health."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from server.access.rights import Right
from server.web.access import may, needs, opens
from server.web.context import office, today
from server.web.feature import Group, Hit, MenuItem, Page, Section, Todo
from server.web.finding import SEARCH_MAX
from server.web.i18n import SESSION_KEY, era_year, gettext, long_day
from server.web.security import me
from shared.locale import LANGUAGES, N_
from shared.text.kana import search_key

BLUEPRINT = Blueprint("shell", __name__)
HASH_DIGITS = 12
_SPRITE = "vendor/icons.svg"
_HTMX = "vendor/htmx-2.min.js"
_HOME = MenuItem(Group.NONE, "house", N_("ホーム"), "shell.home")


def install(app: Flask) -> None:
    """Pages and template helpers of the shell."""
    app.register_blueprint(BLUEPRINT)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset, has_asset=has_asset, icon=icon, htmx_file=_HTMX, menu=menu, sections=sections,
        may=may, opens=opens, crumbs=crumbs, notices=get_flashed_messages,
    )  # fmt: skip


@BLUEPRINT.get("/")
@needs(None)
def home() -> str:
    day = today()
    drawn = [tile for feature in office().features if feature.tiles for tile in feature.tiles()]
    tiles = [tile for tile in drawn if _is_for_me(tile.right)]
    return render_template("home.html", tiles=tiles, todos=todos(), day=long_day(day), era=era_year(day))


@BLUEPRINT.get("/find")
@needs(None)
def find() -> str:
    """Members, cards, stores, terminals and pages by what somebody remembers of them; for htmx the finds alone."""
    typed = "".join(letter for letter in request.args.get("q", "") if letter.isprintable())
    query = typed.strip()[:SEARCH_MAX]
    template = "found.html" if request.headers.get("HX-Target") == "found" else "find.html"
    return render_template(template, query=query, hits=hits(query) if query else [])


@BLUEPRINT.get("/help/<screen>")
@needs(None)
def help(screen: str) -> str:
    """What a screen is for; as a page, or as the text of the dialog."""
    if screen not in current_app.view_functions:
        abort(404)
    template = "help_text.html" if request.headers.get("HX-Request") else "help.html"
    return render_template(template, **explained(screen))


@BLUEPRINT.get("/words")
@needs(None)
def words() -> str:
    """The words of this trade, as the screens use them."""
    return render_template("words.html")


@BLUEPRINT.get("/parts/<page>/<name>/<int:number>")
@needs(None)
def part(page: str, name: str, number: int) -> Markup:
    """One named section of a shared page, for a page that asks for it again."""
    wanted = [place for place in Page if place.value == page]
    found = [section for section in _sections(wanted[0]) if section.name == name] if wanted and name else []
    if not found:
        abort(404)
    return found[0].draw(number)


@BLUEPRINT.post("/language")
def choose_language() -> AnyResponse:
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session[SESSION_KEY] = chosen
    return redirect(local_path(request.form.get("next", "")), 303)


@BLUEPRINT.get("/health")
def health() -> Response:
    """For whoever watches the process: it answers and reads its database."""
    with office().database.reading() as reading:
        reading.connection().exec_driver_sql("SELECT 1")
    return Response("ok\n", content_type="text/plain")


def local_path(target: str) -> str:
    """``target`` if it leads nowhere but here, else the home page."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside else url_for("shell.home")


def menu() -> Mapping[Group, list[MenuItem]]:
    """The menu as the list of features gives it."""
    drawn: dict[Group, list[MenuItem]] = {Group.NONE: [_HOME]}
    for group in Group:
        for feature in office().features:
            mine = (item for item in feature.menu if item.group is group and _is_for_me(item.right))
            drawn.setdefault(group, []).extend(mine)
    return {group: sorted(items, key=lambda item: item.place) for group, items in drawn.items() if items}


def sections(page: str, number: int = 0) -> list[Markup]:
    """What the features have to say on a shared page."""
    drawn = (section.draw(number) for section in _sections(Page(page)))
    return [markup for markup in drawn if markup]


def _sections(page: Page) -> list[Section]:
    every = (section for feature in office().features for section in feature.sections)
    found = [section for section in every if section.page is page and _is_for_me(section.right)]
    return sorted(found, key=lambda section: section.place)


def todos() -> list[Todo]:
    """What waits for whoever is signed in, the urgent first."""
    found = [todo for feature in office().features if feature.todos for todo in feature.todos()]
    return sorted(found, key=lambda todo: not todo.urgent)


def hits(query: str) -> list[Hit]:
    """The best few of every kind: pages of the menu first, for they are few."""
    key = search_key(query)
    pages = [
        Hit(gettext("画面"), gettext(item.title), gettext(group.value), url_for(item.endpoint))
        for group, items in menu().items()
        for item in items
        if key and (key in search_key(gettext(item.title)) or key in search_key(item.title))
    ]
    return [*pages, *(hit for feature in office().features if feature.finds for hit in feature.finds(query))]


def crumbs() -> list[MenuItem]:
    """Of a deep page: the line of the menu under which it stands, by its address; nothing for a page of the menu."""
    lines = [item for items in menu().values() for item in items if item is not _HOME]
    above = [item for item in lines if request.path.startswith(url_for(item.endpoint).rstrip("/") + "/")]
    if any(item.endpoint == request.endpoint for item in lines):
        return []
    return sorted(above, key=lambda item: len(url_for(item.endpoint)))[-1:]


def explained(endpoint: str) -> dict[str, object]:
    """The screen's title and its help; that of the page above it where it has none of its own."""
    lines = {item.endpoint: item for items in menu().values() for item in items}
    blueprint, _, view = endpoint.partition(".")
    near = _nearest([name for name in lines if name.startswith(f"{blueprint}.")], endpoint)
    names = [f"{blueprint}/help/{view}.html", *(f"{blueprint}/help/{name.partition('.')[2]}.html" for name in near)]
    title = lines[endpoint].title if endpoint in lines else lines[near[0]].title if near else _HOME.title
    return {"templates": [*names, "shell/help/home.html"], "title": gettext(title)}


def _nearest(names: list[str], endpoint: str) -> list[str]:
    """Pages of the menu, that first below whose address the page of ``endpoint`` lies."""
    here = next(current_app.url_map.iter_rules(endpoint)).rule
    above = {name: rule for name in names if here.startswith(rule := next(current_app.url_map.iter_rules(name)).rule)}
    return sorted(names, key=lambda name: -len(above.get(name, "")))


def asset(name: str) -> str:
    """The address of a static file, with a hash of its content so that browsers may keep it for ever."""
    return url_for("static", filename=name, v=_content_hash(name))


def has_asset(name: str) -> bool:
    """Whether the file is there: third-party files come with the set-up, not with the source."""
    return bool(_content_hash(name))


def icon(name: str) -> Markup:
    """A decorative icon; the word beside it says the same."""
    if not has_asset(_SPRITE):
        return Markup("")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(asset(_SPRITE), name)


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


def _is_for_me(right: Right | None) -> bool:
    return right is None or me().may(right)


def _content_hash(name: str) -> str:
    known = office().assets
    if name not in known:
        path = Path(__file__).with_name("static") / name
        known[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS] if path.is_file() else ""
    return known[name]
