"""The board of the POS's sales: each offered once, answered once, forgotten in the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.sale.basket import LINES_MAX, REFERENCE_LEN_MAX, Basket
from shared.sale.product import TaxRate
from shared.units import YEN_MAX
from shared.visit.effects import AnswerPos
from shared.visit.events import SaleCame
from terminal.app.pos import PosBoard, amount_line, checked, is_reference
from terminal.app.store.pos_sales import PosRecord

SALE = Basket((amount_line(1_980),), 0, "R1-0042")
DONE = AnswerPos("R1-0042", "done", make_card_no(7), 0, 1_980, 19, 0, 119)


class Till:
    """A board and what it asked of the loop."""

    def __init__(self, sales_max: int = 3) -> None:
        self.came: list[SaleCame] = []
        self.withdrawn: list[str] = []
        self.is_full = False
        self.journal: dict[str, PosRecord] = {}
        self.board = PosBoard(self.post, self.withdrawn.append, sales_max, self.journal.get)

    def post(self, event: SaleCame) -> None:
        if self.is_full:
            raise EnishiError("visit.inbox_full", limit=1)
        self.came.append(event)


@pytest.fixture
def till() -> Till:
    return Till()


def code_of(caught: pytest.ExceptionInfo[EnishiError]) -> str:
    return caught.value.code


def test_a_sale_goes_to_the_counter_once(till: Till) -> None:
    assert till.board.offer(SALE).state == "waiting"
    assert till.board.offer(SALE).state == "waiting"
    assert till.came == [SaleCame(SALE)]


def test_the_same_number_with_another_content_is_refused(till: Till) -> None:
    till.board.offer(SALE)
    with pytest.raises(EnishiError) as caught:
        till.board.offer(replace(SALE, lines=(amount_line(1),)))
    assert code_of(caught) == "kiosk.pos_other_content"
    assert len(till.came) == 1


def test_an_answer_is_kept_and_the_first_final_one_stays(till: Till) -> None:
    till.board.offer(SALE)
    till.board.answer(DONE)
    till.board.answer(AnswerPos("R1-0042", "cancelled"))
    sale = till.board.offer(SALE)
    assert (sale.state, sale.answer) == ("done", DONE)
    assert len(till.came) == 1


def test_a_busy_counter_is_asked_again_by_the_same_sale(till: Till) -> None:
    till.board.offer(SALE)
    till.board.answer(AnswerPos("R1-0042", "busy"))
    assert till.board.offer(SALE).state == "waiting"
    assert len(till.came) == 2


def test_a_full_inbox_leaves_nothing_behind(till: Till) -> None:
    till.is_full = True
    with pytest.raises(EnishiError):
        till.board.offer(SALE)
    assert till.board.look("R1-0042") is None


def test_a_waiting_sale_is_taken_back_by_the_loop(till: Till) -> None:
    till.board.offer(SALE)
    assert till.board.take_back("R1-0042").state == "waiting"
    assert till.withdrawn == ["R1-0042"]
    till.board.answer(AnswerPos("R1-0042", "cancelled"))
    assert till.board.take_back("R1-0042").state == "cancelled"
    assert till.withdrawn == ["R1-0042"]


def test_a_sale_that_the_counter_was_too_busy_for_is_taken_back_at_once(till: Till) -> None:
    till.board.offer(SALE)
    till.board.answer(AnswerPos("R1-0042", "busy"))
    assert till.board.take_back("R1-0042").state == "cancelled"
    assert not till.withdrawn


def test_what_is_done_or_unknown_cannot_be_taken_back(till: Till) -> None:
    till.board.offer(SALE)
    till.board.answer(DONE)
    for reference, code in (("R1-0042", "kiosk.pos_done"), ("other", "kiosk.pos_unknown")):
        with pytest.raises(EnishiError) as caught:
            till.board.take_back(reference)
        assert code_of(caught) == code


def test_old_answers_make_room_and_waiting_sales_never_do(till: Till) -> None:
    for number in range(3):
        till.board.offer(replace(SALE, reference=f"R{number}"))
    with pytest.raises(EnishiError) as caught:
        till.board.offer(SALE)
    assert code_of(caught) == "kiosk.pos_too_many"
    till.board.answer(AnswerPos("R1", "done"))
    till.board.offer(SALE)
    assert till.board.look("R1") is None
    assert till.board.look("R0") is not None


def test_what_the_journal_has_is_answered_and_never_offered_again(till: Till) -> None:
    till.journal["R1-0042"] = PosRecord(SALE, DONE)
    sale = till.board.offer(SALE)
    assert (sale.state, sale.answer, till.came) == ("done", DONE, [])
    with pytest.raises(EnishiError) as caught:
        till.board.offer(replace(SALE, lines=(amount_line(1),)))
    assert code_of(caught) == "kiosk.pos_other_content"


def test_the_journal_is_asked_by_look_and_by_take_back_as_well(till: Till) -> None:
    till.journal["R1-0042"] = PosRecord(SALE, DONE)
    with pytest.raises(EnishiError) as caught:
        till.board.take_back("R1-0042")
    assert code_of(caught) == "kiosk.pos_done"
    seen = Till()
    seen.journal["R1-0042"] = PosRecord(SALE, DONE)
    found = seen.board.look("R1-0042")
    assert found is not None
    assert found.answer == DONE
    assert seen.board.look("../R1") is None


def test_a_sale_whose_card_must_be_seen_waits_for_its_answer_and_is_not_taken_back(till: Till) -> None:
    till.journal["R1-0042"] = PosRecord(SALE, None)
    assert till.board.offer(SALE).state == "waiting"
    with pytest.raises(EnishiError) as caught:
        till.board.take_back("R1-0042")
    assert code_of(caught) == "kiosk.pos_undecided"
    till.board.let_go("R1-0042")
    assert till.board.offer(SALE).state == "waiting"
    till.board.answer(DONE)
    assert till.board.offer(SALE).answer == DONE
    assert till.came == []
    assert till.withdrawn == []


def test_a_sale_that_nobody_holds_any_more_is_cancelled(till: Till) -> None:
    till.board.offer(SALE)
    till.board.let_go("R1-0042")
    till.board.let_go("never heard of")
    assert till.board.offer(SALE).state == "cancelled"


def test_a_sale_that_was_forgotten_in_a_busy_day_is_found_in_the_journal(till: Till) -> None:
    till.board.offer(SALE)
    till.board.answer(DONE)
    till.journal["R1-0042"] = PosRecord(SALE, DONE)
    for number in range(3):
        till.board.offer(replace(SALE, reference=f"R{number}"))
        till.board.answer(AnswerPos(f"R{number}", "done"))
    came = len(till.came)
    assert till.board.offer(SALE).answer == DONE
    assert len(till.came) == came


def test_on_a_journal_that_cannot_be_asked_nothing_is_offered(till: Till) -> None:
    def broken(reference: str) -> PosRecord | None:
        raise EnishiError("store.corrupt", detail="x")

    board = PosBoard(till.post, till.withdrawn.append, 3, broken)
    with pytest.raises(EnishiError) as caught:
        board.offer(SALE)
    assert code_of(caught) == "store.corrupt"
    assert till.came == []


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["offer", "busy", "done", "cancelled"])), max_size=30)
)
def test_whatever_happens_a_sale_ends_once_and_the_board_stays_small(steps: list[tuple[str, str]]) -> None:
    till, refusals = Till(sales_max=2), list[str]()
    for reference, step in steps:
        before = till.board.look(reference)
        if step != "offer":
            till.board.answer(AnswerPos(reference, step))
        else:
            try:
                till.board.offer(replace(SALE, reference=reference))
            except EnishiError as error:
                refusals.append(error.code)
        after = till.board.look(reference)
        if before is not None and before.is_over and after is not None:
            assert after.state == before.state
    assert set(refusals) <= {"kiosk.pos_too_many"}
    assert sum(till.board.look(reference) is not None for reference in "abcd") <= 2


@pytest.mark.parametrize("text", ["R1-0042", "2026-11-21_0042", "a", "1.2:3", "x" * REFERENCE_LEN_MAX])
def test_a_reference_is_letters_digits_and_a_few_marks(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize("text", ["", "..", "-1", "a b", "a/b", "会計1", "a\n", "x" * (REFERENCE_LEN_MAX + 1)])
def test_what_cannot_stand_in_an_address_is_no_reference(text: str) -> None:
    assert not is_reference(text)
    with pytest.raises(EnishiError) as caught:
        checked(replace(SALE, reference=text))
    assert code_of(caught) == "kiosk.pos_reference"


def test_an_amount_gets_no_tax_added() -> None:
    line = amount_line(1_980)
    assert (line.name, line.code, line.tax, line.goods_yen) == ("レジ", "", TaxRate.NONE, 1_980)


@pytest.mark.parametrize(
    ("basket", "code"),
    [
        (replace(SALE, lines=(amount_line(1),) * (LINES_MAX + 1)), "sale.too_many_lines"),
        (replace(SALE, discount_yen=2_000), "sale.discount_above_subtotal"),
        (replace(SALE, lines=(amount_line(YEN_MAX + 1),)), "sale.line"),
    ],
)
def test_a_basket_that_is_no_sale_is_refused_by_name(basket: Basket, code: str) -> None:
    with pytest.raises(EnishiError) as caught:
        checked(basket)
    assert code_of(caught) == code
