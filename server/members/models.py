"""A member, what belongs to one, and how it came to be so: applications, consents, merges, files taken in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Number, Short

EMAIL_MAX = 200  # characters; RFC 5321 would allow 254
KEY_MAX = 90  # characters of a key that members are found by
LIVING, MERGED, ERASED = "", "merged", "erased"

TEXT, NUMBER, DAY, CHOICE, YES_NO = "text", "number", "date", "choice", "yes_no"
KINDS = (TEXT, NUMBER, DAY, CHOICE, YES_NO)

FAMILY, COMPANY = "family", "company"


class Member(Base):
    """``search_key`` holds name, kana and numbers folded by ``shared.text.kana.search_key``.

    ``state``: LIVING; MERGED, then this is a former number of ``merged_into``; ERASED: nothing of the person is left.
    Whoever lists members asks for ``server.members.service.visible``.
    """

    __tablename__ = "member"
    __table_args__ = (
        Index(None, "kana_key"),
        Index(None, "phone"),
        Index(None, "email"),
        Index(None, "merged_into"),
    )

    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    family_name: Mapped[Short]
    given_name: Mapped[Short]
    family_kana: Mapped[Short]
    given_kana: Mapped[Short]
    phone: Mapped[str] = mapped_column(String(11))  # digits; "" = unknown
    postal_code: Mapped[str] = mapped_column(String(7))  # digits; "" = unknown
    prefecture: Mapped[Short]
    city: Mapped[Short]
    street: Mapped[Line]
    birthday: Mapped[IsoDay]
    memo: Mapped[Line]  # for staff; never printed
    rank: Mapped[Short]
    joined: Mapped[IsoDay]
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    search_key: Mapped[str] = mapped_column(String(400))
    kana_key: Mapped[str] = mapped_column(String(80))  # the order of every list
    changed_ms: Mapped[Millis]
    provisional: Mapped[bool]  # begun at a counter by telephone number and kana; nobody has completed it yet
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), default="", server_default="")  # folded; "" = unknown
    state: Mapped[str] = mapped_column(String(10), default=LIVING, server_default="")
    merged_into: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")  # member number; 0 = none
    since_ms: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")  # registered; tells numbers apart
    last_visit: Mapped[str] = mapped_column(String(10), default="", server_default="")  # business day; "" = none
    # What consents say today (``server.members.consents``); the events in MemberConsent are the proof.
    may_mail: Mapped[bool] = mapped_column(default=False, server_default="0")
    may_post: Mapped[bool] = mapped_column(default=True, server_default="1")
    may_phone: Mapped[bool] = mapped_column(default=True, server_default="1")
    may_print: Mapped[bool] = mapped_column(default=True, server_default="1")  # promotion on the card's face

    @property
    def name(self) -> str:
        """As on the card: family name first."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}".strip()


class MemberKey(Base):
    """What members are found by: name, kana, numbers, each folded, as prefixes of an index (``finding``)."""

    __tablename__ = "member_key"
    __table_args__ = (Index(None, "member"), {"sqlite_with_rowid": False})

    key: Mapped[str] = mapped_column(String(KEY_MAX), primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)


class MemberStore(Base):
    """The stores that know a member: of joining, and of every counted visit on the member's cards."""

    __tablename__ = "member_store"
    __table_args__ = (Index(None, "store", "member"), {"sqlite_with_rowid": False})

    member: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    store: Mapped[str] = mapped_column(ForeignKey("store.code"), primary_key=True)


