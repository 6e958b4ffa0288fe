"""The tray: a used card lies there with the face of its last visit, and comes back as it was left."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from shared.card.mac import KeyRing
from simulators.bench.tray import read_serial, read_tray, save_tray
from simulators.card_rewriter.fonts import Boxes
from simulators.shop import TENANT, make_shop, write_shop

RING = KeyRing(TENANT, 1, {1: bytes(32)})
FONTS = Boxes()


def test_members_cards_are_printed_and_new_ones_are_white(tmp_path: Path) -> None:
    write_shop(make_shop(1, date(2026, 11, 21), RING, members=12), tmp_path)
    for card in read_tray(tmp_path / "tray.json", RING, FONTS):
        face = card.plastic.face
        assert (face is not None and not face.is_blank) is (card.kind == "member")
        assert (card.plastic.number is None) is (card.kind in ("foreign", "blank"))


def test_a_saved_tray_is_read_back_as_it_was(tmp_path: Path) -> None:
    write_shop(make_shop(1, date(2026, 11, 21), RING, members=12), tmp_path)
    cards = read_tray(tmp_path / "tray.json", RING, FONTS)
    cards[0].plastic.begin_pass()
    cards[1].plastic.track = cards[2].plastic.track
    cards[2].plastic.is_worn = True
    save_tray(tmp_path / "later.json", cards, TENANT, 1_234)
    assert read_tray(tmp_path / "later.json", RING, FONTS) == cards
    assert read_serial(tmp_path / "later.json", 7) == 1_234
    assert read_serial(tmp_path / "tray.json", 7) == 7
