"""Sync protocol v1: JSON over HTTP, always started by the terminal. Bytes travel as base64 text.

``POST /v1/hello``, ``POST /v1/push``, ``GET /v1/pull?cursor=N&limit=M[&members_after=K]``,
``GET /v1/snapshot/ID?part=P``, ``POST /v1/enrol``, ``GET /v1/enrol/NAME``.
Every request and every reply is signed (``signing``); errors are ``ErrorReply`` with a fitting status.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType

from shared.card.chip import UID_PATTERN
from shared.card.layout import Layout
from shared.points.program import Programme
from shared.sale.product import Product
from shared.sale.rules import SaleRules
from shared.sync.health import Health
from shared.sync.roster import ID_CHARS as ROSTER_ID_CHARS

PROTOCOL = PROTOCOL_MIN = 1  # what is spoken here, and the oldest that is still understood
PUSH_EVENTS_MAX = 500
PUSH_UNPACKED_MAX = 1 << 20  # bytes of JSON
PUSH_PACKED_MAX = 256 << 10  # bytes of gzip
PULL_ITEMS_MAX = 1000
BODY_MAX = 8 << 10  # bytes of one event's body
NUMBER_MAX = (1 << 63) - 1  # what an INTEGER column holds, at either end
KEY_ID_MAX = 63  # one character of the track
SEALED_MAX = 80  # 32 bytes of key and libsodium's 48 of a sealed box
BOARD_CHARS = 64
NAME_MAX = 40  # of a register or a store

# All that msgspec raises for bytes that are no message: also for broken UTF-8, and for brackets nested without end.
UNREADABLE = (DecodeError, UnicodeDecodeError, RecursionError)

Count = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
Number = Annotated[int, Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
TRACK_MAX = 69  # characters
Uid = Annotated[str, Meta(pattern=UID_PATTERN)]  # of a chip; empty for a stripe
LOTS_MAX = 16  # months of one adjustment; more are sent as a further one
Lots = Annotated[tuple[tuple[int, int], ...], Meta(max_length=LOTS_MAX)]  # (expiry month, change in points)
StreamId = Annotated[bytes, Meta(min_length=10, max_length=10)]  # 2 bytes terminal, 8 bytes nonce of the boot
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]


class StreamHead(Struct, frozen=True):
    stream: StreamId
    seq: Count  # of the last event
    hash: Hash


class KeyPackage(Struct, frozen=True):
    """The card key of one epoch, sealed to one terminal: only its seed opens it."""

    kid: Annotated[int, Meta(ge=0, le=KEY_ID_MAX)]
    sealed: Annotated[bytes, Meta(max_length=SEALED_MAX)]


class RosterOffer(Struct, frozen=True):
    """A members file that lies ready (``roster``). Without limits here: an offer that a terminal cannot use must not
    cost it the hello."""

    id: str  # 32 hexadecimal digits
    base: str  # which one it supplements; "" = it is a base
    feed_epoch: Number
    upto: Count  # the feed's number of the newest item in it
    members: Count
    size: Count  # bytes
    part_bytes: Count
    digest: bytes  # SHA-256 of all its bytes
    key: bytes  # the file's, sealed as card keys are
    format: Count = 1  # of the tables in it


class RosterHeld(Struct, frozen=True):
    """What a terminal that can look into such files has of them in force, the base first."""

    ids: Annotated[tuple[Annotated[str, Meta(max_length=ROSTER_ID_CHARS)], ...], Meta(max_length=2)] = ()
    upto: Count = 0


class Hello(Struct, frozen=True):
    protocol: int
    software: str
    streams: tuple[StreamHead, ...]  # every stream with events not yet acknowledged
    cursor: Count  # of the feed
    feed_epoch: int
    wall_ms: int
    server_epoch: Count = 0  # the last one heard; 0 = none yet
    board: Annotated[str, Meta(max_length=BOARD_CHARS)] = ""  # SHA-256 of the board's serial number, in hex
    roster: RosterHeld | UnsetType = UNSET  # not said: this terminal keeps to the feed
    health: Health | UnsetType = UNSET  # not said: an older release


class HelloReply(Struct, frozen=True):
    protocol: Number
    server_time_ms: Number
    feed_epoch: Number
    streams: tuple[StreamHead, ...]  # what head office holds of those streams; seq 0 and a zero hash: nothing
    server_epoch: Count = 0  # rises when head office was restored from a backup
    verdict: str = "OK"  # see Verdict; a terminal passes over one that it does not know
    min_protocol: Number = PROTOCOL_MIN
    kid: Annotated[int, Meta(ge=0, le=KEY_ID_MAX)] = 0  # the epoch under which cards are written now
    keys: tuple[KeyPackage, ...] = ()  # that epoch's and the two before; none: keep what is there
    rosters: tuple[RosterOffer, ...] | UnsetType = UNSET  # to be fetched in this order; then the feed without them


class Verdict:
    """What head office thinks of a terminal, the worst first."""

    REVOKED = "REVOKED"  # stopped or replaced: it is told nothing more
    DUPLICATE_ID = "DUPLICATE_ID"  # two machines under one number; redeeming rests until a manager has chosen
    TERMINAL_ROLLED_BACK = "TERMINAL_ROLLED_BACK"  # its journal is older than what head office holds of it
    BOARD_CHANGED = "BOARD_CHANGED"  # the same journal in another machine
    SERVER_RESTORED = "SERVER_RESTORED"  # head office itself is older than the terminal remembers
    OK = "OK"


class JournalEvent(Struct, frozen=True):
    """One record of a terminal's journal, exactly as hashed there (``chain.event_hash``)."""

    seq: Annotated[int, Meta(ge=1)]
    type: Annotated[str, Meta(min_length=1, max_length=16)]
    body: Annotated[bytes, Meta(max_length=BODY_MAX)]  # canonical JSON
    wall_ms: int
    hash: Hash


