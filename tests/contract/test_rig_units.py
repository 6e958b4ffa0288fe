"""The card unit of a counter is changed while it stands: other device, same name of the port, and the old one gone."""

from __future__ import annotations

from pathlib import Path

from simulators.card_stock import SimCard
from simulators.ic_card.stock import new_chip
from simulators.magnetic import MagneticSimulator
from simulators.rig import card_hands
from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk
from simulators.rig.models import CARD_UNITS, MODELS, Place
from simulators.rig.port import DevicePort, Port
from tests.contract.pcsc_bench import require_pcsc

PATIENCE_S = 5.0


def place(folder: Path) -> Place:
    return Place("card_rewriter", folder / "card_rewriter", RigClock(), RigClock(), 0, None)


def test_a_port_that_is_exchanged_keeps_its_name(tmp_path: Path) -> None:
    first = MODELS["tcp300"].plug_in(place(tmp_path))
    desk = Desk([first])
    desk.start()
    path = tmp_path / "card_rewriter"
    before = path.readlink()
    second = MODELS["magnetic"].plug_in(place(tmp_path))
    desk.exchange((first,), (second,))
    desk.wait_until(lambda: not Path(f"/proc/self/fd/{first.fileno()}").exists(), PATIENCE_S, "the old port closed")
    assert path.readlink() != before
    desk.stop()
    second.close()
    assert not path.is_symlink()


def test_a_closed_port_takes_its_own_name_away_only(tmp_path: Path) -> None:
    first, second = (MODELS["magnetic"].plug_in(place(tmp_path)) for _ in range(2))
    first.close()
    assert (tmp_path / "card_rewriter").is_symlink()
    second.close()
    assert not (tmp_path / "card_rewriter").is_symlink()


def test_hands_meet_each_unit_in_its_own_way(tmp_path: Path) -> None:
    def at(model: str) -> Port:
        port = MODELS[model].plug_in(place(tmp_path / model))
        port.power_on()
        return port

    card = SimCard(1, "L" + "A" * 68)
    swipe, rewriter = at("magnetic"), at("tcp300")
    assert not card_hands.put(swipe, card, 0.0)  # it waits for none
    assert isinstance(swipe, DevicePort)
    assert isinstance(swipe.device, MagneticSimulator)
    swipe.device.feed(b"\x1bm", 0.0)
    assert card_hands.put(swipe, card, 0.0)
    assert (card_hands.held(swipe), card_hands.take(swipe, 1.0)) == (None, None)
    assert card_hands.held(rewriter) is None
    for port in (swipe, rewriter):
        port.close()


def test_a_reader_takes_one_chip_card_at_a_time(tmp_path: Path) -> None:
    require_pcsc()
    port = MODELS["ic_card"].plug_in(place(tmp_path))
    stripe, chip = SimCard(1), SimCard(None, has_stripe=False, chip=new_chip("ntag213", 1))
    assert not card_hands.put(port, stripe, 0.0)
    assert card_hands.put(port, chip, 0.0)
    assert not card_hands.put(port, chip, 0.0)
    assert card_hands.held(port) is chip
    assert card_hands.take(port, 0.0) is chip
    assert card_hands.held(port) is None
    port.close()


def test_every_card_unit_says_what_it_lacks() -> None:
    assert {MODELS[model].role for model in CARD_UNITS} == {"card_rewriter"}
    assert {MODELS[model].missing() for model in CARD_UNITS if model != "ic_card"} == {""}
