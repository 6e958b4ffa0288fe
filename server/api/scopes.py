"""What a key may open: areas, to read or to change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from server.access.scope import ALL, Scope
from shared.locale import N_

READ, WRITE = "read", "write"
LEVELS = (READ, WRITE)
AREAS: Mapping[str, str] = {
    "members": N_("会員"), "cards": N_("カード"), "ledger": N_("ポイント"), "sales": N_("売上"),
    "messages": N_("メッセージ"), "segments": N_("対象者リスト"), "stores": N_("店舗と端末"),
}  # fmt: skip
LEVEL_WORDS: Mapping[str, str] = {READ: N_("見る"), WRITE: N_("変える")}


def scope_name(area: str, level: str) -> str:
    """As a key holds it: "members:read"."""
    return f"{area}:{level}"


# Sales, segments and stores are changed at counters and in the console only.
SCOPES = tuple(
    scope_name(area, level)
    for area in AREAS
    for level in LEVELS
    if level == READ or area in ("members", "cards", "ledger", "messages")
)


def encode_scopes(scopes: Collection[str]) -> bytes:
    return msgspec.json.encode([scope for scope in SCOPES if scope in scopes])


def decode_scopes(kept: bytes) -> frozenset[str]:
    return frozenset(msgspec.json.decode(kept, type=list[str]))


def encode_stores(stores: Collection[str] | None) -> bytes:
    """null: all of them. Nobody's stores stay nobody's."""
    return msgspec.json.encode(None if stores is None else sorted(stores))


def decode_stores(kept: bytes) -> Scope:
    codes = msgspec.json.decode(kept, type=list[str] | None)
    return ALL if codes is None else Scope(frozenset(codes))
