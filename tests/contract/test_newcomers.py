"""What counters hear of newcomers reaches head office in a box that only it opens."""

from __future__ import annotations

from typing import Any

import pytest
from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select

from server.ledger.models import Visit
from server.members.models import CardEnrolment
from server.sync.handlers import SEALED_MAX
from shared.sync.messages import Quarantined
from shared.visit.journal import Enrol, Newcomer
from tests.contract.head_office_bench import BOOT, CARD, DAY, Bench, Terminal, commit, intent

PHONE = "09012345678"


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def rows(bench: Bench, model: Any) -> list[Any]:
    with bench.database.reading() as session:
        found = session.scalars(select(model)).all()
        session.expunge_all()
        return list(found)


def test_what_was_heard_of_a_newcomer_is_opened_by_head_office_and_stored_sealed(
    bench: Bench, terminal: Terminal
) -> None:
    terminal.write(BOOT, Newcomer(CARD, PHONE, "ヤマダ", 4, DAY))
    assert terminal.push().quarantined == ()
    assert [(one.phone, one.kana) for one in rows(bench, CardEnrolment)] == [(PHONE, "ヤマダ")]
    stored = b"".join(event.body for event in bench.events())
    assert PHONE.encode() not in stored
    assert "ヤマダ".encode() not in stored


def test_a_holder_that_head_office_cannot_open_is_set_aside_with_a_code(bench: Bench, terminal: Terminal) -> None:
    newcomer = Newcomer(CARD, PHONE, "ヤマダ", 0, DAY)
    for_another = terminal.sealed(newcomer, bytes(SigningKey(bytes(32)).verify_key))
    right = terminal.sealed(newcomer).sealed
    torn, short, long = right[:-1], b"x", right + bytes(SEALED_MAX)
    no_holder = SealedBox(office_key(bench)).encrypt(b'{"phone":1}')
    boxes = (for_another.sealed, torn, short, no_holder, long)
    terminal.write(BOOT, *(Enrol(CARD, box, 0, DAY) for box in boxes), intent(1, 1), commit(1))
    codes = ["sync.sealed"] * 4 + ["sync.field"]
    assert terminal.push().quarantined == tuple(Quarantined(seq, code) for seq, code in enumerate(codes, 2))
    assert [visit.state for visit in rows(bench, Visit)] == ["counted"]
    assert rows(bench, CardEnrolment) == []


def office_key(bench: Bench) -> PublicKey:
    return VerifyKey(bench.app.extensions["enishi"].vault.public_key).to_curve25519_public_key()
