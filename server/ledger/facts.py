"""Taking facts down. Deciding what follows from them is ``settle``'s work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.direct import Statement, among
from server.ledger.models import (
    SALE,
    TERMINAL,
    UNDECIDED,
    Evidence,
    OffCardVisit,
    SeenImage,
    Sighting,
    StartImage,
    Visit,
)
from shared.card.codec import track_hash
from shared.card.image import CardImage
from shared.points.derive import Lots, add_up

NO_HASH = b""
_encode = msgspec.json.encode
_CARDS_OF_VISITS = Statement(select(Visit.visit, Visit.card).where(among(Visit.visit, "visits")))
_OFF_CARD = Statement(select(OffCardVisit.visit).where(among(OffCardVisit.visit, "visits")))
_SEEN_OF = Statement(select(SeenImage.hash).where(among(SeenImage.card, "cards")))
_STARTS_OF = Statement(select(StartImage.hash).where(among(StartImage.card, "cards")))
_lots: msgspec.json.Decoder[Lots] = msgspec.json.Decoder(Lots)


class NewVisit(NamedTuple):
    """A visit as told, column by column; see the model. Lots are JSON."""

    visit: str
    card: int
    store: str
    at_ms: int
    business_day: str
    amount_yen: int
    earn: int
    redeem: int
    expired: int
    lots: bytes
    terminal: int = 0
    gen: int = 0
    seq: int = 0
    pre_hash: bytes = NO_HASH
    pre_adj: int = 0
    pre_prev: bytes = NO_HASH
    pre_day: int = 0
    pre_writer: int = 0
    pre_lots: bytes = b"[]"
    post_hash: bytes = NO_HASH
    post_adj: int = 0
    post_day: int = 0
    post_lots: bytes = b""
    adjusted: bytes = b""
    kind: str = SALE
    refund_of: str = ""
    online: bool = False
    discount_yen: int = 0
    slip: int = 0
    programme: int = 0
    issue: bool = False
    source: str = TERMINAL
    state: str = UNDECIDED


class NewEvidence(NamedTuple):
    stream: bytes
    seq: int
    visit: str
    kind: str
    detail: str


class NewSighting(NamedTuple):
    """``card`` 0: the track is not genuine."""

    stream: bytes
    seq: int
    hash: bytes
    card: int
    verdict: str
    at_ms: int


class NewImage(NamedTuple):
    """A genuine image, see ``SeenImage``."""

    hash: bytes
    card: int
    gen: int
    seq: int
    adj: int
    prev: bytes
    day: int
    writer: int
    lots: bytes
    first_ms: int


class NewStart(NamedTuple):
    hash: bytes
    card: int
    gen: int
    source: str
    terminal: int
    at_ms: int


class NewOffCard(NamedTuple):
    visit: str
    card: int
    terminal: int
    store: str
    at_ms: int
    business_day: str
    why: str
    amount_yen: int
    earn: int
    lots: bytes
    slip: int
    programme: int
    stream: bytes
    seq: int


def encode_lots(lots: Iterable[tuple[int, int]]) -> bytes:
    """Months in order, no zero: one change has one form."""
    listed = tuple(lots)
    return _encode(listed if len(listed) == 1 and listed[0][1] else add_up(listed))


def decode_lots(stored: bytes) -> Lots:
    return _lots.decode(stored)


def image_lots(image: CardImage) -> Lots:
    """The points on a card by month."""
    lots = tuple([(lot.month, lot.points) for lot in image.lots if lot.points])
    return lots if len(lots) < 2 else add_up(lots)


def prev_bytes(image: CardImage) -> bytes:
    return image.prev.to_bytes(4, "big")


def seen_image(track: str, image: CardImage, now_ms: int) -> NewImage:
    """What is kept of a genuine track."""
    return NewImage(
        track_hash(track), image.card, image.gen, image.seq, image.adj, prev_bytes(image), image.day, image.writer,
        _encode(image_lots(image)), now_ms,
    )  # fmt: skip


def record_visits(session: Session, visits: Sequence[NewVisit]) -> None:
    """Their cards must exist and their ids be new (``known_visits``)."""
    add_rows(session, Visit, NewVisit._fields, visits)


def record_evidence(session: Session, evidence: Sequence[NewEvidence]) -> None:
    add_rows(session, Evidence, NewEvidence._fields, evidence)


def record_sightings(session: Session, sightings: Sequence[NewSighting]) -> None:
    add_rows(session, Sighting, NewSighting._fields, sightings)


def record_images(session: Session, images: Iterable[NewImage]) -> None:
    """An image that is known already stays as it was first seen."""
    new = {image.hash: image for image in images}
    held = _known(session, _SEEN_OF, new.values())
    add_rows(session, SeenImage, NewImage._fields, [image for image in new.values() if image.hash not in held])


def record_starts(session: Session, starts: Iterable[NewStart]) -> None:
    new = {start.hash: start for start in starts}
    held = _known(session, _STARTS_OF, new.values())
    add_rows(session, StartImage, NewStart._fields, [start for start in new.values() if start.hash not in held])


def _known(session: Session, of_cards: Statement, told: Collection[NewImage | NewStart]) -> set[bytes]:
    """The hashes that stand there already; a hash is of one card for ever."""
    return set(of_cards.column(session, cards=sorted({one.card for one in told}))) if told else set()


def record_off_card(session: Session, visits: Sequence[NewOffCard]) -> None:
    add_rows(session, OffCardVisit, NewOffCard._fields, visits)


def cards_of_visits(session: Session, visits: Collection[str]) -> Mapping[str, int]:
    """The known ones among ``visits``, with their cards."""
    return dict(_CARDS_OF_VISITS.rows(session, visits=list(visits))) if visits else {}


def known_off_card(session: Session, visits: Collection[str]) -> set[str]:
    """Those that were told before."""
    return set(_OFF_CARD.column(session, visits=list(visits))) if visits else set()
