"""What was typed into the application form, and what is kept of it. No width and no kana is ever refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from server.members.models import EMAIL_MAX
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, parse_card_no
from shared.text.era import parse_date
from shared.text.kana import search_key
from shared.text.phone import parse_phone
from shared.text.plain import plain, shown
from shared.text.postal import parse_postal_code

FIELD_MAX = {"street": 200, "memo": 200, "email": EMAIL_MAX}
FIELD_MAX_DEFAULT = 40
KANA_FIELDS = ("family_kana", "given_kana")
# What a record should hold sooner or later; "consent": somebody has asked for leave to write by mail.
ASKED = ("family_name", "family_kana", "phone", "postal_code", "birthday", "email", "consent")
EMAIL_LOCAL_MAX = 64  # RFC 5321
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
SORT_KEY_MAX = 80
SEARCH_KEY_MAX = 400  # signs like ㌖ unfold to several characters; the rest of such a name is not searched
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@dataclass(frozen=True, slots=True)
class Person:
    """The facts about a member, normalised. Dates ISO, numbers digits only, "" = not told."""

    family_name: str
    given_name: str = ""
    family_kana: str = ""
    given_kana: str = ""
    phone: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    street: str = ""
    birthday: str = ""
    memo: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """A filled form: ``person`` and ``card`` count only when ``errors`` is empty."""

    person: Person
    card: CardNo | None
    errors: Mapping[str, Refused] = field(default_factory=dict)


def read_application(typed: Mapping[str, str], today: date) -> Application:
    """Normalise every field and say what is wrong by field name."""
    errors: dict[str, Refused] = {}
    values = {name: _line(typed.get(name, ""), name, errors) for name in Person.__dataclass_fields__}
    if not (values["family_name"] or values["family_kana"]) and "family_name" not in errors:
        errors["family_name"] = Refused("input.name_missing")
    for name, parse in _PARSERS.items():
        values[name] = _parsed(values[name], name, parse, errors)
    if "birthday" not in errors and values["birthday"] > today.isoformat():
        errors["birthday"] = Refused("input.birthday_to_come")
    card = _parsed(_line(typed.get("card", ""), "card", errors), "card", _card_text, errors)
    number = CardNo(int(card)) if card and "card" not in errors else None
    values["family_name"] = values["family_name"] or values["family_kana"]  # what is printed, until somebody writes it
    return Application(Person(**values), number, errors)


def read_newcomer(typed: Mapping[str, str], today: date) -> Application:
    """The least that a new member tells: a name or kana, and a telephone number or a card."""
    application = read_application(typed, today)
    errors = dict(application.errors)
    if not application.person.phone and application.card is None and not {"phone", "card"} & errors.keys():
        errors["phone"] = Refused("input.phone_or_card")
    return Application(application.person, application.card, errors)


def missing(person: Person, told: Collection[str]) -> tuple[str, ...]:
    """What nobody has asked this person yet, in the order of ``ASKED``. ``told``: further names that are known."""
    known = {name for name, value in asdict(person).items() if value} | set(told)
    if person.family_name == person.family_kana:
        known.discard("family_name")
    return tuple(name for name in ASKED if name not in known)


def katakana(text: str) -> str:
    """Kana of any kind and width as full-width katakana; anything else stays."""
    return unicodedata.normalize("NFKC", text).translate(_KATAKANA)


def keys(member: int, person: Person) -> tuple[str, str]:
    """The keys under which a member is found and sorted."""
    name = person.family_name + person.given_name
    kana = person.family_kana + person.given_kana
    found_by = (name, kana, person.phone, f"{member:08d}")
    return "\n".join(search_key(text) for text in found_by)[:SEARCH_KEY_MAX], search_key(kana or name)[:SORT_KEY_MAX]


def _line(text: str, name: str, errors: dict[str, Refused]) -> str:
    if name in KANA_FIELDS:
        text = katakana(text)
    cleaned = " ".join(plain(text).split())
    limit = FIELD_MAX.get(name, FIELD_MAX_DEFAULT)
    if len(cleaned) > limit:
        errors[name] = Refused("input.too_long", {"limit": limit})
    return cleaned[:limit]


def _parsed(text: str, name: str, parse: Callable[[str], str], errors: dict[str, Refused]) -> str:
    if not text:
        return ""
    try:
        return parse(text)
    except EnishiError as error:
        errors[name] = Refused(error.code, error.facts)
        return text


def _birthday(text: str) -> str:
    return parse_date(text).isoformat()


def parse_email(text: str) -> str:
    """An address as it is kept: width and case make no difference. Raises ``input.email``."""
    folded = "".join(unicodedata.normalize("NFKC", plain(text)).split()).casefold()
    local = folded.partition("@")[0]
    if len(folded) > EMAIL_MAX or len(local) > EMAIL_LOCAL_MAX or not _EMAIL.fullmatch(folded):
        raise EnishiError("input.email", value=shown(text))
    return folded


def _card_text(text: str) -> str:
    return str(parse_card_no(unicodedata.normalize("NFKC", text)))


_PARSERS: Mapping[str, Callable[[str], str]] = {
    "phone": parse_phone,
    "postal_code": parse_postal_code,
    "birthday": _birthday,
    "email": parse_email,
}
