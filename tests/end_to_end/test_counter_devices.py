"""A counter with another set of devices: the real terminal hears a number pad, a keyboard scanner and a SIP line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from shared.card.codec import decode
from shared.visit.events import Withheld
from simulators.card_stock import SimCard
from simulators.rig import Counter, Rig
from simulators.rig.gateway import SipPort
from simulators.rig.standing import NotHere
from simulators.scanner import Label
from simulators.trade import new_card

pytestmark = pytest.mark.slow

DEVICES = ("tcp300", "usb_numpad", "wedge", "sip")
PATIENCE_S = 15.0


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Rig.counter(tmp_path, devices=DEVICES, date_can_be_set=True) as counter:
        counter.await_screen("Waiting")
        yield counter


def told(counter: Counter, words: str) -> bool:
    return words in counter.terminal.log.read_text("utf-8")


def heard(counter: Counter) -> int:
    return counter.terminal.log.read_text("utf-8").count("event=KeyPressed")


def test_a_visit_is_keyed_on_a_number_pad_that_is_pulled_out_in_between(counter: Counter) -> None:
    image, track = new_card(1, Rig.ring(counter))
    card = SimCard(image.card, track)
    counter.insert(card)
    counter.await_screen("Keying")
    counter.press("9", "clear", "1", "2")
    counter.wait_until(lambda: heard(counter) == 4, PATIENCE_S, "four keys")
    counter.touch(lambda _: counter.ports["keypad"].cut(), "keypad")
    counter.wait_until(lambda: told(counter, "device.keypad.link_closed"), PATIENCE_S, "the lost pad")
    assert not counter.press_cap("7")
    counter.touch(lambda _: counter.ports["keypad"].mend(), "keypad")
    counter.press("00", "enter")
    counter.wait_discharged()
    written = decode(card.track or "", Rig.ring(counter)).image
    assert written is not None
    assert written.balance == 12


def test_a_keyboard_scanner_and_a_gateway_are_heard(counter: Counter) -> None:
    counter.wait_until(lambda: told(counter, "device.wire_up device=scanner"), PATIENCE_S, "the scanner's node")
    counter.scan(Label("4901234567894"))
    counter.wait_until(lambda: told(counter, "event=Scanned"), PATIENCE_S, "the label")
    line = counter.ports["caller_id"]
    assert isinstance(line, SipPort)
    counter.wait_until(lambda: line.device.is_registered(line.clock.now()), PATIENCE_S, "the registration")
    counter.ring_telephone("", Withheld.PRIVATE)
    counter.wait_until(lambda: told(counter, "event=CallReceived"), PATIENCE_S, "the call")
    counter.hang_up()
    counter.wait_until(lambda: told(counter, "event=CallEnded"), PATIENCE_S, "the end of the call")


def test_a_call_comes_up_on_the_counters_page_and_wants_a_new_card_by_one_key(counter: Counter, tmp_path: Path) -> None:
    """And nothing of it is written down."""
    line, asking = counter.ports["caller_id"], requests.Session()
    asking.trust_env = False
    url = counter.plan.kiosk_url
    assert isinstance(line, SipPort)
    counter.wait_until(lambda: line.device.is_registered(line.clock.now()), PATIENCE_S, "the registration")

    def shows(words: str) -> bool:
        return words in asking.get(url, timeout=5).text

    counter.ring_telephone("09098765432")
    counter.wait_until(lambda: shows("090-9876-5432"), PATIENCE_S, "the number")
    assert shows("電話が鳴っています")
    counter.hang_up()
    counter.wait_until(lambda: shows("呼び出しは終わりました"), PATIENCE_S, "the end of the call")
    answer = asking.post(f"{url}/calls", json={"call": 1}, headers={"Origin": url}, timeout=5)
    assert answer.status_code == 204
    counter.wait_until(lambda: shows("新しいカードを入れてください"), PATIENCE_S, "the wish for a new card")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"9098765432" not in path.read_bytes(), path


def test_a_counter_names_what_it_has_not(counter: Counter) -> None:
    with pytest.raises(NotHere, match="EscposSimulator"):
        _ = counter.receipt_printer


def test_the_date_of_the_terminals_machine_can_be_set_while_it_runs(counter: Counter) -> None:
    counter.set_clock(-60 * 365 * 86_400.0)
    counter.scan(Label("4901234567894"))
    counter.wait_until(lambda: told(counter, "1970-01-01T00:00:00.000Z"), PATIENCE_S, "a line of 1970")
