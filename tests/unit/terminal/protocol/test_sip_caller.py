"""Who is calling: asserted first, said last, and hidden when the caller wishes it."""

from __future__ import annotations

import pytest

from shared.visit.events import Withheld
from terminal.protocol.sip import Request
from terminal.protocol.sip_caller import caller_of
from terminal.protocol.telephone import Caller

FROM = ("from", "<sip:0311111111@gw>;tag=1")
ANONYMOUS = ("from", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
PAI = ("p-asserted-identity", "<sip:0322222222@gw>")
PARTY = ("remote-party-id", "<sip:0333333333@gw>;party=calling;privacy=off")

CASES = [
    ([FROM], "0311111111"),
    ([FROM, PARTY], "0333333333"),
    ([FROM, PARTY, PAI], "0322222222"),
    ([FROM, ("p-asserted-identity", '"Shop" <sip:gw.example>, <tel:+81322222222>')], "0322222222"),
    ([("from", "<sip:0312345678;npdi=yes@gw;user=phone>;tag=1")], "0312345678"),
    ([ANONYMOUS, PAI], "0322222222"),  # the network shows it, so it may be shown
    ([FROM, ("privacy", "none")], "0311111111"),
    ([FROM, PAI, ("privacy", "id")], Withheld.PRIVATE),
    ([FROM, ("privacy", "critical;user")], Withheld.PRIVATE),
    ([FROM, ("privacy", "critical"), ("privacy", "header")], Withheld.PRIVATE),
    ([FROM, ("remote-party-id", "<sip:0333333333@gw>;privacy=full")], Withheld.PRIVATE),
    ([ANONYMOUS], Withheld.PRIVATE),
    ([("from", '"Anonymous" <sip:0311111111@gw>;tag=1')], Withheld.PRIVATE),
    ([("from", "<sip:anonymous@gw>;tag=1")], Withheld.PRIVATE),
    ([("from", '"Coin line/payphone" <sip:anonymous@anonymous.invalid>;tag=1')], Withheld.COIN_PHONE),
    ([("from", "Coin line/payphone <sip:anonymous@x>"), ("privacy", "id")], Withheld.COIN_PHONE),
    ([("from", '"Unavailable" <sip:unavailable@anonymous.invalid>')], Withheld.UNAVAILABLE),
    ([("from", '"Interaction with other service" <sip:anonymous@x>')], Withheld.CONFLICT),
    ([("from", "<sip:alice@gw>")], Withheld.UNAVAILABLE),
    ([], Withheld.UNAVAILABLE),
]


@pytest.mark.parametrize(("headers", "expected"), CASES)
def test_the_caller_is_the_number_or_the_reason(headers: list[tuple[str, str]], expected: str | Withheld) -> None:
    caller = caller_of(Request(tuple(headers), "INVITE", "sip:3@gw"))
    assert caller == (Caller(expected, None) if isinstance(expected, str) else Caller("", expected))
