"""Passkeys (WebAuthn): a person's device signs a question of ours; nothing that could be passed on is typed."""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.staff.models import COUNTER, PASSKEY_NAME_MAX, Passkey, PasskeyChallenge, Staff
from server.staff.service import digest
from shared.errors import EnishiError
from shared.text.plain import plain

ENTER, ADD = "enter", "add"  # what a challenge is for
CHALLENGE_BYTES = 32
CHALLENGE_LIFE_MS = 5 * 60_000
OPEN_MAX = 1_000  # questions to whoever it is; more at once is somebody who fills our disk
PASSKEYS_MAX = 10  # of one person
ANSWER_MAX = 20_000  # characters; a device's attestation has a few thousand
_OPEN = select(func.count()).where(PasskeyChallenge.staff == 0, PasskeyChallenge.expires_ms > bindparam("now_ms"))
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """For whom a device signs. ``origin``: as browsers see us."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def is_possible(self) -> bool:
        """Browsers keep passkeys for names, never for bare addresses."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return bool(self.host)
        return False


def ask_new(session: Session, site: Site, staff: Staff, now_ms: int) -> str:
    """JSON for the browser: make a key for this person. Raises ``server.passkey_many``."""
    held = passkeys(session, staff.id)
    if len(held) >= PASSKEYS_MAX:
        raise EnishiError("server.passkey_many", limit=PASSKEYS_MAX)
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name="Enishi", user_name=staff.login, user_display_name=staff.name,
        user_id=digest(f"staff {staff.id} {staff.created_ms}"), challenge=_challenge(session, staff.id, ADD, now_ms),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in held],
    )  # fmt: skip
    return options_to_json(options)


def add(session: Session, site: Site, staff: int, name: str, answer: str, now_ms: int) -> Passkey:
    """Keep the key that a device made. Raises ``server.passkey``."""
    challenge = _spend(session, answer, staff, ADD, now_ms)
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException as error:
        raise EnishiError("server.passkey") from error
    if session.scalar(select(Passkey.id).where(Passkey.credential == made.credential_id)) is not None:
        raise EnishiError("server.passkey")
    row = Passkey(
        credential=made.credential_id, staff=staff, name=" ".join(plain(name).split())[:PASSKEY_NAME_MAX],
        public_key=made.credential_public_key, sign_count=made.sign_count, created_ms=now_ms, used_ms=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def ask(session: Session, site: Site, now_ms: int) -> str:
    """JSON for the browser: sign with any key that it holds for us. Raises ``server.sign_in_early``."""
    if (session.scalar(_OPEN, {"now_ms": now_ms}) or 0) >= OPEN_MAX:
        raise EnishiError("server.sign_in_early")
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=_challenge(session, 0, ENTER, now_ms), user_verification=_REQUIRED
    )
    return options_to_json(options)


def enter(session: Session, site: Site, answer: str, now_ms: int) -> Staff:
    """Whose device signed. Raises ``server.passkey``: for a copied key too, whose counter stands still."""
    challenge = _spend(session, answer, 0, ENTER, now_ms)
    try:
        credential = parse_authentication_credential_json(answer)
        row = session.scalar(select(Passkey).where(Passkey.credential == credential.raw_id))
        staff = session.get(Staff, row.staff) if row is not None else None
        if row is None or staff is None or not staff.active or staff.role == COUNTER:
            raise EnishiError("server.passkey")
        proven = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count, require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException as error:
        raise EnishiError("server.passkey") from error
    row.sign_count, row.used_ms = proven.new_sign_count, now_ms
    session.flush()
    return staff


def passkeys(session: Session, staff: int) -> Sequence[Passkey]:
    """Of a person, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.staff == staff).order_by(Passkey.id)).all()


def drop(session: Session, staff: int, number: int) -> bool:
    """Whether the person had such a key."""
    row = session.get(Passkey, number)
    if row is None or row.staff != staff:
        return False
    session.delete(row)
    session.flush()
    return True


def drop_all(session: Session, staff: int) -> None:
    session.execute(delete(Passkey).where(Passkey.staff == staff))


def _challenge(session: Session, staff: int, purpose: str, now_ms: int) -> bytes:
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_ms <= now_ms))
    made = secrets.token_bytes(CHALLENGE_BYTES)
    session.add(
        PasskeyChallenge(
            challenge_hash=digest(made.hex()), staff=staff, purpose=purpose, expires_ms=now_ms + CHALLENGE_LIFE_MS
        )
    )
    session.flush()
    return made


def _spend(session: Session, answer: str, staff: int, purpose: str, now_ms: int) -> bytes:
    """The challenge that an answer speaks of; it counts once. Raises ``server.passkey``."""
    try:
        told = json.loads(answer[:ANSWER_MAX])["response"]["clientDataJSON"]
        challenge = parse_client_data_json(webauthn.base64url_to_bytes(told)).challenge
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, WebAuthnException) as error:
        raise EnishiError("server.passkey") from error
    row = session.get(PasskeyChallenge, digest(challenge.hex()))
    if row is None or (row.staff, row.purpose) != (staff, purpose) or now_ms >= row.expires_ms:
        raise EnishiError("server.passkey")
    session.delete(row)
    session.flush()
    return challenge
