"""The JSON of protocol version 1. Files of a version never change: what is added has a default."""

from __future__ import annotations

import msgspec
import pytest

from shared.card.layout import Layout, Part
from shared.sync.health import DeviceHealth, Health
from shared.sync.identity import Identity
from shared.sync.messages import (
    Enrol,
    EnrolReply,
    ErrorReply,
    FeedEntry,
    Hello,
    HelloReply,
    JournalEvent,
    KeyPackage,
    LayoutItem,
    Push,
    PushReply,
    Quarantined,
    RosterHeld,
    RosterOffer,
    StreamHead,
)

STREAM, HASH = b"\0\x0c" + b"n" * 8, b"h" * 32
HEAD = StreamHead(STREAM, 3, HASH)
HEAD_JSON = '{"stream":"AAxubm5ubm5ubg==","seq":3,"hash":"aGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGg="}'
HASH_JSON = '"aGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGg="'

HEALTH = Health(
    48_123, 48_000,
    (
        DeviceHealth("card_rewriter", "tcp300", identity="TCP3II V 1.00"),
        DeviceHealth("receipt_printer", "escpos", "device.receipt_printer.paper_low"),
    ),
    20_480, "ok", True,
)  # fmt: skip
OFFER = RosterOffer("c" * 32, "b" * 32, 9, 88, 20_000, 4_194_305, 4_194_304, HASH, b"sealed")

GOLDEN: list[tuple[msgspec.Struct, str]] = [
    (
        Hello(1, "0.1.0", (HEAD,), 5, 9, 1_790_000_000_000, 2, "ab" * 32),
        f'{{"protocol":1,"software":"0.1.0","streams":[{HEAD_JSON}],"cursor":5,"feed_epoch":9,'
        f'"wall_ms":1790000000000,"server_epoch":2,"board":"{"ab" * 32}"}}',
    ),
    (
        HelloReply(1, 1_790_000_000_000, 9, (HEAD,), 2, "BOARD_CHANGED", 1, 4, (KeyPackage(4, b"sealed"),)),
        f'{{"protocol":1,"server_time_ms":1790000000000,"feed_epoch":9,"streams":[{HEAD_JSON}],"server_epoch":2,'
        '"verdict":"BOARD_CHANGED","min_protocol":1,"kid":4,"keys":[{"kid":4,"sealed":"c2VhbGVk"}]}',
    ),
    (
        Hello(1, "0.3.0", (), 5, 9, 1_790_000_000_000, roster=RosterHeld(("b" * 32,), 77)),
        '{"protocol":1,"software":"0.3.0","streams":[],"cursor":5,"feed_epoch":9,"wall_ms":1790000000000,'
        f'"server_epoch":0,"board":"","roster":{{"ids":["{"b" * 32}"],"upto":77}}}}',
    ),
    (
        Hello(1, "0.3.0", (), 5, 9, 1_790_000_000_000, health=HEALTH),
        '{"protocol":1,"software":"0.3.0","streams":[],"cursor":5,"feed_epoch":9,"wall_ms":1790000000000,'
        '"server_epoch":0,"board":"","health":{"rewrites":48123,"prints":48000,"devices":[{"role":"card_rewriter",'
        '"model":"tcp300","identity":"TCP3II V 1.00"},{"role":"receipt_printer","model":"escpos",'
        '"code":"device.receipt_printer.paper_low"}],"free_mb":20480,"mirror":"ok","training":true}}',
    ),
    (
        HelloReply(1, 1_790_000_000_000, 9, (), rosters=(OFFER,)),
        '{"protocol":1,"server_time_ms":1790000000000,"feed_epoch":9,"streams":[],"server_epoch":0,"verdict":"OK",'
        f'"min_protocol":1,"kid":0,"keys":[],"rosters":[{{"id":"{"c" * 32}","base":"{"b" * 32}","feed_epoch":9,'
        f'"upto":88,"members":20000,"size":4194305,"part_bytes":4194304,"digest":{HASH_JSON},"key":"c2VhbGVk",'
        '"format":1}]}',
    ),
    (
        Push(STREAM, HASH, (JournalEvent(4, "EJECT", b"{}", 1_790_000_000_000, HASH),)),
        f'{{"stream":"AAxubm5ubm5ubg==","prev_hash":{HASH_JSON},"events":[{{"seq":4,"type":"EJECT","body":"e30=",'
        f'"wall_ms":1790000000000,"hash":{HASH_JSON}}}]}}',
    ),
    (
        PushReply(4, 2, (Quarantined(3, "sync.body"),), 30),
        '{"acked_seq":4,"durable_seq":2,"quarantined":[{"seq":3,"code":"sync.body"}],"backoff_s":30}',
    ),
    (
        FeedEntry(8, LayoutItem("1", 3, Layout((*Part,), (Part.TODAY,), ("一言",), ("電話",), ("またどうぞ",), False))),
        '{"number":8,"item":{"kind":"layout","store":"1","version":3,"layout":{"order":["shop","name","balance","today",'
        '"expiry","own"],"hidden":["today"],"own":["一言"],"head":["電話"],"closing":["またどうぞ"],'
        '"gives_reason":false}}}',
    ),
    (
        FeedEntry(9, LayoutItem("1", 4)),
        '{"number":9,"item":{"kind":"layout","store":"1","version":4,"layout":null}}',
    ),
    (
        ErrorReply("sync.epoch", {"epoch": 2}),
        '{"code":"sync.epoch","facts":{"epoch":2},"have_seq":-1}',
    ),
    (
        Enrol("0123456789ABCDEF", HASH, "ab" * 32, "0.1.0"),
        f'{{"code":"0123456789ABCDEF","sign_key":{HASH_JSON},"board":"{"ab" * 32}","software":"0.1.0"}}',
    ),
    (
        EnrolReply("f" * 32, "confirmed", HASH, 12, 7, "1", "駅前店", "1番レジ", 2, 4, (KeyPackage(4, b"sealed"),)),
        f'{{"name":"{"f" * 32}","state":"confirmed","office_key":{HASH_JSON},"terminal":12,"tenant":7,"store":"1",'
        '"store_name":"駅前店","register_name":"1番レジ","server_epoch":2,"kid":4,'
        '"keys":[{"kid":4,"sealed":"c2VhbGVk"}]}',
    ),
    (
        Identity(
            12, 7, "1", HASH, 4, (KeyPackage(4, b"sealed"),), "駅前店", "1番レジ", "https://office.example", HASH, 2
        ),
        f'{{"terminal":12,"tenant":7,"store":"1","seed":{HASH_JSON},"kid":4,"keys":[{{"kid":4,"sealed":"c2VhbGVk"}}],'
        f'"store_name":"駅前店","register_name":"1番レジ","url":"https://office.example","office_key":{HASH_JSON},'
        '"server_epoch":2}',
    ),
]


