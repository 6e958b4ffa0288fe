"""Free attributes: particulars that a chain asks for of its own, without a change of the database.

A definition is a row; a value is a row beside the member. ``condition`` is what searches and segments build on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db.database import chunks
from server.members.models import CHOICE, DAY, KINDS, NUMBER, TEXT, YES_NO, Attribute, Member, MemberAttribute
from shared.errors import EnishiError, Refused
from shared.text.era import parse_date
from shared.text.plain import plain, shown

DEFINED_MAX = 40  # questions of one form; nobody answers more
NAME_MAX = 40
TEXT_MAX = 200
CHOICES_MAX = 50
CHOICE_MAX = 40
NUMBER_MAX = 10**12
YES, NO = "1", "0"
_YES_WORDS = ("1", "yes", "true", "はい", "有", "あり", "○", "する")
_NO_WORDS = ("0", "no", "false", "いいえ", "無", "なし", "×", "しない")
_choices: msgspec.json.Decoder[list[str]] = msgspec.json.Decoder(list[str])


@dataclass(frozen=True, slots=True)
class Definition:
    """One question. ``choices``: the answers of a CHOICE, in their order."""

    id: int
    name: str
    kind: str
    choices: tuple[str, ...] = ()
    place: int = 0
    gone: bool = False

    @property
    def field(self) -> str:
        """Its name in forms, mappings and merges."""
        return f"attribute-{self.id}"


@dataclass(frozen=True, slots=True)
class Answers:
    """``values`` count only when ``errors`` is empty. "" = not answered."""

    values: Mapping[int, str]  # by definition's id
    errors: Mapping[str, Refused] = field(default_factory=dict)


def definitions(session: Session, gone: bool = False) -> Sequence[Definition]:
    """In the order of the form; ``gone``: also those that are asked no more."""
    wanted = select(Attribute).order_by(Attribute.place, Attribute.id)
    if not gone:
        wanted = wanted.where(Attribute.gone.is_(False))
    return [_definition(row) for row in session.scalars(wanted)]


def definition(session: Session, number: int) -> Definition | None:
    row = session.get(Attribute, number)
    return _definition(row) if row is not None else None


def define(session: Session, name: str, kind: str, choices: Sequence[str], place: int = 0) -> Definition:
    """A new question. Raises ``attribute.name``, ``attribute.kind``, ``attribute.choices`` or ``attribute.many``."""
    if (session.scalar(select(func.count()).select_from(Attribute)) or 0) >= DEFINED_MAX:
        raise EnishiError("attribute.many", limit=DEFINED_MAX)
    if kind not in KINDS:
        raise EnishiError("attribute.kind")
    name, said = _name(session, name, 0), _checked_choices(kind, choices)
    last = session.scalar(select(func.max(Attribute.place))) or 0
    row = Attribute(name=name, kind=kind, choices=msgspec.json.encode(said), place=place or last + 1, gone=False)
    session.add(row)
    session.flush()
    return _definition(row)


def redefine(session: Session, number: int, name: str, choices: Sequence[str], place: int, gone: bool) -> Definition:
    """The kind stays; a choice that is no longer offered stays where it was given. Raises as ``define``."""
    row = session.get_one(Attribute, number)
    row.name, row.choices = _name(session, name, number), msgspec.json.encode(_checked_choices(row.kind, choices))
    row.place, row.gone = min(max(place, 0), 999), gone
    session.flush()
    return _definition(row)


def read(asked: Collection[Definition], typed: Mapping[str, str]) -> Answers:
    """What a form says, by ``Definition.field``; whatever is wrong is said by field."""
    values: dict[int, str] = {}
    errors: dict[str, Refused] = {}
    for one in asked:
        if one.field in typed:
            try:
                values[one.id] = parse(one, typed[one.field])
            except EnishiError as error:
                errors[one.field] = Refused(error.code, error.facts)
    return Answers(values, errors)


def parse(one: Definition, text: str) -> str:
    """A value as it is kept. Raises ``attribute.value`` or ``input.too_long``."""
    said = " ".join(plain(text).split())
    if not said:
        return ""
    folded = unicodedata.normalize("NFKC", said)
    match one.kind:
        case "number":
            digits = folded.replace(",", "")
            if not digits.lstrip("-").isdecimal() or digits.count("-") > digits.startswith("-"):
                raise EnishiError("attribute.value", name=one.name, value=shown(said))
            if abs(int(digits)) > NUMBER_MAX:
                raise EnishiError("attribute.value", name=one.name, value=shown(said))
            return str(int(digits))
        case "date":
            return parse_date(folded).isoformat()
        case "choice":
            found = next((choice for choice in one.choices if unicodedata.normalize("NFKC", choice) == folded), "")
            if not found:
                raise EnishiError("attribute.value", name=one.name, value=shown(said))
            return found
        case "yes_no":
            word = folded.casefold()
            if word not in (*_YES_WORDS, *_NO_WORDS):
                raise EnishiError("attribute.value", name=one.name, value=shown(said))
            return YES if word in _YES_WORDS else NO
    if len(said) > TEXT_MAX:
        raise EnishiError("input.too_long", limit=TEXT_MAX)
    return said


def values_of(session: Session, members: Collection[int]) -> Mapping[int, Mapping[int, str]]:
    """Member -> definition -> value."""
    found: dict[int, dict[int, str]] = {number: {} for number in members}
    for piece in chunks(members):
        for row in session.scalars(select(MemberAttribute).where(MemberAttribute.member.in_(piece))):
            found[row.member][row.attribute] = row.text
    return found


def write(session: Session, member: int, values: Mapping[int, str]) -> Sequence[int]:
    """Set these answers, "" takes one away; the definitions whose answer is another one now."""
    held = values_of(session, [member])[member]
    changed = [one for one, value in values.items() if held.get(one, "") != value]
    if changed:
        kinds = {one.id: one.kind for one in definitions(session, gone=True)}
        gone = (MemberAttribute.member == member, MemberAttribute.attribute.in_(changed))
        session.execute(delete(MemberAttribute).where(*gone))
        rows = [
            {"member": member, "attribute": one, "text": values[one], "number": _number(kinds[one], values[one])}
            for one in changed
            if values[one]
        ]
        if rows:
            session.execute(insert(MemberAttribute), rows)
    return changed


def used(session: Session, number: int) -> int:
    """How many members have an answer."""
    counted = select(func.count()).select_from(MemberAttribute).where(MemberAttribute.attribute == number)
    return session.scalar(counted) or 0


def condition(one: Definition, op: str, value: str, until: str = "") -> ColumnElement[bool]:
    """A condition on ``Member``. ``op``: "is", "has" (a text within), "from", "to", "between", "told" or "untold".

    ``value`` and ``until`` are as ``parse`` gave them; dates and texts are compared as texts, numbers as numbers.
    """
    column = MemberAttribute.number if one.kind in (NUMBER, YES_NO) else MemberAttribute.text
    test = _test(column, op, _typed(one.kind, value), _typed(one.kind, until))
    held = select(MemberAttribute.member).where(MemberAttribute.attribute == one.id, test)
    return Member.number.not_in(held) if op == "untold" else Member.number.in_(held)


def ops_of(kind: str) -> Sequence[str]:
    """What may be asked of a value of this kind."""
    if kind in (NUMBER, DAY):
        return ("is", "from", "to", "between", "told", "untold")
    return ("is", "has", "told", "untold") if kind == TEXT else ("is", "told", "untold")


def _test(column: InstrumentedAttribute[Any], op: str, low: int | str, high: int | str) -> ColumnElement[bool]:
    match op:
        case "is":
            return column == low
        case "has":
            return MemberAttribute.text.contains(str(low), autoescape=True)
        case "from":
            return column >= low
        case "to":
            return column <= low
        case "between":
            return column.between(low, high)
    return MemberAttribute.text != ""  # told, untold


def _definition(row: Attribute) -> Definition:
    return Definition(row.id, row.name, row.kind, tuple(_choices.decode(row.choices)), row.place, row.gone)


def _name(session: Session, typed: str, own: int) -> str:
    name = " ".join(plain(typed).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("attribute.name", limit=NAME_MAX)
    taken = select(Attribute.id).where(Attribute.name == name, Attribute.id != own)
    if session.scalar(taken) is not None:
        raise EnishiError("attribute.taken", value=name)
    return name


def _checked_choices(kind: str, typed: Sequence[str]) -> list[str]:
    said = list(dict.fromkeys(text for text in (" ".join(plain(line).split()) for line in typed) if text))
    if kind != CHOICE:
        return []
    if not 0 < len(said) <= CHOICES_MAX or any(len(text) > CHOICE_MAX for text in said):
        raise EnishiError("attribute.choices", limit=CHOICES_MAX, length=CHOICE_MAX)
    return said


def _number(kind: str, value: str) -> int:
    return int(value) if kind in (NUMBER, YES_NO) else 0


def _typed(kind: str, value: str) -> int | str:
    return _number(kind, value or "0") if kind in (NUMBER, YES_NO) else value
