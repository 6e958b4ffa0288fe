"""Read and change the settings, and keep the terminals' copy of them fresh."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from server.feed import service as feed
from server.shop.models import SALT_BYTES, ShopSettings
from shared.errors import EnishiError
from shared.sale.rules import SaleRules, validate_sale_rules
from shared.sync.messages import ShopItem
from shared.text.plain import plain

VOICES_MAX = 9  # headings; the counter has nine digits for them
VOICE_CHARS_MAX = 20  # of one heading; a line of the counter's screen
_ROW = 1  # the id of the only row
_INVOICE_NUMBER = re.compile("T[0-9]{13}")


class Settings(Struct, frozen=True):
    """As ``shared.sync.messages.ShopItem`` says it."""

    sale_rules: SaleRules = SaleRules()
    invoice_number: str = ""
    voices: tuple[str, ...] = ()
    needs_duty: bool = False


def settings(session: Session) -> Settings:
    """Those in force."""
    row = session.get(ShopSettings, _ROW)
    return Settings() if row is None else msgspec.json.decode(row.body, type=Settings)


def is_untold(session: Session) -> bool:
    """Whether nobody has said anything yet: what is in force is the usual."""
    return session.get(ShopSettings, _ROW) is None


def change(session: Session, wanted: Settings, now_ms: int) -> None:
    """Tell all terminals. Raises ``sale.price_in_code``, ``shop.invoice_number`` or ``shop.voices``."""
    validate_sale_rules(wanted.sale_rules)
    if wanted.invoice_number and not _INVOICE_NUMBER.fullmatch(wanted.invoice_number):
        raise EnishiError("shop.invoice_number", value=wanted.invoice_number[:20])
    if len(wanted.voices) > VOICES_MAX or not all(0 < len(text) <= VOICE_CHARS_MAX for text in wanted.voices):
        raise EnishiError("shop.voices", limit=VOICES_MAX, chars=VOICE_CHARS_MAX)
    row = _row(session, now_ms)
    row.body, row.changed_ms = msgspec.json.encode(wanted, order="sorted"), now_ms
    session.flush()
    publish(session, now_ms)


def pin_salt(session: Session, now_ms: int) -> bytes:
    """Of everybody's PIN; made at the first call, and told to the terminals then."""
    if session.get(ShopSettings, _ROW) is None:
        _row(session, now_ms)
        publish(session, now_ms)
    return _row(session, now_ms).pin_salt


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals the settings once more."""
    row = session.get(ShopSettings, _ROW)
    if row is not None:
        held = settings(session)
        item = ShopItem(held.sale_rules, held.invoice_number, held.voices, held.needs_duty, row.pin_salt.hex())
        feed.publish(session, {"shop": item}, now_ms)


def headings(typed: str) -> Sequence[str]:
    """One heading a line; empty lines count for nothing."""
    return tuple(line for line in (" ".join(plain(text).split()) for text in typed.splitlines()) if line)


def _row(session: Session, now_ms: int) -> ShopSettings:
    row = session.get(ShopSettings, _ROW)
    if row is None:
        body = msgspec.json.encode(Settings(), order="sorted")
        row = ShopSettings(id=_ROW, body=body, pin_salt=secrets.token_bytes(SALT_BYTES), changed_ms=now_ms)
        session.add(row)
        session.flush()
    return row
