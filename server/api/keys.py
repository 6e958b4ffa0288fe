"""Keys of other programs: made once and shown once, kept as a digest, asked by it, renewed, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.api.models import ApiKey
from server.api.scopes import SCOPES, decode_scopes, decode_stores, encode_scopes, encode_stores
from server.staff.models import COUNTER, Staff
from server.stores import service as stores
from shared.errors import EnishiError
from shared.text.plain import plain
from shared.visit.facts import Role as CounterRole

TOKEN_BYTES = 32  # of chance: nobody tries that many, so a plain digest is enough
TOKEN_MAX = 100  # characters; a longer one is nobody's
PREFIX = "enishi_"  # by which a leaked key is known wherever it turns up
HINT_CHARS = len(PREFIX) + 4
NAME_MAX = 30  # characters; with what stands before it a name of staff
TOUCH_MS = 60_000  # its last use is noted at most once a minute
DAY_MS = 86_400_000
LIVES_D = (90, 365, 730, 0)  # days until a key ends by itself; 0 = never
STAFF_NAME = "API・{name}"  # in the audit log and on adjustments; a name, so in no language


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key was shown. ``due``: its use is to be noted."""

    id: int
    name: str
    staff: int
    scopes: frozenset[str]
    scope: Scope
    due: bool

    def may(self, scope: str) -> bool:
        return not scope or scope in self.scopes


def make(
    session: Session, name: str, scopes: Collection[str], codes: Collection[str] | None, life_d: int, author: int,
    now_ms: int,
) -> tuple[ApiKey, str]:  # fmt: skip
    """A new key with its words, which are never to be had again. ``codes``: of stores; None = all of them.

    Raises ``api.name``, ``api.scopes``, ``api.stores`` or ``api.life``.
    """
    name = _named(name)
    if not scopes or not set(scopes) <= set(SCOPES):
        raise EnishiError("api.scopes")
    if codes is not None and (not codes or not set(codes) <= stores.names(session).keys()):
        raise EnishiError("api.stores")
    if life_d not in LIVES_D:
        raise EnishiError("api.life")
    token = _token()
    row = ApiKey(
        name=name, digest=digest(token), hint=token[:HINT_CHARS], scopes=encode_scopes(scopes),
        stores=encode_stores(codes), staff=_person(session, name, now_ms), author=author, created_ms=now_ms,
        renewed_ms=0, expires_ms=now_ms + life_d * DAY_MS if life_d else 0, used_ms=0, revoked_ms=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, token


def renew(session: Session, row: ApiKey, now_ms: int) -> str:
    """Other words for the same key, with its rights and references; the old ones open nothing any more.

    A key that ends by itself lives as long again. Raises ``api.revoked``.
    """
    if row.revoked_ms:
        raise EnishiError("api.revoked")
    token = _token()
    if row.expires_ms:
        row.expires_ms = now_ms + row.expires_ms - (row.renewed_ms or row.created_ms)
    row.digest, row.hint, row.renewed_ms = digest(token), token[:HINT_CHARS], now_ms
    session.flush()
    return token


def revoke(session: Session, row: ApiKey, now_ms: int) -> None:
    """For good. Raises ``api.revoked``."""
    if row.revoked_ms:
        raise EnishiError("api.revoked")
    row.revoked_ms = now_ms
    session.flush()


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Those that open first, then the newest."""
    return session.scalars(select(ApiKey).order_by((ApiKey.revoked_ms > 0).asc(), ApiKey.id.desc())).all()


def find(session: Session, number: int) -> ApiKey | None:
    return session.get(ApiKey, number)


def opens(row: ApiKey, now_ms: int) -> bool:
    return not row.revoked_ms and (not row.expires_ms or now_ms < row.expires_ms)


def recognise(session: Session, token: str, now_ms: int) -> Caller | None:
    """Whose key it is, if it opens."""
    if not token.startswith(PREFIX) or len(token) > TOKEN_MAX:
        return None
    row = session.scalars(select(ApiKey).where(ApiKey.digest == digest(token))).one_or_none()
    if row is None or not opens(row, now_ms):
        return None
    due = now_ms - row.used_ms >= TOUCH_MS
    return Caller(row.id, row.name, row.staff, decode_scopes(row.scopes), decode_stores(row.stores), due)


def touch(session: Session, key: int, now_ms: int) -> None:
    """Note that it was used."""
    session.execute(update(ApiKey).where(ApiKey.id == key).values(used_ms=now_ms))


def digest(token: str) -> bytes:
    """Under which a key is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _token() -> str:
    return PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def _named(name: str) -> str:
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("api.name", limit=NAME_MAX)
    return name


def _person(session: Session, name: str, now_ms: int) -> int:
    """Under whom its deeds stand: neither a console nor a counter takes such a one."""
    person = Staff(
        login=f"#api-{secrets.token_hex(8)}", name=STAFF_NAME.format(name=name), role=COUNTER, password_hash="",
        active=False, created_ms=now_ms, pin="", counter_role=CounterRole.STAFF.value, factor_due_ms=0,
    )  # fmt: skip
    session.add(person)
    session.flush()
    return person.id
