"""From event bodies to facts: one function per type, in one table. They collect; ``books`` writes once per push."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

import msgspec

from server.cards.service import is_card_no
from server.ledger.cases import FORGED, Found
from server.ledger.facts import (
    NewEvidence,
    NewImage,
    NewOffCard,
    NewSighting,
    NewStart,
    NewVisit,
    encode_lots,
    prev_bytes,
    seen_image,
)
from server.messages.models import NO_ROOM, PRINTED
from server.messages.service import Proof
from server.sales.service import Goods
from server.sync.checks import (
    NUMBER_MAX,
    Proven,
    check_figures,
    check_images,
    check_intent,
    check_off_card,
    check_reissue,
    check_uid,
    check_visit_id,
    check_wall_ms,
)
from server.sync.note_checks import check_basket, check_note
from shared.card.codec import TRACK_LEN, Verdict, decode, track_hash
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.points.derive import add_up
from shared.points.why import Why, is_sound
from shared.sale.basket import EMPTY, Basket
from shared.sync.chain import decode_body
from shared.sync.holder import Unseal, opened_holder
from shared.sync.messages import JournalEvent
from shared.visit.journal import (
    Abort,
    Body,
    Commit,
    Doubt,
    Eject,
    Enrol,
    Honour,
    Intent,
    Newcomer,
    NoteBody,
    OffCard,
    Print,
    Reissue,
    Resolve,
    Said,
    Seen,
    Stream,
)

DETAIL_MAX = 40  # of a journal's free text; longer is cut
LINE_MAX = 200  # of why an event was set aside
MESSAGES_MAX = 32  # on one face; it has a dozen lines
SEALED_MAX = 2 << 10  # bytes; a telephone number, KANA_MAX letters and the box around them are 700
REISSUED = "reissue"
_SUSPECT = (Verdict.FORGED, Verdict.UNKNOWN_KEY)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a push comes from, and the keys that prove what it says of cards."""

    stream: bytes
    terminal: int
    store: str
    ring: KeyRing
    unseal: Unseal  # what was written for head office's eyes only


@dataclass(frozen=True, slots=True)
class Rejected:
    """A body that cannot be applied."""

    seq: int
    code: str
    detail: str


class Note(NamedTuple):
    """Something beside the card, checked; ``counter`` books it."""

    origin: Origin
    seq: int
    at_ms: int
    body: Said


@dataclass(slots=True)
class Collected:
    """The facts of one push, in the order of its events."""

    visits: dict[str, tuple[int, NewVisit]] = field(default_factory=dict)  # id -> seq, visit
    off_card: dict[str, tuple[int, NewOffCard]] = field(default_factory=dict)
    evidence: list[NewEvidence] = field(default_factory=list)
    sightings: list[NewSighting] = field(default_factory=list)
    images: list[NewImage] = field(default_factory=list)
    starts: list[NewStart] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    cases: list[Found] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    reasons: dict[str, Why] = field(default_factory=dict)  # visit -> why it earned what it earned
    notes: list[Note] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def facts(self) -> bool:
        """Whether there is anything for the books."""
        told = (self.visits, self.off_card, self.evidence, self.sightings, self.images, self.starts, self.proofs)
        return any(told) or bool(self.cases or self.notes)


def collect(origin: Origin, events: Sequence[JournalEvent]) -> Collected:
    """Read the events' bodies. A type of a newer terminal is passed over: it is stored and can be applied later."""
    collected = Collected()
    for event in events:
        try:
            body = decode_body(event.type, event.body)
            if body is not None:
                check_wall_ms(event.wall_ms)
                HANDLERS[type(body)](collected, origin, event, body)
        except EnishiError as error:
            collected.rejected.append(Rejected(event.seq, error.code, _short(str(error), LINE_MAX)))
    return collected


def _stream(_collected: Collected, _origin: Origin, _event: JournalEvent, _body: Stream) -> None:
    """A boot. Which one it follows is ``lineage``'s matter."""


