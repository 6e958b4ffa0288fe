"""Find one among a million: every word that a member may be called by is a row of an index, asked by its beginning.

A box is typed into letter by letter, so what counts is the beginning of a name, a reading or a number, and the end of a
telephone number (which is kept backwards too). The index is the table itself, so this is one descent on SQLite and on
PostgreSQL, without any extension. Beginnings that fit more than FOUND_MAX members are cut off there: nobody reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, aliased

from server.access.scope import Scope
from server.db.bulk import add_rows
from server.db.database import chunks
from server.members.models import KEY_MAX, MemberKey, MemberStore
from server.members.values import Person
from shared.text.kana import search_key

FOUND_MAX = 1_000  # members of one beginning; behind them the page says "type more"
TAIL_MIN = 3  # digits of the end of a telephone number
WORDS_MAX = 4
_BACKWARDS = "~"
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Match:
    """``more``: there are further ones than ``numbers``."""

    numbers: Sequence[int]
    more: bool


def keys_of(number: int, person: Person) -> tuple[str, ...]:
    """All that this member is found by."""
    given = search_key(person.given_name), search_key(person.given_kana)
    names = search_key(person.family_name + person.given_name), search_key(person.family_kana + person.given_kana)
    numbers = f"{number:08d}", person.phone, person.phone and _BACKWARDS + person.phone[::-1]
    found = (*names, *given, *numbers, search_key(person.email))
    return tuple(dict.fromkeys(key[:KEY_MAX] for key in found if key))


def keep(session: Session, people: Iterable[tuple[int, Person]]) -> None:
    """The keys of these members as they are called now."""
    listed = list(people)
    forget(session, [number for number, _ in listed])
    add(session, listed)


def add(session: Session, people: Iterable[tuple[int, Person]]) -> None:
    """The keys of members who have none yet."""
    rows = [(key, number) for number, person in people for key in keys_of(number, person)]
    add_rows(session, MemberKey, ("key", "member"), rows)


def forget(session: Session, numbers: Collection[int]) -> None:
    for piece in chunks(numbers):
        session.execute(delete(MemberKey).where(MemberKey.member.in_(piece)))


def match(session: Session, query: str, scope: Scope, limit: int = FOUND_MAX) -> Match:
    """Members of whom something begins with ``query``; if none, those of whom something begins with each word of it."""
    whole = search_key(query)
    found: dict[int, None] = {}
    if whole:
        for beginning in _beginnings(whole):
            found |= dict.fromkeys(_numbers(session, [beginning], scope, limit + 1))
    words = [word for word in map(search_key, query.split()[:WORDS_MAX]) if word]
    if not found and len(words) > 1:
        found = dict.fromkeys(_numbers(session, sorted(words, key=len, reverse=True), scope, limit + 1))
    return Match(list(found)[:limit], len(found) > limit)


def _beginnings(folded: str) -> Iterable[str]:
    yield folded
    if folded.isascii() and folded.isdigit() and len(folded) >= TAIL_MIN:
        yield _BACKWARDS + folded[::-1]


def _numbers(session: Session, words: Sequence[str], scope: Scope, limit: int) -> Sequence[int]:
    first, *others = words
    wanted = select(MemberKey.member).where(_begins(MemberKey, first))
    for word in others:
        other = aliased(MemberKey)
        wanted = wanted.where(select(other.key).where(other.member == MemberKey.member, _begins(other, word)).exists())
    if scope.stores is not None:
        known = select(MemberStore.store).where(MemberStore.member == MemberKey.member, scope.where(MemberStore.store))
        wanted = wanted.where(known.exists())
    return session.scalars(wanted.distinct().limit(limit)).all()


def _begins(keys: type[MemberKey], word: str) -> ColumnElement[bool]:
    beginning = word[:KEY_MAX]
    return (keys.key >= beginning) & (keys.key < beginning + _LAST)
