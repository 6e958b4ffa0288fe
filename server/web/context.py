"""What a view may reach: the office it works for, and the one database session of its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from server.access.origin import ORIGIN
from server.config import Settings
from server.db.database import Database
from server.programs import service as programs
from server.vault import Vault
from server.web.feature import Feature
from shared.clock import business_day
from shared.points.program import Programme

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_EXTENSION = "enishi"
Note = Callable[[Session, int, str, str, Mapping[str, object], int], object]  # as server.audit.service.note


@dataclass(frozen=True, slots=True)
class Office:
    """One running head office."""

    settings: Settings
    database: Database
    now_ms: Callable[[], int]  # UTC
    vault: Vault
    note: Note  # the audit log, for what no feature does but the frame
    features: tuple[Feature, ...] = ()
    assets: dict[str, str] = field(default_factory=dict)  # static file -> content hash


def install(app: Flask, head_office: Office) -> None:
    """Open a session for each request that asks for one; commit it when the answer is not an error."""
    app.extensions[_EXTENSION] = head_office
    app.after_request(_commit)
    app.teardown_request(_close)


def office() -> Office:
    found: Office = current_app.extensions[_EXTENSION]
    return found


def db() -> Session:
    """The request's session: a snapshot for a safe method, else a transaction."""
    if "db" not in g:
        g.db = office().database.open_session(writes=request.method not in SAFE_METHODS)
        if "origin" in g:
            g.db.info[ORIGIN] = g.origin
    session: Session = g.db
    return session


def now_ms() -> int:
    return office().now_ms()


def today() -> date:
    """The business day of this moment."""
    programme = programs.current(db(), now_ms()) or Programme()
    return business_day(now_ms(), programme.day_start_minute)


def _commit(response: Response) -> Response:
    if "db" in g and request.method not in SAFE_METHODS and response.status_code < 400:
        g.db.commit()
    return response


def _close(_error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()