def _intent(collected: Collected, origin: Origin, event: JournalEvent, body: Intent) -> None:
    check_intent(body)
    if body.visit in collected.visits:
        raise EnishiError("sync.visit_known")
    pre, post = check_images(body, origin.ring)
    before, after = pre.image, post.image
    visit = NewVisit(
        body.visit, body.card, origin.store, event.wall_ms, body.business_day, body.amount_yen, body.earn,
        body.redeem, body.expired, encode_lots(body.lots), origin.terminal, body.gen, body.seq,
        pre.hash, before.adj, prev_bytes(before), before.day, before.writer, pre.stored_lots,
        post.hash, after.adj, after.day, _odd_lots(body, pre, post),
        msgspec.json.encode(body.adjusted) if body.adjusted else b"",
        body.kind.value, body.refund_of, body.online, body.discount_yen, body.slip, body.programme, body.issue,
    )  # fmt: skip
    collected.visits[body.visit] = (event.seq, visit)
    _reason(collected, event, body.visit, body.why)
    if body.staff or body.basket != EMPTY:
        _goods(collected, origin, event, body.visit, body.basket, body.staff)


def _odd_lots(body: Intent, pre: Proven, post: Proven) -> bytes:
    """What the card was written with, when it does not follow from the visit's own figures; else nothing."""
    brought = [lots for _, lots in body.adjusted]
    number = max([pre.image.adj, *(number for number, _ in body.adjusted)])
    follows = add_up(pre.lots, body.lots, *brought) == post.lots
    if follows and post.image.adj >= number and prev_bytes(post.image) == pre.hash[:4]:
        return b""
    return post.stored_lots


def _about(collected: Collected, origin: Origin, event: JournalEvent, body: Commit | Abort | Doubt | Honour) -> None:
    detail = body.how.value if isinstance(body, Commit) else body.why
    _evidence(collected, origin, event, body.visit, detail)


def _resolve(collected: Collected, origin: Origin, event: JournalEvent, body: Resolve) -> None:
    _evidence(collected, origin, event, body.visit, body.answer)


def _evidence(collected: Collected, origin: Origin, event: JournalEvent, visit: str, detail: str) -> None:
    check_visit_id(visit)
    collected.evidence.append(NewEvidence(origin.stream, event.seq, visit, event.type, _short(detail)))


def _off_card(collected: Collected, origin: Origin, event: JournalEvent, body: OffCard) -> None:
    check_off_card(body)
    if body.visit in collected.off_card:
        raise EnishiError("sync.visit_known")
    entry = NewOffCard(
        body.visit, body.card, origin.terminal, origin.store, event.wall_ms, body.business_day, _short(body.why),
        body.amount_yen, body.earn, encode_lots(body.lots), body.slip, body.programme, origin.stream, event.seq,
    )  # fmt: skip
    collected.off_card[body.visit] = (event.seq, entry)
    _reason(collected, event, body.visit, body.reasons)
    if body.staff or body.basket != EMPTY:
        _goods(collected, origin, event, body.visit, body.basket, body.staff)


def _reason(collected: Collected, event: JournalEvent, visit: str, why: Why) -> None:
    """The points of a visit count whatever is said of them: rows that say nothing are set aside alone."""
    if not why:
        return
    if is_sound(why):
        collected.reasons[visit] = why
    else:
        collected.rejected.append(Rejected(event.seq, "sync.field", "why"))


def _goods(collected: Collected, origin: Origin, event: JournalEvent, visit: str, basket: Basket, staff: int) -> None:
    """The points of a visit count whatever its goods are: goods that no shop sells are set aside alone."""
    try:
        check_figures(("staff", staff, NUMBER_MAX))
        check_basket(basket)
        collected.goods.append(Goods(origin.stream, event.seq, visit, basket, staff))
    except EnishiError as error:
        collected.rejected.append(Rejected(event.seq, error.code, _short(str(error), LINE_MAX)))


