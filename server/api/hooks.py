"""Webhooks: who is told of what, with which secret; what was sent, and sending it again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.api import events
from server.api.desk_shapes import EventSubject
from server.api.events import KINDS, PING
from server.api.models import ACTIVE, DELIVERED, OFF, PAUSED, WAITING, Hook, HookDelivery, HookEvent
from server.api.scopes import decode_stores, encode_stores
from server.stores import service as stores
from server.vault import Vault
from shared.errors import EnishiError
from shared.text.plain import plain

NAME_MAX = 40
HOOKS_MAX = 20  # that are not removed; each costs a look at everything that happens
LISTED_MAX = 100  # deliveries of one page
NONCE_BYTES = 16
SECRET_PREFIX = "whsec_"  # Standard Webhooks, as are the headers
_LABEL = b"enishi-webhook-v1\0"


def make(
    session: Session,
    name: str,
    url: str,
    kinds: Collection[str],
    codes: Collection[str] | None,
    author: int,
    now_ms: int,
) -> Hook:
    """``url``: as ``addresses`` let it pass. Raises ``hook.name``, ``hook.events``, ``hook.many`` or ``api.stores``."""
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("hook.name", limit=NAME_MAX)
    if not kinds or not set(kinds) <= KINDS.keys():
        raise EnishiError("hook.events")
    if codes is not None and (not codes or not set(codes) <= stores.names(session).keys()):
        raise EnishiError("api.stores")
    if (session.scalar(select(func.count()).select_from(Hook).where(Hook.state != OFF)) or 0) >= HOOKS_MAX:
        raise EnishiError("hook.many", limit=HOOKS_MAX)
    hook = Hook(
        name=name, url=url, nonce=secrets.token_bytes(NONCE_BYTES), stores=encode_stores(codes), state=ACTIVE,
        events=msgspec.json.encode([kind for kind in KINDS if kind in kinds]), rest_ms=0, paused_ms=0, author=author,
        created_ms=now_ms,
    )  # fmt: skip
    session.add(hook)
    session.flush()
    return hook


def secret(vault: Vault, hook: Hook) -> str:
    """What signs its deliveries. It stands nowhere: it follows from head office's root."""
    return SECRET_PREFIX + base64.b64encode(_key(vault, hook)).decode("ascii")


def headers(vault: Vault, hook: Hook, delivery: int, body: bytes, now_ms: int) -> Mapping[str, str]:
    """Standard Webhooks 1.0: HMAC-SHA-256 over "id.timestamp.body"."""
    at_s = now_ms // 1000
    signed = f"{delivery}.{at_s}.".encode("ascii") + body
    mark = base64.b64encode(hmac.digest(_key(vault, hook), signed, hashlib.sha256)).decode("ascii")
    return {
        "Content-Type": "application/json", "User-Agent": "Enishi", "webhook-id": str(delivery),
        "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{mark}",
    }  # fmt: skip


def renew_secret(session: Session, hook: Hook) -> None:
    """The old one signs nothing any more."""
    hook.nonce = secrets.token_bytes(NONCE_BYTES)
    session.flush()


def pause(session: Session, hook: Hook, now_ms: int) -> None:
    hook.state, hook.paused_ms = PAUSED, now_ms
    session.flush()


def resume(session: Session, hook: Hook, now_ms: int) -> None:
    """Everything that waits is sent now, and has three days again."""
    hook.state, hook.rest_ms, hook.paused_ms = ACTIVE, 0, 0
    mine = (HookDelivery.hook == hook.id) & (HookDelivery.state == WAITING)
    session.execute(update(HookDelivery).where(mine).values(due_ms=now_ms, first_ms=0, attempts=0))
    session.flush()


def remove(session: Session, hook: Hook) -> None:
    """Nothing is sent or kept for it any more."""
    hook.state = OFF
    session.execute(delete(HookDelivery).where(HookDelivery.hook == hook.id))
    session.flush()
    if session.scalar(select(Hook.id).where(Hook.state != OFF).limit(1)) is None:
        session.execute(delete(HookEvent))  # nobody listens


def ping(session: Session, hook: Hook, now_ms: int) -> HookDelivery:
    """Something to try with."""
    return events.add(session, hook, PING, PING, EventSubject(None, None), {}, now_ms)


def send_again(session: Session, delivery: HookDelivery, now_ms: int) -> None:
    """The same words once more, under the same number."""
    delivery.state, delivery.due_ms, delivery.attempts, delivery.first_ms = WAITING, now_ms, 0, 0
    session.flush()


def listed(session: Session) -> Sequence[Hook]:
    return session.scalars(select(Hook).where(Hook.state != OFF).order_by(Hook.id)).all()


def find(session: Session, number: int) -> Hook | None:
    hook = session.get(Hook, number)
    return hook if hook is not None and hook.state != OFF else None


def deliveries(session: Session, hook: int, limit: int = LISTED_MAX) -> Sequence[HookDelivery]:
    """The newest first."""
    wanted = select(HookDelivery).where(HookDelivery.hook == hook).order_by(HookDelivery.id.desc()).limit(limit)
    return session.scalars(wanted).all()


def find_delivery(session: Session, hook: Hook, number: int) -> HookDelivery | None:
    row = session.get(HookDelivery, number)
    return row if row is not None and row.hook == hook.id else None


def waiting(session: Session) -> Mapping[int, int]:
    """How many deliveries wait, by hook."""
    count = select(HookDelivery.hook, func.count()).where(HookDelivery.state == WAITING).group_by(HookDelivery.hook)
    return dict(session.execute(count).all())


def paused(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Hook).where(Hook.state == PAUSED)) or 0


def kinds_of(hook: Hook) -> Sequence[str]:
    found: list[str] = msgspec.json.decode(hook.events)
    return found


def codes_of(hook: Hook) -> Sequence[str] | None:
    """Of its stores; None = all of them."""
    codes = decode_stores(hook.stores).stores
    return None if codes is None else sorted(codes)


def is_delivered(delivery: HookDelivery) -> bool:
    return delivery.state == DELIVERED


def _key(vault: Vault, hook: Hook) -> bytes:
    return hmac.digest(vault.root, _LABEL + hook.nonce, hashlib.sha256)
