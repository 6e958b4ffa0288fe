"""What head office does with one card, each with its reason: issue, stop, allow again, take from its holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cards import settling
from server.cards.models import STOPPED, Card, CardAct
from server.ledger import families
from server.ledger.models import Repair
from shared.errors import EnishiError
from shared.locale import N_
from shared.text.plain import plain

ISSUE, STOP, ALLOW, REPLACE, PART = "issue", "stop", "allow", "replace", "part"
NOTE_MAX = 200
WHYS: Mapping[str, str] = {
    "lost": N_("紛失"), "stolen": N_("盗難"), "broken": N_("破損"), "copied": N_("複製のうたがい"),
    "left": N_("退会・返却"), "other": N_("そのほか"),
}  # fmt: skip
FOUND_AGAIN: Mapping[str, str] = {"found": N_("見つかった"), "mistake": N_("まちがって止めた"), "other": N_("そのほか")}
# A lost or stolen card is stopped instead.
PART_WHYS: Mapping[str, str] = {
    "wrong": N_("ちがう人のカードだった"), "left": N_("退会・返却"), "other": N_("そのほか"),
}  # fmt: skip


def stop(session: Session, card: Card, why: str, note: str, author: int, now_ms: int) -> None:
    """No terminal takes it any more. Raises ``card.why`` or ``card.is_stopped``."""
    if why not in WHYS:
        raise EnishiError("card.why")
    if card.status == STOPPED:
        raise EnishiError("card.is_stopped")
    note_act(session, card.number, STOP, why, note, author, now_ms)
    settling.stop(session, card.number, now_ms)
    session.expire(card)


def allow(session: Session, card: Card, why: str, note: str, author: int, now_ms: int) -> None:
    """A stopped card may be used again. Raises ``card.why``, ``card.not_stopped`` or ``card.replaced``."""
    if why not in FOUND_AGAIN:
        raise EnishiError("card.why")
    if card.status != STOPPED:
        raise EnishiError("card.not_stopped")
    if successor(session, card.number):
        raise EnishiError("card.replaced")
    note_act(session, card.number, ALLOW, why, note, author, now_ms)
    settling.allow(session, card.number, now_ms)
    session.expire(card)


def part(session: Session, card: Card, why: str, note: str, author: int, now_ms: int) -> int:
    """Take a card from its holder, whose number this returns; the points stay on the card. Raises ``card.why``."""
    if why not in PART_WHYS:
        raise EnishiError("card.why")
    holder = card.member or 0
    note_act(session, card.number, PART, why, note, author, now_ms)
    card.member = None
    session.flush()
    return holder


def successor(session: Session, number: int) -> int:
    """The card that took this one's place; 0 = none."""
    claim = families.successors(families.claims(session, [number])).get(number)
    return claim.card if claim is not None else 0


def predecessors(session: Session, number: int) -> Sequence[int]:
    after = families.successors(families.claims(session, [number]))
    return sorted(old for old, claim in after.items() if claim.card == number)


def repairs(session: Session, number: int) -> Sequence[Repair]:
    """New generations that head office made of a card, the newest first."""
    return session.scalars(select(Repair).where(Repair.card == number).order_by(Repair.gen.desc())).all()


def acts(session: Session, number: int) -> Sequence[CardAct]:
    """The newest first."""
    return session.scalars(select(CardAct).where(CardAct.card == number).order_by(CardAct.id.desc())).all()


def note_act(session: Session, card: int, act: str, why: str, note: str, author: int, now_ms: int) -> None:
    told = " ".join(plain(note).split())[:NOTE_MAX]
    session.add(CardAct(card=card, act=act, why=why, note=told, author=author, at_ms=now_ms))
    session.flush()
