"""Options behind the printer's port."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from terminal.drivers.receipt_printer.layout import Paper
from terminal.drivers.receipt_printer.options import EscposOptions, options_of


@pytest.mark.parametrize(
    ("port", "options"),
    [
        ("/dev/ttyRECEIPT", EscposOptions()),
        ("/dev/ttyRECEIPT?paper=80&drawer=yes", EscposOptions(Paper(48), kicks_drawer=True)),
        ("socket://10.0.0.9:9100?paper=58", EscposOptions()),
    ],
)
def test_options_stand_behind_the_port(port: str, options: EscposOptions) -> None:
    assert options_of(port, Paper()) == options


@pytest.mark.parametrize("port", ["x?paper=76", "x?drawer=open", "x?colour=red", "x?paper"])
def test_an_option_that_does_not_exist_is_named(port: str) -> None:
    with pytest.raises(EnishiError, match=r"config\.bad_value"):
        options_of(port, Paper())
