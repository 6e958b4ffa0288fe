"""The second factor without a device of its own: codes of an app, and codes on paper for when it is lost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hmac import compare_digest

import pyotp
import segno
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.staff import throttle
from server.staff.models import RecoveryCode, Staff, Totp
from server.staff.service import digest
from server.vault import Vault
from shared.errors import EnishiError

STEP_S = 30  # RFC 6238 5.2
DRIFT_STEPS = 1  # a telephone's clock may be so far off
CODES = 10  # on one sheet
CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
CODE_CHARS, CODE_GROUP = 16, 4  # 80 bits: nobody tries that many, so a plain digest is enough
TYPED_MAX = 40  # characters of what is typed
QR_BORDER = 2


def begin_totp(session: Session, vault: Vault, staff: Staff, now_ms: int) -> str:
    """A fresh secret that waits for its first code; one that waited already stays. The ``otpauth`` address."""
    row = session.get(Totp, staff.id)
    if row is None:
        secret = pyotp.random_base32()
        row = Totp(
            staff=staff.id, sealed=_seal(vault, staff.id, secret), confirmed=False, last_step=0, created_ms=now_ms
        )
        session.add(row)
        session.flush()
    return pyotp.TOTP(_secret(vault, row)).provisioning_uri(name=staff.login, issuer_name="Enishi")


def waiting_totp(session: Session, vault: Vault, staff: Staff) -> str:
    """The secret that waits for its first code, in groups, for who cannot take the picture; "" when there is none."""
    row = session.get(Totp, staff.id)
    return "" if row is None or row.confirmed else _grouped(_secret(vault, row))


def qr(text: str) -> str:
    """A picture as an address of its own, so that no page carries styles."""
    uri: str = segno.make(text, error="m").svg_data_uri(scale=5, border=QR_BORDER, dark="#1a1a1a", light="#fff")
    return uri


def confirm_totp(session: Session, vault: Vault, staff: int, typed: str, now_ms: int) -> None:
    """The first code of the app. Raises ``server.second_factor``, or as ``prove``."""
    row = session.get(Totp, staff)
    _bear(session, staff, now_ms)
    if row is None or row.confirmed or not _takes(vault, row, typed, now_ms):
        raise EnishiError("server.second_factor")
    row.confirmed = True
    session.flush()


def drop_totp(session: Session, staff: int) -> None:
    session.execute(delete(Totp).where(Totp.staff == staff))


def is_set(session: Session, staff: int) -> bool:
    """Whether an app makes codes for this person."""
    return session.scalar(select(Totp.staff).where(Totp.staff == staff, Totp.confirmed)) is not None


def prove(session: Session, vault: Vault, staff: int, typed: str, now_ms: int) -> str:
    """Take one code, of the app or of paper, for good; "totp" or "recovery", or "" for a wrong one.

    Count a wrong one by ``count_wrong``. Raises ``server.sign_in_blocked`` or ``server.sign_in_early``.
    """
    _bear(session, staff, now_ms)
    row = session.get(Totp, staff)
    if row is not None and row.confirmed and _takes(vault, row, typed, now_ms):
        how = "totp"
    elif _use_recovery_code(session, staff, typed, now_ms):
        how = "recovery"
    else:
        return ""
    throttle.forget(session, throttle.factor_key(staff))
    session.flush()
    return how


def count_wrong(session: Session, staff: int, now_ms: int) -> None:
    throttle.count_failure(session, [throttle.factor_key(staff)], now_ms)


def make_recovery_codes(session: Session, staff: int) -> Sequence[str]:
    """A new sheet; the one before becomes void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff == staff))
    codes = ["".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_CHARS)) for _ in range(CODES)]
    session.add_all(RecoveryCode(code_hash=digest(code), staff=staff, used_ms=0) for code in codes)
    session.flush()
    return [_grouped(code, "-") for code in codes]


def recovery_codes_left(session: Session, staff: int) -> int:
    unused = (
        select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff == staff, RecoveryCode.used_ms == 0)
    )
    return session.scalar(unused) or 0


def forget(session: Session, staff: int) -> None:
    """Everything of this person; passkeys are their own matter."""
    drop_totp(session, staff)
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff == staff))


def _bear(session: Session, staff: int, now_ms: int) -> None:
    refused = throttle.refusal(session, [throttle.factor_key(staff)], now_ms)
    if refused:
        raise EnishiError(refused)


def _takes(vault: Vault, row: Totp, typed: str, now_ms: int) -> bool:
    """Whether a code is right and newer than the last one used, which it then is itself."""
    digits = "".join(typed[:TYPED_MAX].split())
    codes, step = pyotp.TOTP(_secret(vault, row)), now_ms // 1000 // STEP_S
    for one in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        if one > row.last_step and compare_digest(codes.at(one * STEP_S).encode(), digits.encode("utf-8", "replace")):
            row.last_step = one
            return True
    return False


def _use_recovery_code(session: Session, staff: int, typed: str, now_ms: int) -> bool:
    code = "".join(sign for sign in typed[:TYPED_MAX].upper() if sign in CODE_SIGNS)
    row = session.get(RecoveryCode, digest(code))
    if row is None or row.staff != staff or row.used_ms:
        return False
    row.used_ms = now_ms
    return True


def _seal(vault: Vault, staff: int, secret: str) -> bytes:
    """With the number inside: a secret copied to another person's row opens nothing."""
    return vault.seal_to(vault.public_key, f"totp {staff} {secret}".encode("ascii"))


def _secret(vault: Vault, row: Totp) -> str:
    """Raises ``sync.sealed`` for one that was sealed under another key or for another person."""
    kind, staff, secret = vault.unseal(row.sealed).decode("ascii").split(" ")
    if (kind, staff) != ("totp", str(row.staff)):
        raise EnishiError("sync.sealed")
    return secret


def _grouped(code: str, between: str = " ") -> str:
    return between.join(code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP))