class Push(Struct, frozen=True):
    """Events of one stream in order, without gap. ``prev_hash`` is the hash before the first of them."""

    stream: StreamId
    prev_hash: Hash
    events: Annotated[tuple[JournalEvent, ...], Meta(min_length=1, max_length=PUSH_EVENTS_MAX)]


class Quarantined(Struct, frozen=True):
    seq: int
    code: str


class PushReply(Struct, frozen=True):
    acked_seq: Count  # stored durably at head office
    durable_seq: Count  # inside a verified backup
    quarantined: tuple[Quarantined, ...] = ()
    backoff_s: Count = 0


class ErrorReply(Struct, frozen=True):
    code: str  # of shared.errors
    facts: dict[str, str | int] = {}
    have_seq: Number = -1  # with ``sync.gap``


class Enrol(Struct, frozen=True):
    """``POST /v1/enrol``: a new terminal shows the code that it was given, and its new key."""

    code: Annotated[str, Meta(max_length=16)]
    sign_key: Hash  # Ed25519, public
    board: Annotated[str, Meta(max_length=BOARD_CHARS)]
    software: Annotated[str, Meta(max_length=NAME_MAX)]


class EnrolReply(Struct, frozen=True):
    """Also answers ``GET /v1/enrol/NAME``, signed by the new key, until an officer has compared the words."""

    name: Annotated[str, Meta(max_length=32)]  # of this enrolment
    state: str  # "waiting" | "confirmed" | "refused"
    office_key: Hash  # Ed25519, public; what the words prove
    terminal: Count = 0  # from here on only when confirmed
    tenant: Count = 0
    store: str = ""
    store_name: str = ""
    register_name: str = ""
    server_epoch: Count = 0
    kid: Annotated[int, Meta(ge=0, le=KEY_ID_MAX)] = 0
    keys: tuple[KeyPackage, ...] = ()


class Check(Struct, frozen=True, omit_defaults=True):
    """``POST /v1/check``: is this card as head office knows it? Grants nothing and locks nothing."""

    track: Annotated[str, Meta(max_length=TRACK_MAX)]
    uid: Uid = ""


class AdjustmentEntry(Struct, frozen=True):
    number: Number
    lots: Lots


class CheckReply(Struct, frozen=True):
    code: str  # "" = as known; else an error code: card.stale, card.old_generation, card.locked, …
    adjustments: tuple[AdjustmentEntry, ...] = ()


class Repair(Struct, frozen=True, omit_defaults=True):
    """``POST /v1/repair``: a new generation for a card whose stripe is lost. The same request gets the same answer.

    ``uid``: of the chip that shall bear it, and no other.
    """

    request: Annotated[str, Meta(min_length=32, max_length=32)]
    card: Number
    proof: Annotated[str, Meta(max_length=60)]
    uid: Uid = ""


class RepairReply(Struct, frozen=True):
    """The finished first image of the new generation, under the current key."""

    card: Number
    gen: Number
    track: Annotated[str, Meta(max_length=TRACK_MAX)]
    balance: Number


# --- feed items, tagged by "kind" --------------------------------------------------------------------------------


class PhoneMark(Struct, frozen=True):
    """Enough to find a telephone number that is said, too little to read one: ``shared.text.phone_mark``."""

    tail: Annotated[str, Meta(max_length=4)]  # the last four digits
    check: Annotated[int, Meta(ge=0, lt=1 << 20)]  # 20 bits of a hash of all of them


