"""What a key holds, kept and read again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.access.scope import ALL, Scope
from server.api.scopes import SCOPES, decode_scopes, decode_stores, encode_scopes, encode_stores
from server.api.table import ROUTES


@given(st.sets(st.sampled_from(SCOPES)))
def test_scopes_come_back_as_they_were_kept(scopes: set[str]) -> None:
    assert decode_scopes(encode_scopes(scopes)) == scopes


def test_what_is_no_scope_is_not_kept() -> None:
    assert decode_scopes(encode_scopes(["members:read", "all:write"])) == {"members:read"}


def test_nobody_s_stores_are_not_everybody_s() -> None:
    assert decode_stores(encode_stores(None)) == ALL
    assert decode_stores(encode_stores([])) == Scope(frozenset())
    assert decode_stores(encode_stores(["2", "1"])) == Scope(frozenset({"1", "2"}))


def test_every_scope_opens_a_route_and_every_route_has_one() -> None:
    assert {route.scope for route in ROUTES} == {"", *SCOPES}
    assert all(route.scope.endswith(":write") is route.writes for route in ROUTES if route.scope)
