"""Where records lie, and that a FeliCa card believes and is believed by MAC only."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from shared.errors import EnishiError
from simulators.ic_card.front import Acr1252
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Classic, Pages
from terminal.drivers.ic_card.dialects import AcsFrames
from terminal.drivers.ic_card.memory import EMPTY, ClassicMemory, LiteSMemory, Memory, Type2Memory
from terminal.protocol import apdu, felica
from terminal.protocol.slots import SLOT_BYTES

IDM = bytes.fromhex("012E412935000001")
MASTER = bytes(32)
RECORD = bytes(range(SLOT_BYTES))


def do(steps: Generator[bytes, apdu.Reply, Any], front: Acr1252, chip: Pages | Classic | LiteS) -> Any:
    try:
        command = next(steps)
        while True:
            command = steps.send(apdu.parse_reply(front.command(chip, command)))
    except StopIteration as end:
        return end.value


def lite_s_memory() -> LiteSMemory:
    challenges = iter(range(1, 100))
    return LiteSMemory(AcsFrames(), IDM, MASTER, lambda: felica.challenge(b"", next(challenges)))


@pytest.mark.parametrize(
    ("chip", "memory"),
    [(Pages(bytes(7)), Type2Memory()), (Classic(bytes(4)), ClassicMemory()), (LiteS(IDM), lite_s_memory())],
)
def test_each_slot_holds_its_own(chip: Pages | Classic | LiteS, memory: Memory) -> None:
    front = Acr1252()
    do(memory.read(), front, chip)
    do(memory.prepare(), front, chip)
    before = do(memory.read(), front, chip)
    do(memory.write(1, RECORD), front, chip)
    assert do(memory.read(), front, chip) == (before[0], RECORD)
    do(memory.write(0, RECORD[::-1]), front, chip)
    assert do(memory.read(), front, chip) == (RECORD[::-1], RECORD)


def test_a_new_felica_card_gets_its_key_and_is_closed() -> None:
    card, front, memory = LiteS(IDM), Acr1252(), lite_s_memory()
    card.blocks[4][:] = b"a former owner's"
    assert do(memory.read(), front, card) == EMPTY
    do(memory.prepare(), front, card)
    assert bytes(card.blocks[felica.CK]) == felica.card_key(MASTER, IDM)
    assert felica.is_locked(bytes(card.blocks[felica.MC]))
    assert bytes(card.blocks[4]) == bytes(16)


def test_a_forged_answer_to_a_read_is_no_record() -> None:
    class Forger(LiteS):
        """It has the card in its other hand, and changes what that said."""

        def read(self, blocks: Any) -> tuple[int, bytes]:
            flag, data = super().read(blocks)
            return flag, b"\x01" + data[1:] if blocks[0] == 0 else data

    card, front, memory = Forger(IDM, felica.card_key(MASTER, IDM)), Acr1252(), lite_s_memory()
    with pytest.raises(EnishiError, match=r"device\.ic_card\.not_genuine"):
        do(memory.read(), front, card)
