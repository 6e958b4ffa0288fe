"""The cards on the table, and the file in which they outlive the bench."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.card.codec import decode
from shared.card.content import FaceContent
from shared.card.face import Face, FaceStock, lay_out
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.clock import day_from_card
from shared.ids import CardNo
from shared.locale import japanese
from shared.points.lots import expiring
from simulators.card_rewriter import Canvas, Fonts
from simulators.card_rewriter.printing import PrintBuffer
from simulators.card_stock import SimCard
from simulators.ic_card.stock import kept, restored
from simulators.shop import SHOP_NAME
from simulators.trade import STORES
from terminal.protocol import tcp300
from terminal.protocol.tcp300 import Orientation

STOCK = FaceStock(gap=0)  # as the terminals of the demo are set
CHIP_CARDS = {"lite_s": "chip", "ntag213": "nfc"}  # kind of chip -> kind of card
NAMED_FROM_VISIT = 2  # the first face is printed before the member is registered


@dataclass(frozen=True, slots=True)
class TrayCard:
    """``id`` names the piece of plastic on the page; ``kind`` and ``note`` as in ``simulators.shop``."""

    id: str
    kind: str
    number: CardNo | None
    name: str
    note: str
    plastic: SimCard


def read_tray(path: Path, ring: KeyRing, fonts: Fonts) -> tuple[TrayCard, ...]:
    """The cards of a tray file. A used card that brings no face gets the one of its last visit."""
    cards = json.loads(path.read_text("utf-8"))["cards"]
    return tuple(_card(str(number), card, ring, fonts) for number, card in enumerate(cards, start=1))


def read_serial(path: Path, usual: int) -> int:
    """The serial of the next card that is made beside this tray; ``usual`` for a tray that never said it."""
    return int(json.loads(path.read_text("utf-8")).get("next_serial", usual))


def save_tray(path: Path, cards: Iterable[TrayCard], tenant: int, next_serial: int) -> None:
    """Write the cards as they are now."""
    document = {"tenant": tenant, "next_serial": next_serial, "cards": [_saved(card) for card in cards]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def last_face(image: CardImage, name: str, fonts: Fonts) -> Canvas:
    """What the terminal printed when it wrote ``image``."""
    day = day_from_card(image.day)
    soonest = expiring(image.lots, day)
    store = next((store.name for store in STORES if store.terminal == image.writer), "")
    content = FaceContent(
        shop=f"{SHOP_NAME} {store}",
        name=name if image.seq >= NAMED_FROM_VISIT else "",
        card=image.card,
        balance=image.balance,
        earn=image.earn,
        redeem=image.redeem,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        day=day,
    )
    return draw(lay_out(STOCK, content, japanese).face, fonts)


def draw(face: Face, fonts: Fonts) -> Canvas:
    """A face in the unit's own dots, by way of its print buffer."""
    buffer = PrintBuffer(fonts)
    orientation = Orientation.HORIZONTAL if face.landscape else Orientation.VERTICAL
    for line in face.lines:
        text = tcp300.magnify(tcp300.encode_text(line.text), wide=line.wide, tall=line.tall)
        command = tcp300.print_text(orientation, line.x, line.y, tcp300.with_gap(text, STOCK.gap))
        buffer.text(command[1:])
    return buffer.picture()


def _card(identity: str, card: Mapping[str, Any], ring: KeyRing, fonts: Fonts) -> TrayCard:
    number = CardNo(card["card"]) if card["card"] else None
    plastic = SimCard(number, card["track"] or None, card.get("torn", False), is_worn=card.get("worn", False))
    if "chip" in card:
        plastic.has_stripe, plastic.chip = False, restored(card["chip"])
    saved = card.get("face")
    image = decode(plastic.track or "", ring).image
    if saved:
        plastic.face = Canvas(saved["width"], saved["height"], tuple(int(row, 16) for row in saved["rows"]))
    elif image is not None and image.seq:
        plastic.face = last_face(image, card["name"], fonts)
    return TrayCard(identity, card["kind"], number, card["name"], card["note"], plastic)


def _saved(card: TrayCard) -> dict[str, Any]:
    plastic, face = card.plastic, card.plastic.face
    saved: dict[str, Any] = {
        "card": card.number or 0,
        "kind": card.kind,
        "name": card.name,
        "note": card.note,
        "track": plastic.track or "",
        "torn": plastic.torn,
        "worn": plastic.is_worn,
    }
    if plastic.chip is not None:
        saved["chip"] = kept(plastic.chip)
    if face is not None:
        saved["face"] = {"width": face.width, "height": face.height, "rows": [f"{row:x}" for row in face.rows]}
    return saved