class MemberTag(Base):
    """A segment that the member's counters are told of."""

    __tablename__ = "member_tag"
    __table_args__ = (Index(None, "tag", "member"), {"sqlite_with_rowid": False})

    member: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    tag: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class MemberMemo(Base):
    """What staff wrote down about a member on a day."""

    __tablename__ = "member_memo"
    __table_args__ = (Index(None, "member", "at_ms"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"))
    text: Mapped[Line]
    author: Mapped[int]
    at_ms: Mapped[Millis]


class MemberChange(Base):
    """Particulars that were changed. ``fields``: JSON list of names; what stood there before is not kept here."""

    __tablename__ = "member_change"
    __table_args__ = (Index(None, "member", "at_ms"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"))
    how: Mapped[str] = mapped_column(String(20))
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[int]
    at_ms: Mapped[Millis]


class CardEnrolment(Base):
    """A terminal's word that a card got a holder. ``member`` 0: a person must decide."""

    __tablename__ = "card_enrolment"
    __table_args__ = (Index(None, "card"), Index(None, "business_day", "terminal"))

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    member: Mapped[Number]
    phone: Mapped[str] = mapped_column(String(11))
    kana: Mapped[Short]
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    business_day: Mapped[IsoDay]
    at_ms: Mapped[Millis]


class Attribute(Base):
    """A particular that this chain asks for of its own. ``choices``: JSON list of texts, of a CHOICE."""

    __tablename__ = "attribute"
    __table_args__ = (
        CheckConstraint("kind IN ('" + "', '".join(KINDS) + "')", name="kind"),
        UniqueConstraint("name"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    kind: Mapped[str] = mapped_column(String(10))
    choices: Mapped[bytes] = mapped_column(LargeBinary)
    place: Mapped[int]
    gone: Mapped[bool]  # asked for no more; what was told stays


class MemberAttribute(Base):
    """``text``: as told, a date as ISO, yes_no as "1" or "0"; ``number``: of a number or yes_no, else 0."""

    __tablename__ = "member_attribute"
    __table_args__ = (Index(None, "attribute", "text"), Index("ix_member_attribute_number", "attribute", "number"))

    member: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    attribute: Mapped[int] = mapped_column(ForeignKey("attribute.id"), primary_key=True)
    text: Mapped[Line]
    number: Mapped[Number]


class MemberConsent(Base):
    """A yes or no, as it was given. Only added to. ``version``: of the text that the person was shown."""

    __tablename__ = "member_consent"
    __table_args__ = (
        Index(None, "member", "channel"),
        CheckConstraint("channel IN ('mail', 'post', 'phone', 'print')", name="channel"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"))
    channel: Mapped[str] = mapped_column(String(10))
    yes: Mapped[bool]
    version: Mapped[Short]
    place: Mapped[str] = mapped_column(String(8))  # store code; "" = head office
    author: Mapped[int]
    at_ms: Mapped[Millis]


class Household(Base):
    """Several members under one heading. Points stay each one's own."""

    __tablename__ = "household"
    __table_args__ = (CheckConstraint(f"kind IN ('{FAMILY}', '{COMPANY}')", name="kind"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[Short]
    changed_ms: Mapped[Millis]


class HouseholdMember(Base):
    __tablename__ = "household_member"
    __table_args__ = (Index(None, "member"),)

    household: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)


class MemberMerge(Base):
    """Two records that are of one person. ``before``, ``after``: JSON, by which it is undone."""

    __tablename__ = "member_merge"
    __table_args__ = (Index(None, "kept"), Index(None, "gone"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kept: Mapped[int] = mapped_column(ForeignKey("member.number"))
    gone: Mapped[int] = mapped_column(ForeignKey("member.number"))
    before: Mapped[bytes] = mapped_column(LargeBinary)
    after: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[int]
    at_ms: Mapped[Millis]
    undone_by: Mapped[int]
    undone_ms: Mapped[Millis]  # 0 = it stands
    remains: Mapped[bytes] = mapped_column(LargeBinary)  # JSON: what an undoing could not give back


class MemberApart(Base):
    """Two members of whom somebody said that they are two people."""

    __tablename__ = "member_apart"

    low: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    high: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    author: Mapped[int]
    at_ms: Mapped[Millis]


class MemberImport(Base):
    """A file that was taken in, or is about to be. ``state``: "read", "running", "done" or "undone"."""

    __tablename__ = "member_import"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    mapping: Mapped[bytes] = mapped_column(LargeBinary)  # JSON: column of the file -> field
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[int]
    at_ms: Mapped[Millis]
    done_ms: Mapped[Millis]
    undone_ms: Mapped[Millis]


class MemberImportRow(Base):
    """One line of the file. ``what``: "new", "changed", "same" or "wrong"; "" = not judged yet."""

    __tablename__ = "member_import_row"
    __table_args__ = (Index(None, "file", "what"), Index(None, "member"))

    file: Mapped[int] = mapped_column(ForeignKey("member_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[bytes] = mapped_column(LargeBinary)  # JSON list, as they stood there
    what: Mapped[str] = mapped_column(String(10))
    member: Mapped[Number]  # 0 = none
    why: Mapped[bytes] = mapped_column(LargeBinary)  # JSON: refusals by field
    before: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, of one that was changed
    after: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, once it was taken in
    undone: Mapped[str] = mapped_column(String(10))  # "", "back" or "kept"