def _reissue(collected: Collected, origin: Origin, event: JournalEvent, body: Reissue) -> None:
    image = check_reissue(body, origin.ring)
    seen = seen_image(body.track, image, event.wall_ms)
    collected.images.append(seen)
    collected.starts.append(NewStart(seen.hash, seen.card, seen.gen, REISSUED, origin.terminal, event.wall_ms))


def _seen(collected: Collected, origin: Origin, event: JournalEvent, body: Seen) -> None:
    check_uid(body.uid)
    decoded = decode(body.track, origin.ring, body.uid)
    image, hash_, card = decoded.image, track_hash(body.track), 0
    if decoded.verdict is Verdict.OK and image is not None and is_card_no(image.card):
        collected.images.append(seen_image(body.track, image, event.wall_ms))
        card = image.card
    elif decoded.verdict in _SUSPECT:
        collected.cases.append(suspect(body.track, image, origin.terminal, body.uid))
    sighting = NewSighting(origin.stream, event.seq, hash_, card, _short(body.verdict), event.wall_ms)
    collected.sightings.append(sighting)


def suspect(track: str, image: CardImage | None, terminal: int, uid: str = "") -> Found:
    """A case: a track that looks like ours and that no key of ours made, or not for this chip. What it says is a
    claim."""
    card = image.card if image is not None and is_card_no(image.card) else 0
    told = {"track": track[:TRACK_LEN], **({"uid": uid} if uid else {})}
    return Found(FORGED, track_hash(track).hex(), card, terminal, told)


def _print(collected: Collected, origin: Origin, event: JournalEvent, body: Print) -> None:
    """A face that failed proves nothing; its messages wait for the next one."""
    check_visit_id(body.visit)
    if not (body.messages or body.no_room):
        return
    printed = () if body.error else body.messages
    kinds = dict.fromkeys(body.no_room, NO_ROOM) | dict.fromkeys(printed, PRINTED)
    if len(kinds) > MESSAGES_MAX or any(not 0 < message <= NUMBER_MAX for message in kinds):
        raise EnishiError("sync.field", field="messages")
    collected.proofs.extend(
        Proof(origin.stream, event.seq, message, kind, body.visit, origin.terminal, origin.store, event.wall_ms)
        for message, kind in kinds.items()
    )


def _eject(_collected: Collected, _origin: Origin, _event: JournalEvent, _body: Eject) -> None:
    """The customer has the card back: no figure depends on it."""


def _enrol(collected: Collected, origin: Origin, event: JournalEvent, body: Enrol) -> None:
    if len(body.sealed) > SEALED_MAX:
        raise EnishiError("sync.field", field="sealed")
    holder = opened_holder(body.sealed, origin.unseal)
    newcomer = Newcomer(body.card, holder.phone, holder.kana, body.staff, body.business_day)
    _note(collected, origin, event, newcomer)


def _note(collected: Collected, origin: Origin, event: JournalEvent, body: Said) -> None:
    check_note(body, origin.terminal)
    collected.notes.append(Note(origin, event.seq, event.wall_ms, body))


def _short(text: str, limit: int = DETAIL_MAX) -> str:
    """A journal's own word, fit for a text column: PostgreSQL takes no NUL."""
    kept = text[:limit]
    return kept if kept.isprintable() else "".join(sign for sign in kept if sign.isprintable())


Handler = Callable[[Collected, Origin, JournalEvent, Any], None]

HANDLERS: Mapping[type[Body], Handler] = {
    Stream: _stream,
    Intent: _intent,
    Commit: _about,
    Abort: _about,
    Doubt: _about,
    Honour: _about,
    OffCard: _off_card,
    Reissue: _reissue,
    Resolve: _resolve,
    Seen: _seen,
    Print: _print,
    Eject: _eject,
    **dict.fromkeys(get_args(NoteBody), _note),
    Enrol: _enrol,
}
