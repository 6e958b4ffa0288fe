"""The composition root: settings in, a Flask application out."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from server.api import door
from server.audit import service as audit
from server.config import Settings
from server.db.database import Database
from server.features import FEATURES, JOBS
from server.jobs import web as jobs
from server.sync import api
from server.vault import open_vault
from server.web import context, errors, i18n, live, masking, security, shell
from server.web.context import Office
from shared.errors import EnishiError
from shared.sync.messages import NUMBER_MAX


def system_now_ms() -> int:
    """The machine's clock, UTC."""
    return time.time_ns() // 1_000_000


class RowNumber(IntegerConverter):
    """``<int:…>`` of an address: a number that no column can hold names nothing, and no view is asked."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=NUMBER_MAX)


def create_app(
    settings: Settings,
    now_ms: Callable[[], int] = system_now_ms,
    database: Database | None = None,
    make: type[Flask] = Flask,
) -> Flask:
    """The head office on its database, which must be of this version (``server.setup.open_database``).

    ``make``: for who makes one application after another.
    Raises ``config.secret_missing`` or ``config.secret_malformed``.
    """
    app = make(__name__, template_folder="web/templates", static_folder="web/static")
    app.secret_key = _secret_key(settings)
    app.url_map.converters["int"] = RowNumber
    opened = database or Database(settings.url, settings.data_dir)
    head_office = Office(settings, opened, now_ms, open_vault(settings), audit.note, FEATURES)
    context.install(app, head_office)
    i18n.install(app)
    security.install(app, settings, lambda csrf: [csrf.exempt(one.BLUEPRINT) for one in (api, door)])
    shell.install(app)
    live.install(app, head_office.database, FEATURES)
    jobs.install(app, JOBS)
    masking.install(app)
    errors.install(app, {"/v1/": api.error, f"{door.BLUEPRINT.url_prefix}/": door.answer})
    door.install(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        # Flask documents wsgi_app as the place to wrap; its type says "method".
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for feature in FEATURES:
        app.register_blueprint(feature.blueprint)
    app.register_blueprint(door.BLUEPRINT)
    return app


def _secret_key(settings: Settings) -> str:
    path = settings.secret_key_path
    try:
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if len(key) < 32:
        raise EnishiError("config.secret_missing", key="secret_key_file", path=str(path))
    return key
