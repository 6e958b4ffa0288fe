"""What the card unit is doing, as a bystander can tell from its wire and its noise."""

from __future__ import annotations

from enum import Enum

from simulators.card_rewriter import Tcp300Simulator
from simulators.card_rewriter.unit import State
from terminal.protocol.tcp300 import Command

_READS = (
    Command.READ,
    Command.READ_NOW,
    Command.READ_FORMAT,
    Command.READ_FORMAT_NOW,
    Command.READ_BUFFER,
)
_WRITES = (Command.WRITE, Command.WRITE_NOW)
BODY_AT = 1  # of a block: STX, then the command


class Phase(Enum):
    """In the words of the bench."""

    OFF = "off"
    STARTING = "starting"
    IDLE = "idle"
    AWAITING_CARD = "awaiting_card"
    READING = "reading"
    WRITING = "writing"
    PRINTING = "printing"
    MOVING = "moving"
    REMOVAL = "removal"


def phase_of(unit: Tcp300Simulator) -> Phase:
    """What a person standing before the unit would say it does."""
    if unit.state is State.OFF:
        return Phase.OFF
    if unit.state is State.STARTING:
        return Phase.STARTING
    if unit.state is not State.EXECUTING:
        return Phase.REMOVAL if unit.card is None and unit.slot_card is not None else Phase.IDLE
    command = running_command(unit)
    if unit.wake_at is None:
        return Phase.AWAITING_CARD
    if command in _READS:
        return Phase.READING
    if command in _WRITES:
        return Phase.WRITING
    return Phase.PRINTING if command == Command.PRINT else Phase.MOVING


def running_command(unit: Tcp300Simulator) -> int | None:
    """The last command block that the unit heard."""
    for line in reversed(unit.log):
        if line.to_device and len(line.data) > BODY_AT + 1:
            return line.data[BODY_AT]
    return None
