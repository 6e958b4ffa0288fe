"""The frame round every page: menu, assets with the hash of their content, home page, language switch, health."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from server.web.context import office, today
from server.web.feature import Group, MenuItem, Page
from server.web.i18n import SESSION_KEY, era_year, long_day
from shared.locale import LANGUAGES, N_

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
        asset=asset, has_asset=has_asset, icon=icon, htmx_file=_HTMX, menu=menu, sections=sections
    )


@BLUEPRINT.get("/")
def home() -> str:
    day = today()
    tiles = [tile for feature in office().features if feature.tiles for tile in feature.tiles()]
    return render_template("home.html", tiles=tiles, day=long_day(day), era=era_year(day))


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
            drawn.setdefault(group, []).extend(item for item in feature.menu if item.group is group)
    return {group: sorted(items, key=lambda item: item.place) for group, items in drawn.items() if items}


def sections(page: str, number: int = 0) -> list[Markup]:
    """What the features have to say on a shared page."""
    wanted = Page(page)
    found = [section for feature in office().features for section in feature.sections if section.page is wanted]
    drawn = (section.draw(number) for section in sorted(found, key=lambda section: section.place))
    return [markup for markup in drawn if markup]


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


def _content_hash(name: str) -> str:
    known = office().assets
    if name not in known:
        path = Path(__file__).with_name("static") / name
        known[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS] if path.is_file() else ""
    return known[name]
