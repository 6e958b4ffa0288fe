"""Begin an epoch, rotate, restrict an older one; the keys for a terminal and for head office itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.direct import Statement
from server.feed import service as feed
from server.keys.models import CURRENT, NO, OFFLINE, OLD, ONLINE, WITHDRAWN, KeyEpoch
from server.vault import Vault
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.sync.messages import KEY_ID_MAX, KidPolicyItem

FIRST_KID = 1
HELD_EPOCHS = 3  # what a terminal holds: the current one and the two before (security 4.2)
CHOICES = (OFFLINE, ONLINE, NO)

_HELD = Statement(
    select(KeyEpoch.kid).where(KeyEpoch.state != WITHDRAWN).order_by(KeyEpoch.kid.desc()).limit(HELD_EPOCHS)
)
_STATES = Statement(select(KeyEpoch.kid, KeyEpoch.state).order_by(KeyEpoch.kid))


def begin(session: Session, now_ms: int) -> None:
    """The first epoch, if there is none."""
    if session.scalars(select(KeyEpoch.kid).limit(1)).first() is None:
        session.add(KeyEpoch(kid=FIRST_KID, state=CURRENT, earn=True, redeem=OFFLINE, created_ms=now_ms))
        session.flush()


def epochs(session: Session) -> Sequence[KeyEpoch]:
    """All epochs, the newest first."""
    return session.scalars(select(KeyEpoch).order_by(KeyEpoch.kid.desc())).all()


def current(session: Session) -> int:
    """The epoch under which cards are written now."""
    return session.scalars(select(KeyEpoch.kid).where(KeyEpoch.state == CURRENT)).one()


def held(session: Session) -> tuple[int, ...]:
    """The epochs whose keys terminals hold, the current one first."""
    return tuple(_HELD.column(session))


def ring(session: Session, vault: Vault) -> KeyRing:
    """The keys of all epochs, for head office's own eyes: withdrawn ones still prove who wrote a card."""
    states = _STATES.rows(session)
    now = next(kid for kid, state in states if state == CURRENT)
    return _ring(vault, now, tuple(kid for kid, _ in states))


@lru_cache(maxsize=4)
def _ring(vault: Vault, current: int, kids: tuple[int, ...]) -> KeyRing:
    """Derived once, until an epoch begins: every push asks for it."""
    return KeyRing(vault.tenant, current, {kid: vault.epoch_key(kid) for kid in kids})


def rotate(session: Session, now_ms: int) -> int:
    """Begin the next epoch; its number. Terminals get its key with their next hello. Raises ``keys.exhausted``."""
    kid = current(session) + 1
    if kid > KEY_ID_MAX:
        raise EnishiError("keys.exhausted", limit=KEY_ID_MAX)
    for epoch in session.scalars(select(KeyEpoch).where(KeyEpoch.state == CURRENT)):
        epoch.state = OLD
    session.flush()
    session.add(KeyEpoch(kid=kid, state=CURRENT, earn=True, redeem=OFFLINE, created_ms=now_ms))
    session.flush()
    return kid


def restrict(session: Session, kid: int, earn: bool, redeem: str, now_ms: int) -> None:
    """Say what cards of an older epoch may do, to all terminals. Raises ``keys.unknown`` or ``keys.current``."""
    epoch = _older(session, kid)
    if redeem not in CHOICES:
        raise EnishiError("keys.choice", value=redeem[:20], wanted=", ".join(CHOICES))
    epoch.earn, epoch.redeem = earn, redeem
    session.flush()
    feed.publish(session, {f"kid:{kid}": KidPolicyItem(kid, earn, redeem)}, now_ms)


def restrict_older(session: Session, redeem: str, now_ms: int) -> tuple[int, ...]:
    """:func:`restrict` for every epoch before the current one that allows more; which."""
    allowing_more = CHOICES[: CHOICES.index(redeem)]
    kids = session.scalars(
        select(KeyEpoch.kid).where(KeyEpoch.state == OLD, KeyEpoch.redeem.in_(allowing_more)).order_by(KeyEpoch.kid)
    ).all()
    for kid in kids:
        restrict(session, kid, True, redeem, now_ms)
    return tuple(kids)


def withdraw(session: Session, kid: int, now_ms: int) -> None:
    """No terminal gets the key any more: its cards are of an unknown key there. Raises as :func:`restrict`."""
    restrict(session, kid, True, ONLINE, now_ms)
    _older(session, kid).state = WITHDRAWN
    session.flush()


def _older(session: Session, kid: int) -> KeyEpoch:
    epoch = session.get(KeyEpoch, kid)
    if epoch is None:
        raise EnishiError("keys.unknown", kid=kid)
    if epoch.state == CURRENT:
        raise EnishiError("keys.current", kid=kid)
    return epoch
