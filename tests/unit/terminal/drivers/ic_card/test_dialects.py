"""Each family of readers is known by its name, and its refusals by theirs."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from simulators.ic_card.front import FRONTS
from terminal.drivers.ic_card.dialects import AcsFrames, BlockLists, Dialect, Pn532Frames, dialect_of
from terminal.protocol.apdu import Reply

IDM = bytes.fromhex("012E4129358BA753")


@pytest.mark.parametrize(
    ("reader", "dialect"),
    [
        ("ACS ACR122U PICC Interface 00 00", Pn532Frames),
        ("ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00", AcsFrames),
        ("ACS ACR1552 1S CL Reader PICC 0", AcsFrames),
        ("SONY FeliCa RC-S300/P 00 00", BlockLists),
        ("Sony FeliCa Port/PaSoRi 3.0 00 00", BlockLists),
        ("Virtual PCD 00 00", BlockLists),
        ("", BlockLists),
    ],
)
def test_a_reader_is_spoken_to_in_its_own_words(reader: str, dialect: type[Dialect]) -> None:
    assert isinstance(dialect_of(reader), dialect)


def test_every_simulated_reader_has_a_name_of_its_family() -> None:
    found = {name: type(dialect_of(front.name)) for name, front in FRONTS.items()}
    assert found == {"acr122u": Pn532Frames, "acr1252": AcsFrames, "rcs300": BlockLists}


@pytest.mark.parametrize(
    ("dialect", "reply", "code"),
    [
        (Pn532Frames(), Reply(b"\xd5\x41\x01", 0x9000), "refused"),
        (Pn532Frames(), Reply(b"", 0x6300), "refused"),
        (AcsFrames(), Reply(b"", 0x9000), "refused"),
        (AcsFrames(), Reply(b"\x0c\x07" + IDM + b"\x01\xa6", 0x9000), "felica_status"),
        (BlockLists(), Reply(b"\x01\xb2", 0x9100), "felica_status"),
        (BlockLists(), Reply(b"", 0x6300), "refused"),
        (BlockLists(), Reply(bytes(15), 0x9000), "refused"),
    ],
)
def test_a_no_of_card_or_reader_has_its_code(dialect: Dialect, reply: Reply, code: str) -> None:
    steps = dialect.read(IDM, [0])
    next(steps)
    with pytest.raises(EnishiError) as refused:
        steps.send(reply)
    assert refused.value.code == f"device.ic_card.{code}"
