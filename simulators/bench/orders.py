"""What hands can do at the bench, by the names of the control API (``POST /api/counters/N/ORDER``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.locale import N_
from shared.visit.events import Key
from simulators.bench.faults import FAULTS
from simulators.bench.table import Table
from simulators.rig.counter import Counter

Body = Mapping[str, Any]


class CannotDo(Exception):
    """The hand finds the thing impossible. ``text`` is a source text for the page."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


def insert(table: Table, counter: Counter, body: Body) -> None:
    """``{"card": id}``: push that card of the tray into the inlet."""
    card = table.find(str(body.get("card")))
    if card is None:
        raise CannotDo("no_such_card", N_("そのカードはありません。"))
    if not table.is_free(card):
        raise CannotDo("card_elsewhere", N_("そのカードは、いま機械の中にあります。"))
    if not counter.insert(card.plastic):
        raise CannotDo("slot_taken", N_("先に入っているカードを抜いてください。"))


def pull(_table: Table, counter: Counter, _body: Body) -> None:
    """Take the card that lies in the inlet back to the tray."""
    if counter.pull() is None:
        raise CannotDo("nothing_to_pull", N_("手で抜けるカードはありません。機械が出すまで待ってください。"))


def key(_table: Table, counter: Counter, body: Body) -> None:
    """``{"key": name}``: one key of the panel board."""
    try:
        pressed = Key(str(body.get("key")))
    except ValueError:
        raise CannotDo("no_such_key", N_("そのキーはありません。")) from None
    if not counter.press_now(pressed):
        raise CannotDo("key_refused", N_("キーがつながっていません。電源とケーブルを確かめてください。"))


def power(_table: Table, counter: Counter, body: Body) -> None:
    """``{"action": "off" | "on" | "off_while_writing"}``; the last again takes it back."""
    match body.get("action"):
        case "off" if counter.is_on:
            counter.cut_power()
        case "on" if not counter.is_on:
            counter.restore_power()
        case "off_while_writing" if counter.is_on and counter.cut_is_due:
            counter.keep_power()
        case "off_while_writing" if counter.is_on:
            counter.cut_power_while_writing()
        case _:
            raise CannotDo("power", N_("電源は、もうその状態です。"))


def faults(_table: Table, counter: Counter, body: Body) -> None:
    """``{"fault": name, "on": bool}``."""
    fault = FAULTS.get(str(body.get("fault")))
    if fault is None:
        raise CannotDo("no_such_fault", N_("その故障はありません。"))
    fault.switch(counter, bool(body.get("on")))


def office(table: Table, _counter: Counter, body: Body) -> None:
    """``{"on": bool}``: stop head office in order, or start it again; it belongs to all counters."""
    if table.head_office is None:
        raise CannotDo("no_office", N_("このテスト台に本部はありません。"))
    if body.get("on"):
        table.head_office.start()
    else:
        table.head_office.stop()


ORDERS: Mapping[str, Callable[[Table, Counter, Body], None]] = {
    "insert": insert,
    "pull": pull,
    "key": key,
    "power": power,
    "faults": faults,
    "office": office,
}
