"""A customer's hands at the three kinds of card unit: what lies there, how a card gets in and out."""

from __future__ import annotations

from simulators.card_rewriter import Tcp300Simulator
from simulators.card_stock import SimCard
from simulators.magnetic import Hand, MagneticSimulator
from simulators.rig.port import Port
from simulators.rig.reader import ReaderPort


def held(port: Port) -> SimCard | None:
    """The card in the unit, in its inlet, or on the reader."""
    if isinstance(port, ReaderPort):
        return port.device.card
    unit = port.device
    return unit.card or unit.slot_card if isinstance(unit, Tcp300Simulator) else None


def put(port: Port, card: SimCard, now: float, hand: Hand | None = None) -> bool:
    """Push the card into the inlet, lay it on the reader, or swipe it; False when the unit takes no card now."""
    if isinstance(port, ReaderPort):
        return port.lay_on(card)
    unit = port.device
    if isinstance(unit, MagneticSimulator):
        return unit.swipe(card, now, hand)
    return isinstance(unit, Tcp300Simulator) and unit.insert_card(card, now)


def take(port: Port, now: float) -> SimCard | None:
    """The card that lies in the inlet or on the reader."""
    if isinstance(port, ReaderPort):
        return port.take_away()
    unit = port.device
    return unit.take_card(now) if isinstance(unit, Tcp300Simulator) else None
