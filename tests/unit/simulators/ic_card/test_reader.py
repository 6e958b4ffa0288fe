"""The simulated reader with its link: any bytes leave it able to answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulators.ic_card.reader import IcReaderSimulator
from simulators.ic_card.tags import Pages
from terminal.protocol import pcsc


def words(data: bytes) -> list[pcsc.Message | None]:
    return [pcsc.decode(payload) for payload in pcsc.decoder().feed(data)]


def said(unit: IcReaderSimulator, now: float) -> list[pcsc.Message | None]:
    """Everything up to ``now``."""
    data = b""
    while unit.wake_at is not None and unit.wake_at <= now:
        data += unit.tick(unit.wake_at)
    return words(data)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_reader_that_can_be_asked(noise: list[bytes]) -> None:
    unit = IcReaderSimulator()
    for piece in noise:
        unit.feed(piece, 0.0)
    said(unit, 1.0)
    unit.feed(pcsc.encode(pcsc.Look()) + pcsc.encode(pcsc.Look()), 1.0)
    assert pcsc.NoCardHere() in said(unit, 2.0)


def test_a_card_is_told_when_it_comes_and_goes_and_has_another_number_each_time() -> None:
    unit, tag = IcReaderSimulator(), Pages(bytes(7))
    assert words(unit.greeting()) == [pcsc.ReaderHere(unit.front.name), pcsc.NoCardHere()]
    numbers = []
    for start in (0.0, 10.0):
        unit.put_on(tag, start)
        here = said(unit, start + 1.0)[-1]
        assert isinstance(here, pcsc.CardHere)
        numbers.append((here.insertion, here.nonce))
        assert unit.take_away(start + 2.0) is tag
        assert said(unit, start + 3.0)[-1] == pcsc.NoCardHere()
    assert numbers[0] != numbers[1]


def test_a_command_for_an_earlier_card_does_not_reach_this_one() -> None:
    unit = IcReaderSimulator()
    unit.put_on(Pages(bytes(7)), 0.0)
    said(unit, 1.0)
    unit.feed(pcsc.encode(pcsc.Transmit(9, 99, b"\xff\xca\x00\x00\x00")), 1.0)
    failed = said(unit, 2.0)[0]
    assert isinstance(failed, pcsc.Failed)
    assert (failed.number, unit.log) == (9, [])


def test_without_power_it_says_nothing() -> None:
    unit = IcReaderSimulator()
    unit.power_off(0.0)
    unit.feed(pcsc.encode(pcsc.Look()), 0.0)
    assert said(unit, 1.0) == []
    assert words(unit.power_on(1.0))[-1] == pcsc.NoCardHere()
