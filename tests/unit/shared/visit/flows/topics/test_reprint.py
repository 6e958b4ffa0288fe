"""The last receipt once more."""

from __future__ import annotations

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.states import Idle, Keying
from tests.unit.shared.visit.counter import Counter, fresh_track


def test_after_a_yes_it_is_printed_with_its_mark():
    counter = Counter().boot().keys("menu 6 enter")
    assert counter.last(f.PrintAgain) == f.PrintAgain("再印字")
    assert counter.state == Idle()


def test_beside_a_card_and_a_no():
    counter = Counter().boot().handle(e.CardPresented(fresh_track())).keys("menu 5 cancel")
    assert counter.count(f.PrintAgain) == 0
    assert isinstance(counter.keys("menu 5 enter").state, Keying)


@pytest.mark.parametrize("before", [(), (e.CardPresented(fresh_track()),)])
def test_that_there_is_none_is_said(before):
    counter = Counter().boot().handle(*before, e.ReceiptFailed(0, "visit.no_receipt"))
    assert counter.notices == ["visit.no_receipt"]
