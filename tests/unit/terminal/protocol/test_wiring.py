"""The words behind a wired device's model: what is read, and that everything else is refused with an example."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from terminal.protocol import hd44780, lamps, matrix
from terminal.protocol.lamps import LampWiring, Output
from terminal.protocol.matrix import MatrixWiring

PARSERS = [hd44780.parse_wiring, lamps.parse_wiring, matrix.parse_wiring]


@pytest.mark.parametrize(
    ("port", "wiring"),
    [
        ("rows=5,6,13,19 cols=12,16,20,21", MatrixWiring((5, 6, 13, 19), (12, 16, 20, 21), "phone", "")),
        ("cols=1 rows=0 keys=calculator pins=lgpio", MatrixWiring((0,), (1,), "calculator", "lgpio")),
    ],
)
def test_a_matrix_names_its_wires(port: str, wiring: MatrixWiring) -> None:
    assert matrix.parse_wiring(port) == wiring


def test_lamps_name_the_outputs_that_are_there() -> None:
    assert lamps.parse_wiring("green=17 yellow=27 red=22 buzzer=18") == LampWiring(
        ((Output.GREEN, 17), (Output.YELLOW, 27), (Output.RED, 22), (Output.BUZZER, 18)), 0, False, ""
    )
    assert lamps.parse_wiring("buzzer=18 tone=2000 active=low pins=mock") == LampWiring(
        ((Output.BUZZER, 18),), 2000, True, "mock"
    )


def test_a_glass_has_the_usual_address_and_size_where_none_is_named() -> None:
    assert hd44780.parse_wiring("i2c=1") == hd44780.LcdWiring(1, 0x27, 20, 2)
    assert hd44780.parse_wiring("i2c=3 address=0x3F columns=16 rows=4") == hd44780.LcdWiring(3, 0x3F, 16, 4)


@pytest.mark.parametrize(
    "port",
    [
        "rows=5,6", "rows=5,6 cols=6,7", "rows=5,28 cols=1", "rows=5,,6 cols=1", "rows= cols=1",
        "rows=5 cols=1 keys=qwerty", "rows=5 cols=1 pins=magic",
        "rows=5 cols=1 rows=6", "rows=0,1,2,3,4,5,6,7,8 cols=9", "rows=-5 cols=1",
        "rows=５ cols=1", "rows=5 cols=1 colour=red", "rows",
    ],
)  # fmt: skip
def test_a_matrix_that_cannot_be_is_refused_with_an_example(port: str) -> None:
    with pytest.raises(EnishiError) as refused:
        matrix.parse_wiring(port)
    assert refused.value.code == "config.device_port"
    assert refused.value.facts["example"] == matrix.EXAMPLE


@pytest.mark.parametrize(
    "port", ["", "tone=2000", "green=17 red=17", "green=x", "green=17 active=sideways", "buzzer=18 tone=20001"]
)
def test_lamps_that_cannot_be_are_refused(port: str) -> None:
    with pytest.raises(EnishiError, match="device_port"):
        lamps.parse_wiring(port)


@pytest.mark.parametrize("port", ["i2c=x", "address=0x80", "address=0x", "columns=17", "rows=3", "i2c=1_0", "0x27"])
def test_a_glass_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(EnishiError, match="device_port"):
        hd44780.parse_wiring(port)


@given(st.text(max_size=60))
def test_any_text_is_a_wiring_or_refused_by_name(port: str) -> None:
    assert {refusal(parse, port) for parse in PARSERS} <= {"", "config.device_port"}


def refusal(parse: Callable[[str], object], port: str) -> str:
    """The code of the refusal, empty if there was none."""
    try:
        parse(port)
    except EnishiError as refused:
        return refused.code
    return ""
