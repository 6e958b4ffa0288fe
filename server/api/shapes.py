"""What goes in and out, as JSON. What goes in refuses fields that it does not name, so nothing else can be set."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.api.calls import PAGE_DEFAULT, PAGE_MAX
from shared.sync.messages import NUMBER_MAX

REFERENCE = r"^[A-Za-z0-9._:\-]{1,64}$"  # models.REFERENCE_MAX
NO_NUL = r"^[^\x00]*$"  # what PostgreSQL cannot keep

Limit = Annotated[int, Meta(ge=1, le=PAGE_MAX)]
Number = Annotated[int, Meta(ge=1, le=NUMBER_MAX)]
MaybeNumber = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
Reference = Annotated[str, Meta(pattern=REFERENCE)]
MaybeReference = Annotated[str, Meta(pattern=r"^([A-Za-z0-9._:\-]{1,64})?$")]
Line = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
Short = Annotated[str, Meta(max_length=40, pattern=NO_NUL)]
StoreCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,8}$")]
MaybeStore = Annotated[str, Meta(pattern=r"^([A-Za-z0-9]{1,8})?$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
MaybeDay = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Cursor = Annotated[str, Meta(max_length=200, pattern=r"^[0-9a-f]*$", description="The page before said it: next.")]


class In(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes in."""


class Out(Struct, frozen=True):
    """What comes out."""


# --- errors -----------------------------------------------------------------------------------------------------------


class FieldProblem(Out, frozen=True):
    field: str
    code: str
    detail: str


class Problem(Out, frozen=True):
    """RFC 9457. code never changes; title and detail are in the language that the caller accepts."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem]


# --- members ----------------------------------------------------------------------------------------------------------


class May(Out, frozen=True):
    """What the member allows today."""

    mail: bool
    post: bool
    phone: bool
    print: bool


class MemberOut(Out, frozen=True):
    number: int
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    phone: str
    postal_code: str
    prefecture: str
    city: str
    street: str
    birthday: str
    email: str
    rank: str
    joined: str
    store: str
    provisional: bool
    last_visit: str
    balance: int
    cards: list[int]
    references: list[str]
    may: May
    changed_ms: int


class Members(Out, frozen=True):
    items: list[MemberOut]
    next: str


class MemberQuery(In, frozen=True, forbid_unknown_fields=True):
    """q: the beginning of a name, kana, telephone or number."""

    q: Annotated[str, Meta(max_length=60, pattern=NO_NUL)] = ""
    phone: Annotated[str, Meta(pattern=r"^\d{0,11}$")] = ""
    email: Annotated[str, Meta(max_length=200, pattern=NO_NUL)] = ""
    store: MaybeStore = ""
    changed_since_ms: MaybeNumber = 0
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT


class MayIn(In, frozen=True, forbid_unknown_fields=True):
    mail: bool | UnsetType = UNSET
    post: bool | UnsetType = UNSET
    phone: bool | UnsetType = UNSET
    print: bool | UnsetType = UNSET


class MemberNew(In, frozen=True, forbid_unknown_fields=True):
    """A name or kana must be told. Widths, hyphens and notations of dates make no difference."""

    store: StoreCode
    family_name: Short = ""
    given_name: Short = ""
    family_kana: Short = ""
    given_kana: Short = ""
    phone: Short = ""
    postal_code: Short = ""
    prefecture: Short = ""
    city: Short = ""
    street: Line = ""
    birthday: Short = ""
    email: Line = ""
    card: MaybeNumber = 0
    external_reference: MaybeReference = ""
    may: MayIn = MayIn()


class MemberChange(In, frozen=True, forbid_unknown_fields=True):
    """What is not named stays as it is."""

    family_name: Short | UnsetType = UNSET
    given_name: Short | UnsetType = UNSET
    family_kana: Short | UnsetType = UNSET
    given_kana: Short | UnsetType = UNSET
    phone: Short | UnsetType = UNSET
    postal_code: Short | UnsetType = UNSET
    prefecture: Short | UnsetType = UNSET
    city: Short | UnsetType = UNSET
    street: Line | UnsetType = UNSET
    birthday: Short | UnsetType = UNSET
    email: Line | UnsetType = UNSET
    may: MayIn = MayIn()


class Changed(Out, frozen=True):
    """number: of the member; fields: what is different now."""

    number: int
    fields: list[str]


class Made(Out, frozen=True):
    """What was made, by number; it is to be had where Location says."""

    number: int


class ReferenceOut(Out, frozen=True):
    reference: str
    member: int
