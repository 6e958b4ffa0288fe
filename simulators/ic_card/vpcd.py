"""Simulated chips behind a real pcscd: the client of vsmartcard's virtual reader, in a process of its own.

    python -m simulators.ic_card.vpcd --port 35963 --front rcs300

It reads orders to its hands (``simulators.ic_card.hands``) from standard input, one line of JSON each, and answers with
a line each. On the wire to the virtual reader every message is two bytes of length, big-endian, and a body: one byte is
an order of the reader (00 off, 01 on, 02 reset, 04 tell the ATR), more is a command to the card. To connect is to lay
the card on, to hang up is to take it away.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import socket
import sys

from simulators.ic_card.chip import Chip, FieldLost, Silence
from simulators.ic_card.front import FRONTS, Front
from simulators.ic_card.hands import Hands

HOST = "127.0.0.1"
PORT = 35_963  # first slot of the virtual reader
CONNECT_S = 5.0
OFF, ON, RESET, TELL_ATR = 0x00, 0x01, 0x02, 0x04
READ_MAX = 4096


class Slot:
    """The wire to one slot of the virtual reader."""

    def __init__(self, front: Front, port: int) -> None:
        self._front = front
        self._address = (HOST, port)
        self._wire: socket.socket | None = None
        self._chip: Chip | None = None
        self._came = b""

    @property
    def wire(self) -> socket.socket | None:
        """None while no card lies on the reader."""
        return self._wire

    def lay(self, chip: Chip) -> None:
        self._wire = socket.create_connection(self._address, CONNECT_S)
        self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._chip, self._came = chip, b""

    def take(self) -> None:
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)
            self._wire.close()
        self._wire = self._chip = None

    def turn(self) -> bool:
        """Something came. Whether the card still lies there."""
        wire, chip = self._wire, self._chip
        assert wire is not None, "only a card that lies there is asked"
        assert chip is not None, "only a card that lies there is asked"
        try:
            data = wire.recv(READ_MAX)
            # The reader sends length and body apart; without this each command costs 40 ms of delayed ACK.
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if not data:
                raise FieldLost
            self._came += data
            self._answer_all(wire, chip)
        except (OSError, FieldLost):
            chip.power_off()
            self.take()
        return self._wire is not None

    def _answer_all(self, wire: socket.socket, chip: Chip) -> None:
        while len(self._came) >= 2 and len(self._came) >= 2 + (size := int.from_bytes(self._came[:2], "big")):
            body, self._came = self._came[2 : 2 + size], self._came[2 + size :]
            answer = self._answer(chip, body)
            if answer is not None:
                wire.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, chip: Chip, body: bytes) -> bytes | None:
        if len(body) != 1:
            with contextlib.suppress(Silence):
                return self._front.command(chip, body)
            return None
        if body[0] in (OFF, RESET):
            chip.power_off()
        return chip.atr if body[0] == TELL_ATR else None


def main() -> None:
    """Until standard input ends."""
    parser = argparse.ArgumentParser(description="Simulated chip cards behind pcscd")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--front", choices=sorted(FRONTS), default="rcs300")
    arguments = parser.parse_args()
    slot = Slot(FRONTS[arguments.front](), arguments.port)
    hands = Hands(slot.lay, slot.take)
    waiting = b""
    while True:
        wires = [sys.stdin.fileno()] + ([slot.wire.fileno()] if slot.wire is not None else [])
        ready = select.select(wires, [], [])[0]
        if len(wires) > 1 and wires[1] in ready and not slot.turn():
            hands.left()
        if wires[0] in ready:
            data = os.read(wires[0], READ_MAX)
            if not data:
                return
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                sys.stdout.write(json.dumps(_obey(hands, line)) + "\n")
                sys.stdout.flush()


def _obey(hands: Hands, line: bytes) -> dict[str, object]:
    try:
        order = json.loads(line)
        return hands.obey(order) if isinstance(order, dict) else {"error": "an order is an object"}
    except (ValueError, OSError) as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
