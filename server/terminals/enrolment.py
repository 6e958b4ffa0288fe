"""Letting a new terminal in: a one-time code, its key, the same words on both screens, a person's yes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from mnemonic import Mnemonic
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.feed import service as feed
from server.stores import service as stores
from server.terminals import health
from server.terminals import service as terminals
from server.terminals.models import CONFIRMED, OFFERED, REFUSED, WAITING, EnrolAttempt, Enrolment, Terminal
from server.vault import Vault
from shared.errors import EnishiError, Refused
from shared.sync.enrolment import CODE_CHARS, CODE_LIFE_MS, CODE_SIGNS, code_hash, in_words, normal_code, word_numbers
from shared.sync.messages import Enrol, EnrolReply

ATTEMPTS_MAX = 10  # from one address within a code's life
ATTEMPTS_ALL_MAX = 200  # from all of them
LISTED_MAX = 20
NAME_BYTES = 16
_LANGUAGES = {"ja": "japanese", "en": "english"}


def offer(
    session: Session, store: str, name: str, replaces: int, author: int, now_ms: int, scope: Scope
) -> tuple[Enrolment, str]:
    """A fresh code, which is stored only as a digest. ``replaces``: a terminal, 0 for none.

    Raises ``input.store_unknown``, ``input.terminal_name`` or ``input.terminal_closed``.
    """
    name = terminals.checked_name(name)
    if not stores.exists(session, store, scope):
        raise EnishiError("input.store_unknown", value=store[:20])
    old = terminals.find(session, replaces, scope) if replaces else None
    if replaces and (old is None or not old.is_open):
        raise EnishiError("input.terminal_closed", value=replaces)
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_CHARS))
    row = Enrolment(
        code_hash=code_hash(code), store=store, register_name=name, replaces=replaces, author=author,
        created_ms=now_ms, state=OFFERED, name="", sign_key=b"", board="", software="", words="", asked=0, used_ms=0,
        terminal=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, code


def begin(session: Session, vault: Vault, told: Enrol, now_ms: int) -> EnrolReply | Refused:
    """A new terminal shows its code: it may be used once, by one key; the same question gets the same answer."""
    code = normal_code(told.code)
    row = session.scalar(select(Enrolment).where(Enrolment.code_hash == code_hash(code))) if code else None
    if row is None or now_ms - row.created_ms > CODE_LIFE_MS:
        return Refused("sync.enrol_code")
    if row.state == OFFERED:
        row.state, row.used_ms, row.name = WAITING, now_ms, secrets.token_hex(NAME_BYTES)
        row.sign_key, row.board, row.software = told.sign_key, _plain(told.board), _plain(told.software)
        row.words = " ".join(str(number) for number in word_numbers(vault.public_key, told.sign_key, code))
        session.flush()
    if row.sign_key != told.sign_key:
        return Refused("sync.enrol_used")
    return _reply(session, vault, row)


def ask(session: Session, vault: Vault, row: Enrolment, counter: int) -> EnrolReply | Refused:
    """What has become of it. Every question counts once."""
    if counter <= row.asked:
        return Refused("sync.replayed")
    row.asked = counter
    session.flush()
    return _reply(session, vault, row)


def find(session: Session, number: int, scope: Scope) -> Enrolment | None:
    row = session.get(Enrolment, number)
    return row if row is not None and scope.allows(row.store) else None


def by_name(session: Session, name: str) -> Enrolment | None:
    """The enrolment that a new terminal asks about."""
    return session.scalar(select(Enrolment).where(Enrolment.name == name)) if name else None


def waiting(session: Session, now_ms: int, scope: Scope) -> Sequence[Enrolment]:
    """Those whose words are to be compared, or whose code still lives."""
    wanted = select(Enrolment).where(
        Enrolment.state.in_((OFFERED, WAITING)),
        Enrolment.created_ms > now_ms - 2 * CODE_LIFE_MS,
        scope.where(Enrolment.store),
    )
    return session.scalars(wanted.order_by(Enrolment.id.desc()).limit(LISTED_MAX)).all()


def is_over(row: Enrolment, now_ms: int) -> bool:
    """Whether its time ran out before anybody used or compared anything."""
    started = row.used_ms if row.state == WAITING else row.created_ms
    return row.state in (OFFERED, WAITING) and now_ms - started > CODE_LIFE_MS


def confirm(session: Session, row: Enrolment, now_ms: int) -> Terminal:
    """A person has seen the same words on both screens. Raises ``input.enrolment_over``."""
    _require_open(row, now_ms)
    number = terminals.free_number(session)
    terminal = terminals.provision(session, number, row.store, row.register_name, row.sign_key, now_ms, row.board)
    old = terminals.find(session, row.replaces, ALL) if row.replaces else None
    if old is not None:
        terminals.replace(session, old, number, now_ms)
        health.inherit(session, old.id, number)
    row.state, row.terminal = CONFIRMED, number
    session.flush()
    return terminal


def refuse(session: Session, row: Enrolment, now_ms: int) -> None:
    """The words differ: somebody stands between. Raises ``input.enrolment_over``."""
    _require_open(row, now_ms)
    row.state = REFUSED
    session.flush()


def may_try(session: Session, address: str, now_ms: int) -> bool:
    """Note one use of the door; False when there were too many of late. Committed whatever comes of it."""
    since = now_ms - CODE_LIFE_MS
    session.execute(delete(EnrolAttempt).where(EnrolAttempt.at_ms < since))
    total = session.scalar(select(func.count()).select_from(EnrolAttempt)) or 0
    own = session.scalar(select(func.count()).where(EnrolAttempt.address == address)) or 0
    if own >= ATTEMPTS_MAX or total >= ATTEMPTS_ALL_MAX:
        return False
    session.add(EnrolAttempt(address=address[:40], at_ms=now_ms))
    session.flush()
    return True


def words(row: Enrolment, language: str) -> tuple[str, ...]:
    """The six words in the reader's language: hiragana or English."""
    numbers = [int(number) for number in row.words.split()]
    return in_words(Mnemonic(_LANGUAGES.get(language, "english")).wordlist, numbers)


def _require_open(row: Enrolment, now_ms: int) -> None:
    if row.state != WAITING or is_over(row, now_ms):
        raise EnishiError("input.enrolment_over")


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isprintable())


def _reply(session: Session, vault: Vault, row: Enrolment) -> EnrolReply:
    state = {OFFERED: WAITING}.get(row.state, row.state)
    terminal = terminals.find(session, row.terminal, ALL) if row.state == CONFIRMED else None
    if terminal is None:
        return EnrolReply(row.name, state, vault.public_key)
    if not terminal.is_open:
        return EnrolReply(row.name, REFUSED, vault.public_key)
    kid, packages = terminals.packages(session, vault, terminal)
    return EnrolReply(
        row.name, state, vault.public_key, terminal.id, vault.tenant, terminal.store,
        stores.names(session)[terminal.store], terminal.name, feed.server_epoch(session), kid, packages,
    )  # fmt: skip
