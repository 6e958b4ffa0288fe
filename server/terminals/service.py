"""Admit a terminal, recognise it, hand it its keys, watch it, stop it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from server.access.scope import ALL, Scope
from server.db.direct import Statement
from server.keys import service as keys
from server.stores import service as stores
from server.terminals.models import (
    ACTIVE,
    FROZEN,
    PENDING,
    REPLACED,
    REVOKED,
    Terminal,
    TerminalAlarm,
    TerminalKey,
)
from server.vault import Vault
from shared.errors import EnishiError, Refused
from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import KeyPackage, Verdict
from shared.sync.signing import KEY_BYTES
from shared.text.plain import plain

_BY_NUMBER = select(Terminal).where(Terminal.id == bindparam("id"))  # made once: every request asks it
_LOCKED = _BY_NUMBER.with_for_update().execution_options(populate_existing=True)
_THIS = Terminal.id == bindparam("number")
_SIGN_KEY = Statement(select(Terminal.sign_key).where(_THIS))
_HEARD = Statement(update(Terminal).where(_THIS).values(contact_ms=bindparam("now_ms")))
_NOTED = {
    name: Statement(update(Terminal).where(_THIS).values({name: bindparam("told")}))
    for name in ("software", "cursor", "waiting")
}
_SEALED = Statement(select(TerminalKey.kid, TerminalKey.sealed).where(TerminalKey.terminal == bindparam("terminal")))
_OPEN_KINDS = Statement(
    select(TerminalAlarm.kind).where(TerminalAlarm.terminal == bindparam("terminal"), TerminalAlarm.settled_ms == 0)
)

NAME_MAX = 40
DETAIL_MAX = 200


def provision(
    session: Session, terminal: int, store: str, name: str, sign_key: bytes, now_ms: int, board: str = ""
) -> Terminal:
    """Create a terminal with its public Ed25519 key, or give a known one that is open a new key.

    Raises ``input.terminal_id``, ``input.terminal_name``, ``input.store_unknown`` or ``input.terminal_closed``.
    """
    if not 1 <= terminal <= TERMINAL_ID_MAX:
        raise EnishiError("input.terminal_id", value=terminal, limit=TERMINAL_ID_MAX)
    name = checked_name(name)
    if not stores.exists(session, store, ALL):
        raise EnishiError("input.store_unknown", value=store[:20])
    if len(sign_key) != KEY_BYTES:
        raise ValueError(f"a public key has {KEY_BYTES} bytes")
    row = session.get(Terminal, terminal)
    if row is None:
        row = Terminal(
            id=terminal, created_ms=now_ms, contact_ms=0, software="", waiting=0, cursor=0, closed_ms=0, successor=0,
            seen_board="",
        )  # fmt: skip
        session.add(row)
    elif not row.is_open:
        raise EnishiError("input.terminal_closed", value=terminal)
    row.store, row.name, row.state, row.sign_key, row.board = store, name, PENDING, sign_key, board
    for old in session.scalars(select(TerminalKey).where(TerminalKey.terminal == terminal)):
        session.delete(old)
    session.flush()
    return row


def checked_name(name: str) -> str:
    """Raises ``input.terminal_name``."""
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.terminal_name", limit=NAME_MAX)
    return name


def free_number(session: Session) -> int:
    """The number after the highest; closed ones are never given again. Raises ``input.terminal_id``."""
    number = (session.scalar(select(func.max(Terminal.id))) or 0) + 1
    if number > TERMINAL_ID_MAX:
        raise EnishiError("input.terminal_id", value=number, limit=TERMINAL_ID_MAX)
    return number


def recognise(session: Session, terminal: int, locks: bool = False) -> Terminal | Refused:
    """The terminal that a request names; whether it is its own is for the signature to say.

    ``locks``: one request of a terminal at a time, until the transaction ends.
    """
    row = session.scalars(_LOCKED if locks else _BY_NUMBER, {"id": terminal}).one_or_none()
    return row if row is not None and row.sign_key else Refused("sync.unauthorised")


def sign_key(session: Session, terminal: int) -> bytes:
    """The public key that a request of this terminal must be signed with; nothing when there is none."""
    return _SIGN_KEY.value(session, number=terminal) or b""


def heard(session: Session, terminal: Terminal, now_ms: int) -> None:
    """It called just now."""
    _HEARD.rows(session, number=terminal.id, now_ms=now_ms)
    set_committed_value(terminal, "contact_ms", now_ms)


def note(session: Session, terminal: Terminal, **told: str | int) -> None:
    """What it says of itself: ``software``, ``cursor``, ``waiting``. Only what differs is written."""
    for name, value in told.items():
        if getattr(terminal, name) != value:
            _NOTED[name].rows(session, number=terminal.id, told=value)
            set_committed_value(terminal, name, value)


def packages(session: Session, vault: Vault, terminal: Terminal) -> tuple[int, tuple[KeyPackage, ...]]:
    """The current epoch and the card keys of all that the terminal holds, sealed to it; sealed at the first call."""
    kids = keys.held(session)
    made = dict(_SEALED.rows(session, terminal=terminal.id))
    for kid in kids:
        if kid not in made:
            made[kid] = vault.seal(kid, terminal.sign_key)
            session.add(TerminalKey(terminal=terminal.id, kid=kid, sealed=made[kid]))
    session.flush()
    return kids[0], tuple(KeyPackage(kid, made[kid]) for kid in kids)


def all_terminals(session: Session, scope: Scope) -> Sequence[Terminal]:
    """The terminals of a scope by number."""
    return session.scalars(select(Terminal).where(scope.where(Terminal.store)).order_by(Terminal.id)).all()


def names(session: Session) -> dict[int, str]:
    """Terminal names by number."""
    return dict(session.execute(select(Terminal.id, Terminal.name)).all())


def find(session: Session, terminal: int, scope: Scope) -> Terminal | None:
    """For any number: one that no card can hold names no terminal, and PostgreSQL has no column for it."""
    row = session.get(Terminal, terminal) if 1 <= terminal <= TERMINAL_ID_MAX else None
    return row if row is not None and scope.allows(row.store) else None


def revoke(session: Session, terminal: Terminal, now_ms: int) -> None:
    """From now on its requests are refused; what it has delivered stays. Its keys are not made for it any more."""
    _close(session, terminal, REVOKED, now_ms)


def replace(session: Session, terminal: Terminal, successor: int, now_ms: int) -> None:
    """Another machine stands in its place. Its journal may still be delivered, from its recovered disk."""
    terminal.successor = successor
    _close(session, terminal, REPLACED, now_ms)


def _close(session: Session, terminal: Terminal, state: str, now_ms: int) -> None:
    if terminal.is_open:
        terminal.state, terminal.closed_ms = state, now_ms
    for package in session.scalars(select(TerminalKey).where(TerminalKey.terminal == terminal.id)):
        session.delete(package)
    session.flush()


# --- what is odd about it ------------------------------------------------------------------------------------------


def raise_alarm(session: Session, terminal: Terminal, kind: str, detail: str, now_ms: int) -> None:
    """Note it once until a person settles it. Two machines under one number may not redeem meanwhile."""
    if kind not in open_kinds(session, terminal.id):
        session.add(
            TerminalAlarm(terminal=terminal.id, kind=kind, detail=detail[:DETAIL_MAX], at_ms=now_ms, settled_ms=0)
        )
    if kind == Verdict.DUPLICATE_ID and terminal.is_open:
        terminal.state = FROZEN
    session.flush()


def open_kinds(session: Session, terminal: int) -> set[str]:
    """What is odd about it now."""
    return set(_OPEN_KINDS.column(session, terminal=terminal))


def alarms(session: Session, terminal: int) -> Sequence[TerminalAlarm]:
    """The open ones, the oldest first."""
    wanted = select(TerminalAlarm).where(TerminalAlarm.terminal == terminal, TerminalAlarm.settled_ms == 0)
    return session.scalars(wanted.order_by(TerminalAlarm.id)).all()


def settle(session: Session, terminal: Terminal, now_ms: int) -> None:
    """A manager has looked: the machine that called last is the right one, and goes on."""
    for alarm in alarms(session, terminal.id):
        alarm.settled_ms = now_ms
    terminal.board = terminal.seen_board or terminal.board
    if terminal.state == FROZEN:
        terminal.state = ACTIVE
    session.flush()
