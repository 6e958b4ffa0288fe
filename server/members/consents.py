"""What a member allows: a yes or no by channel, each kept as it was given. The last word on a channel counts.

Mail needs a yes (specified electronic mail act); letters, telephone and promotion on the card's face need that nobody
said no. Of a person with several numbers every part must allow it, until the person says something new.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.members.models import Member, MemberConsent
from shared.errors import EnishiError
from shared.locale import N_
from shared.text.plain import plain

MAIL, POST, PHONE, PRINT = "mail", "post", "phone", "print"
COLUMNS: Mapping[str, str] = {MAIL: "may_mail", POST: "may_post", PHONE: "may_phone", PRINT: "may_print"}
CHANNELS = tuple(COLUMNS)
UNASKED: Mapping[str, bool] = {MAIL: False, POST: True, PHONE: True, PRINT: True}
TITLES: Mapping[str, str] = {
    MAIL: N_("メールでのお知らせ"), POST: N_("郵便でのお知らせ"), PHONE: N_("電話でのお知らせ"),
    PRINT: N_("カード面への宣伝の印字"),
}  # fmt: skip
# What stands beside the question; its version is kept with every answer. A changed text is a new version.
TEXTS: Mapping[str, str] = {
    "2026-11": N_("お店からのお知らせ（広告を含みます）をお送りしてよいかをうかがいます。いつでも取りやめられます。")
}
VERSION = next(reversed(list(TEXTS)))
VERSION_MAX = 40


@dataclass(frozen=True, slots=True)
class Given:
    """One answer."""

    channel: str
    yes: bool


def read(typed: Mapping[str, str]) -> Sequence[Given]:
    """Of a form: ``consent-mail`` = "yes" or "no"; anything else is no answer."""
    said = {channel: typed.get(f"consent-{channel}", "") for channel in CHANNELS}
    return [Given(channel, answer == "yes") for channel, answer in said.items() if answer in ("yes", "no")]


def give(
    session: Session, member: Member, given: Collection[Given], place: str, author: int, now_ms: int,
    version: str = VERSION,
) -> Sequence[str]:  # fmt: skip
    """Take answers down; the channels on which something is new. ``place``: a store's code, "" = head office.

    Raises ``consent.channel``.
    """
    words = " ".join(plain(version).split())[:VERSION_MAX]
    changed = []
    told = {event.channel: event.yes for event in events(session, [member.number])}
    for one in given:
        if one.channel not in COLUMNS:
            raise EnishiError("consent.channel")
        if told.get(one.channel) == one.yes and getattr(member, COLUMNS[one.channel]) == one.yes:
            continue
        session.add(
            MemberConsent(
                member=member.number, channel=one.channel, yes=one.yes, version=words, place=place, author=author,
                at_ms=now_ms,
            )
        )  # fmt: skip
        setattr(member, COLUMNS[one.channel], one.yes)
        changed.append(one.channel)
    session.flush()
    return changed


def events(session: Session, members: Collection[int]) -> Sequence[MemberConsent]:
    """All answers of a person, the first one first."""
    wanted = select(MemberConsent).where(MemberConsent.member.in_(list(members)))
    return session.scalars(wanted.order_by(MemberConsent.at_ms, MemberConsent.id)).all()


def now(member: Member) -> Mapping[str, bool]:
    """By channel."""
    return {channel: bool(getattr(member, column)) for channel, column in COLUMNS.items()}


def last_word(session: Session, number: int) -> Mapping[str, bool]:
    """By channel, what the answers of this one number say; without an answer what counts for who was not asked."""
    found = dict(UNASKED)
    for event in events(session, [number]):
        found[event.channel] = event.yes
    return found


def strictest(one: Mapping[str, bool], other: Mapping[str, bool]) -> dict[str, bool]:
    return {channel: one[channel] and other[channel] for channel in CHANNELS}
