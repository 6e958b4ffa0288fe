"""The state of one counter as the page shows it: words, figures and the addresses of pictures."""

from __future__ import annotations

import zlib
from typing import Any

from shared.card.codec import Decoded, Verdict
from shared.card.image import CardImage
from shared.clock import day_from_card, month_from_card
from shared.ids import format_card_no
from shared.locale import N_, Translate
from simulators.bench import words
from simulators.bench.faults import faults_of
from simulators.bench.pictures import card_face
from simulators.bench.table import Table
from simulators.bench.telling import name_of, news_of
from simulators.bench.theatre import Showing
from simulators.bench.tray import TrayCard
from simulators.bench.view_card_units import unit_of
from simulators.bench.view_devices import display_of, panel_of, ports_of, receipt_of, scanner_of, telephone_of
from simulators.bench.wire_log import log_of
from simulators.card_reading import seen
from simulators.card_stock import SimCard
from simulators.rig.counter import Counter
from simulators.rig.process import Process

State = dict[str, Any]


def state_of(table: Table, counter: Counter, showing: Showing | None, translate: Translate) -> State:
    """Everything on the page, seen at one instant."""
    return counter.look(lambda: _state(table, counter, showing, translate))


def _state(table: Table, counter: Counter, showing: Showing | None, translate: Translate) -> State:
    plastic = counter.card
    return {
        "power": _power(counter, translate),
        "speed": counter.speed,
        "play": news_of(showing, translate),
        "faults": [{"id": name, "on": fault.is_on(counter)} for name, fault in faults_of(counter).items()],
        "ports": ports_of(counter, translate),
        "tray": [_tray_card(table, card, translate) for card in table.cards],
        "unit": _unit(table, counter, plastic, translate),
        "record": _record(table, plastic, translate),
        "panel": panel_of(counter, translate),
        "display": display_of(counter),
        "scanner": scanner_of(counter, translate),
        "telephone": telephone_of(counter, translate),
        "receipt": receipt_of(counter, translate),
        "office": None if table.head_office is None else _office(table.head_office, translate),
        "log": log_of(counter, translate),
    }


def _power(counter: Counter, translate: Translate) -> State:
    if not counter.is_on:
        word = N_("電源が切れています")
    elif counter.terminal.running:
        word = N_("電源が入っています")
    else:
        word = N_("端末のプログラムが止まっています")
    return {"on": counter.is_on, "word": translate(word), "armed": counter.cut_is_due == "power"}


def _office(head_office: Process, translate: Translate) -> State:
    """``word``: what the button does next."""
    on = head_office.running
    return {"on": on, "word": translate(N_("本部を止める") if on else N_("本部を動かす"))}


def _tray_card(table: Table, card: TrayCard, translate: Translate) -> State:
    note = translate(words.NOTES[card.note]) if card.note else ""
    harm = _harm(card)
    number = format_card_no(card.number) if card.number is not None else ""
    return {
        "id": card.id,
        "kind": card.kind,
        "name": _name(card, translate),
        "note": note or number,
        "harm": translate(words.HARMS[harm]) if harm else "",
        "free": table.is_free(card),
    }


def _harm(card: TrayCard) -> str:
    """What a person cannot see on the card, and wants to know at the bench."""
    said = seen(card.plastic)
    if said.is_torn:
        return "torn"
    if said.is_dead:
        return "worn"
    return "wiped" if said.track is None and card.kind != "blank" else ""


def _name(card: TrayCard, translate: Translate) -> str:
    if card.kind == "played":
        return name_of(card.name, translate)
    used = card.kind == "new" and card.plastic.face is not None
    return card.name or translate(words.CARD_KINDS["used" if used else card.kind])


def _unit(table: Table, counter: Counter, plastic: SimCard | None, translate: Translate) -> State:
    state: State = {
        "model": counter.card_unit,
        "card": plastic is not None,
        **unit_of(counter, translate),
        "name": "",
        "face": "",
        "face_text": "",
    }
    if plastic is not None:
        card = table.of(plastic)
        name = "" if card is None else _name(card, translate)
        state["name"] = name
    if plastic is not None and plastic.chip is None:
        face = card_face(plastic)
        version = zlib.crc32(repr(face.rows).encode("ascii"))
        state["face"] = f"/counters/{counter.number}/face.png?v={version:08x}"
        state["face_text"] = translate(N_("{name} のカードの面")).format(name=name)
    return state


def _record(table: Table, plastic: SimCard | None, translate: Translate) -> State:
    if plastic is None:
        return {"track": "", "verdict": translate(N_("カードなし")), "mood": "", "fields": []}
    said = seen(plastic)
    if said.is_torn:
        text = translate(words.VERDICTS["card.torn"])
        return {"track": "…", "verdict": text, "mood": "bad", "fields": []}
    if said.is_dead:
        text = translate(words.HARMS["worn"])
        return {"track": said.track or "", "verdict": text, "mood": "bad", "fields": []}
    if said.track is None:
        return {"track": "", "verdict": translate(N_("何も書いていない")), "mood": "", "fields": []}
    decoded = said.decoded(table.ring)
    mood = "ok" if decoded.verdict is Verdict.OK else "bad"
    verdict = translate(words.VERDICTS[decoded.verdict.value])
    fields = _fields(decoded, translate)
    if said.uid:
        fields.append((translate(N_("チップの番号")), said.uid.upper()))
    return {"track": said.track, "verdict": verdict, "mood": mood, "fields": fields}


def _fields(decoded: Decoded, translate: Translate) -> list[tuple[str, str]]:
    image = decoded.image
    if image is None:
        return []
    lots = " + ".join(_lot(lot.points, lot.month, translate) for lot in image.lots if lot.points) or "0"
    pairs = (
        (N_("カード番号"), format_card_no(image.card)),
        (N_("世代と通し番号"), f"{image.gen} - {image.seq}"),
        (N_("ポイント残高"), f"{image.balance:,}"),
        (N_("期限ごとの内訳"), lots),
        (N_("最後の来店"), day_from_card(image.day).isoformat() if image.day else "—"),
        (N_("書いた端末"), str(image.writer or "—")),
        (N_("前回付けた点・使った点"), f"+{image.earn} / -{image.redeem}"),
        (N_("本部確認後の使用・来店"), f"{image.off_red} / {image.off_cnt}"),
        (N_("前の記録の指紋"), f"{image.prev:08x}"),
        (N_("印（ビット）"), _flags(image)),
    )
    return [(translate(name), value) for name, value in pairs]


def _lot(points: int, month: int, translate: Translate) -> str:
    if not month:
        return translate(N_("{points}点（期限なし）")).format(points=points)
    year, number = month_from_card(month)
    return translate(N_("{points}点（{year}年{month}月末）")).format(points=points, year=year, month=number)


def _flags(image: CardImage) -> str:
    return f"{image.flags:07b}"