@pytest.mark.parametrize(("message", "json"), GOLDEN, ids=lambda value: type(value).__name__)
def test_a_message_has_the_json_of_its_version_and_comes_back(message: msgspec.Struct, json: str) -> None:
    assert msgspec.json.encode(message).decode() == json
    assert msgspec.json.decode(json, type=type(message)) == message


EARLIER: list[tuple[str, msgspec.Struct]] = [
    (
        '{"protocol":1,"software":"0.1.0","streams":[],"cursor":0,"feed_epoch":0,"wall_ms":0}',
        Hello(1, "0.1.0", (), 0, 0, 0, 0, ""),
    ),
    (
        '{"protocol":1,"software":"9","streams":[],"cursor":0,"feed_epoch":0,"wall_ms":0,'
        '"health":{"mood":"calm","devices":[{"role":"robot","model":"r2","arms":4}]}}',
        Hello(1, "9", (), 0, 0, 0, health=Health(devices=(DeviceHealth("robot", "r2"),))),
    ),
    (
        '{"protocol":1,"server_time_ms":0,"feed_epoch":9,"streams":[]}',
        HelloReply(1, 0, 9, (), 0, "OK", 1, 0, ()),
    ),
    (
        '{"protocol":1,"server_time_ms":0,"feed_epoch":9,"streams":[],"verdict":"OF_TOMORROW","new_field":[1]}',
        HelloReply(1, 0, 9, (), 0, "OF_TOMORROW", 1, 0, ()),
    ),
]


@pytest.mark.parametrize(("json", "message"), EARLIER)
def test_what_an_earlier_or_a_later_release_said_is_understood(json: str, message: msgspec.Struct) -> None:
    assert msgspec.json.decode(json, type=type(message)) == message
