"""What hands can do at the bench, by the names of the control API (``POST /api/counters/N/ORDER``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.locale import N_
from shared.visit.events import Key, Withheld
from simulators.bench.faults import faults_of
from simulators.bench.mischief import DEEDS
from simulators.bench.table import Table, TrayFull
from simulators.bench.tray import CHIP_CARDS, TrayCard
from simulators.rig.counter import Counter
from simulators.rig.models import CARD_UNITS
from simulators.rig.standing import NotHere
from simulators.scanner import Label
from simulators.usb_numpad import CAPS

CODE_MAX = 100  # characters of a label; a QR code that fits a hand-held scanner's line
NUMBER_MAX = 15  # digits of a telephone number (E.164)
RINGS_MAX = 30
SPEED_MIN, SPEED_MAX = 0.1, 100.0  # as of ``./enishi demo --speed``
Body = Mapping[str, Any]


class CannotDo(Exception):
    """The hand finds the thing impossible. ``text`` is a source text for the page."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


def carry_out(order: str, table: Table, counter: Counter, body: Body) -> None:
    """Raises CannotDo, and KeyError for an order that does not exist."""
    hand = ORDERS[order]
    try:
        hand(table, counter, body)
    except NotHere as error:
        raise CannotDo("not_here", N_("この台にその機器はありません。")) from error
    except TrayFull as error:
        raise CannotDo("tray_full", N_("カード置き場がいっぱいです。")) from error


def insert(table: Table, counter: Counter, body: Body) -> None:
    """``{"card": id}``: push that card of the tray into the inlet, lay it on the reader, or swipe it."""
    card = _free_card(table, body)
    if counter.card_unit == "ic_card" and card.plastic.chip is None:
        raise CannotDo("no_chip", N_("このリーダーには、ICカードを置きます。"))
    if not counter.insert(card.plastic):
        if counter.card_unit == "magnetic":
            raise CannotDo("not_awaited", N_("カード機は、いまカードを待っていません。"))
        raise CannotDo("slot_taken", N_("先に入っているカードを抜いてください。"))


def pull(_table: Table, counter: Counter, _body: Body) -> None:
    """Take the card that lies in the inlet back to the tray."""
    if counter.pull() is None:
        raise CannotDo("nothing_to_pull", N_("手で抜けるカードはありません。機械が出すまで待ってください。"))


def card(table: Table, _counter: Counter, body: Body) -> None:
    """``{"card": id, "do": name}``: what is done to a card on the table. ``{"do": "new", "chip": kind}``: one more."""
    deed, chip = body.get("do"), str(body.get("chip", ""))
    if deed == "new":
        table.add_new(CHIP_CARDS.get(chip, "new"), chip=chip if chip in CHIP_CARDS else "")
        return
    done = DEEDS.get(str(deed))
    if done is None:
        raise CannotDo("no_such_deed", N_("その操作はありません。"))
    done(table, _free_card(table, body))


def unit(_table: Table, counter: Counter, body: Body) -> None:
    """``{"model": name}``: another card unit; the terminal starts anew with other settings."""
    model = str(body.get("model"))
    if model not in CARD_UNITS:
        raise CannotDo("no_such_unit", N_("そのカード機はありません。"))
    if counter.card is not None:
        raise CannotDo("card_inside", N_("先に入っているカードを抜いてください。"))
    counter.equip(model)


def key(_table: Table, counter: Counter, body: Body) -> None:
    """``{"key": name}``: one key of the panel board, or of the number pad of a counter without one."""
    try:
        pressed = Key(str(body.get("key")))
    except ValueError:
        raise CannotDo("no_such_key", N_("そのキーはありません。")) from None
    if not counter.press_now(pressed):
        raise CannotDo("key_refused", N_("キーがつながっていません。電源とケーブルを確かめてください。"))


def cap(_table: Table, counter: Counter, body: Body) -> None:
    """``{"cap": text}``: one key of the number pad, by what stands on it."""
    name = str(body.get("cap"))
    if name not in CAPS:
        raise CannotDo("no_such_key", N_("そのキーはありません。"))
    if not counter.press_cap(name):
        raise CannotDo("key_refused", N_("キーがつながっていません。電源とケーブルを確かめてください。"))


def scan(_table: Table, counter: Counter, body: Body) -> None:
    """``{"code": text, "torn": bool}``: hold a label before the scanner."""
    code = body.get("code")
    if not (isinstance(code, str) and 0 < len(code) <= CODE_MAX and code.isascii() and code.isprintable()):
        raise CannotDo("no_such_label", N_("バーコードには半角の英数字と記号だけを、100字まで入れてください。"))
    if not (counter.ports["scanner"].powered if "scanner" in counter.ports else True):
        raise CannotDo("scanner_off", N_("スキャナーの電源が入っていません。"))
    counter.scan(Label(code), torn=bool(body.get("torn")))


def call(_table: Table, counter: Counter, body: Body) -> None:
    """``{"number": digits}`` or ``{"withheld": reason}``, and ``"rings"``: somebody calls."""
    number, reason = body.get("number", ""), body.get("withheld", "")
    withheld = next((one for one in Withheld if one.name.lower() == reason), None)
    is_number = isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= NUMBER_MAX
    if withheld is None and not is_number:
        raise CannotDo("no_such_number", N_("電話番号は数字だけで、15桁まで入れてください。"))
    rings = body.get("rings", RINGS_MAX)
    if not (isinstance(rings, int) and 1 <= rings <= RINGS_MAX):
        raise CannotDo("no_such_rings", N_("呼び出しは1回から30回までです。"))
    counter.ring_telephone("" if withheld else str(number), withheld, rings)


def hang_up(_table: Table, counter: Counter, _body: Body) -> None:
    """The caller gives up."""
    if not counter.telephone.rings:
        raise CannotDo("no_call", N_("電話は鳴っていません。"))
    counter.hang_up()


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
    """``{"fault": "role.name", "on": bool}``."""
    fault = faults_of(counter).get(str(body.get("fault")))
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


def speed(table: Table, _counter: Counter, body: Body) -> None:
    """``{"speed": times}``: of the mechanics of every counter."""
    times = body.get("speed")
    if isinstance(times, bool) or not isinstance(times, int | float) or not SPEED_MIN <= times <= SPEED_MAX:
        raise CannotDo("no_such_speed", N_("速さは0.1倍から100倍までです。"))
    for counter in table.counters:
        counter.hurry(float(times))


def _free_card(table: Table, body: Body) -> TrayCard:
    found = table.find(str(body.get("card")))
    if found is None:
        raise CannotDo("no_such_card", N_("そのカードはありません。"))
    if not table.is_free(found):
        raise CannotDo("card_elsewhere", N_("そのカードは、いま機械の中にあります。"))
    return found


ORDERS: Mapping[str, Callable[[Table, Counter, Body], None]] = {
    "unit": unit,
    "insert": insert,
    "pull": pull,
    "card": card,
    "key": key,
    "cap": cap,
    "scan": scan,
    "call": call,
    "hang_up": hang_up,
    "power": power,
    "faults": faults,
    "office": office,
    "speed": speed,
}
