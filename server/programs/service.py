"""Bring a programme into force, and read the one in force."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.feed import service as feed
from server.programs.models import ProgrammeVersion
from shared.errors import EnishiError
from shared.points.program import Programme, validate_programme
from shared.sync.messages import ProgrammeItem

TEMPLATES = Path(__file__).with_name("templates")


def template(name: str) -> Programme:
    """The rules proposed for a kind of shop. Raises ``input.programme_template``."""
    path = TEMPLATES / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise EnishiError("input.programme_template", value=name[:40])
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Programme)


def current(session: Session) -> Programme | None:
    """The rules in force; None before the first were set."""
    body = session.scalars(select(ProgrammeVersion.body).order_by(ProgrammeVersion.version.desc()).limit(1)).first()
    return None if body is None else msgspec.json.decode(body, type=Programme)


def enact(session: Session, programme: Programme, now_ms: int) -> Programme:
    """Make ``programme`` the newest version and tell the terminals. Its own version number is replaced."""
    validate_programme(programme)
    newest = session.scalars(
        select(ProgrammeVersion.version).order_by(ProgrammeVersion.version.desc()).limit(1)
    ).first()
    numbered = replace(programme, version=(newest or 0) + 1)
    body = msgspec.json.encode(numbered, order="sorted")
    session.add(ProgrammeVersion(version=numbered.version, name=numbered.name, body=body, created_ms=now_ms))
    feed.publish(session, {"rule": ProgrammeItem(numbered)}, now_ms)
    return numbered


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals the rules in force once more."""
    programme = current(session)
    if programme is not None:
        feed.publish(session, {"rule": ProgrammeItem(programme)}, now_ms)
