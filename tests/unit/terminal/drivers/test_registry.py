"""Drivers are found by their model's name."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS, Options, find_driver
from terminal.protocol import lamps, matrix

PORTS = {"gpio_matrix": matrix.EXAMPLE, "gpio_lamps": lamps.EXAMPLE}  # wires have no default


@pytest.mark.parametrize("model", DRIVERS)
def test_every_driver_makes_a_core_that_bears_being_opened_and_closed(model: str) -> None:
    driver = DRIVERS[model]
    core = driver.make_core(Options(port=PORTS.get(model, "")))
    core.opened(0.0)
    core.tick(0.1)
    core.closed(0.2)
    assert find_driver(model, driver.role) is driver


def test_a_misspelt_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(EnishiError) as caught:
        find_driver("tpc300", Role.CARD_REWRITER)
    assert (caught.value.code, caught.value.facts["suggestion"]) == ("config.driver", "tcp300")


def test_a_printer_cannot_be_the_card_unit() -> None:
    with pytest.raises(EnishiError) as caught:
        find_driver("escpos", Role.CARD_REWRITER)
    assert caught.value.code == "config.driver_role"