class MemberItem(Struct, frozen=True, tag="member", tag_field="kind"):
    """What terminals may know of a member; replaces what they had. ``cards`` are all cards of the member."""

    member: Number
    name: str
    kana: str
    rank: str
    memo: str
    visits: Count
    last_visit: str
    last_store: str
    birthday: str
    cards: tuple[Number, ...]
    phones: tuple[PhoneMark, ...] = ()
    balance: Number | None = None  # points on all cards after the last visit that head office knows; None = not told
    tags: tuple[str, ...] = ()  # numbers of the segments that the member is in
    joined: str = ""  # ISO date; "" = not told


class MessageItem(Struct, frozen=True, tag="message", tag_field="kind"):
    """A message for the face of one card."""

    id: Number
    card: Number
    text: str
    priority: Number
    valid_until: str


class MessageClosedItem(Struct, frozen=True, tag="message_closed", tag_field="kind"):
    """Printed elsewhere, withdrawn or expired: no longer to be printed."""

    id: Number


class CardHighWaterItem(Struct, frozen=True, tag="card_hw", tag_field="kind"):
    """The newest image of a card known at head office."""

    card: Number
    gen: Number
    seq: Number
    hash: Hash


class ProgrammeItem(Struct, frozen=True, tag="rule", tag_field="kind"):
    programme: Programme


class TombstoneItem(Struct, frozen=True, tag="tombstone", tag_field="kind"):
    """The member is gone; forget what was told."""

    member: Number


class AdjustmentItem(Struct, frozen=True, tag="adjust", tag_field="kind"):
    """A correction for one card; applied to an image whose ``adj`` is lower than ``number``."""

    card: Number
    number: Number
    lots: Lots


class CardDenyItem(Struct, frozen=True, tag="card_deny", tag_field="kind"):
    """``status``: "" (lifted) | "online_only" (redeeming only with head office's word) | "stopped" (lost, replaced)."""

    card: Number
    status: str


class WriterDenyItem(Struct, frozen=True, tag="writer_deny", tag_field="kind"):
    """Images written by ``terminal`` on ``since_day`` (card day) or later are doubted; -1 = lifted."""

    terminal: Number
    since_day: Number


class KidPolicyItem(Struct, frozen=True, tag="kid_policy", tag_field="kind"):
    """What cards under an older key may do. ``redeem``: "offline" | "online" | "no"."""

    kid: Number
    earn: bool
    redeem: str


class ProductItem(Struct, frozen=True, tag="product", tag_field="kind"):
    """One product, at every shop; replaces what was known under its code. ``gone``: sold no more."""

    product: Product
    gone: bool = False


class StaffItem(Struct, frozen=True, tag="staff", tag_field="kind"):
    """Who may serve. ``pin``: hex of scrypt (N 2^14, r 8, p 1, 16 bytes) of the PIN under the chain's ``pin_salt``;
    empty: no PIN, or no longer with us."""

    number: Count
    name: Annotated[str, Meta(max_length=NAME_MAX)]
    role: str  # shared.visit.facts.Role; an unknown one is the least
    pin: Annotated[str, Meta(max_length=32)]


class ShopItem(Struct, frozen=True, tag="shop", tag_field="kind"):
    """How every shop of the chain sells."""

    sale_rules: SaleRules
    invoice_number: str = ""  # T and 13 digits
    voices: tuple[str, ...] = ()  # headings, at most nine
    needs_duty: bool = False
    pin_salt: Annotated[str, Meta(max_length=32)] = ""  # hex


class BenefitItem(Struct, frozen=True, tag="benefit", tag_field="kind"):
    """Something to be handed over at the card's next visit. ``open`` False: done, or withdrawn."""

    id: Number
    card: Number
    text: str
    valid_until: str
    open: bool = True


class LayoutItem(Struct, frozen=True, tag="layout", tag_field="kind"):
    """How faces and receipts are laid out. ``store`` "": at every shop that is told none of its own; ``layout`` None:
    the shop has none of its own any more."""

    store: Annotated[str, Meta(max_length=NAME_MAX)]
    version: Count
    layout: Layout | None = None


FeedItem = (
    MemberItem | MessageItem | MessageClosedItem | CardHighWaterItem | ProgrammeItem | TombstoneItem
    | AdjustmentItem | CardDenyItem | WriterDenyItem | KidPolicyItem
    | ProductItem | StaffItem | ShopItem | BenefitItem | LayoutItem
)  # fmt: skip


class FeedEntry(Struct, frozen=True):
    number: Number  # rises; the cursor after applying this entry
    item: FeedItem


class Pull(Struct, frozen=True):
    """Answer of ``GET /v1/pull``. Apply the items and ``next`` in one transaction."""

    feed_epoch: Number
    items: tuple[FeedEntry, ...]
    next: Count
    more: bool
