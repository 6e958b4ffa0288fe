"""Open a store, list the stores."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.stores.models import CODE_MAX, NAME_MAX, Store
from shared.errors import EnishiError
from shared.text.plain import plain


def add(session: Session, code: str, name: str, now_ms: int) -> Store:
    """Raises ``input.store_code``, ``input.store_taken`` or ``input.store_name``."""
    code = unicodedata.normalize("NFKC", code).strip()
    name = " ".join(plain(name).split())
    if not (code.isascii() and code.isalnum() and len(code) <= CODE_MAX):
        raise EnishiError("input.store_code", value=code[:20])
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.store_name", limit=NAME_MAX)
    if session.get(Store, code) is not None:
        raise EnishiError("input.store_taken", value=code)
    store = Store(code=code, name=name, created_ms=now_ms)
    session.add(store)
    session.flush()
    return store


def all_stores(session: Session, scope: Scope) -> Sequence[Store]:
    """The stores of a scope by code."""
    return session.scalars(select(Store).where(scope.where(Store.code)).order_by(Store.code)).all()


def names(session: Session) -> dict[str, str]:
    """Every store's name by code. A name is no secret: what somebody may choose is another matter."""
    return dict(session.execute(select(Store.code, Store.name)).all())


def exists(session: Session, code: str, scope: Scope) -> bool:
    """For whatever was typed: a NUL, which PostgreSQL would not even compare, names no store."""
    return code.isprintable() and scope.allows(code) and session.get(Store, code) is not None
