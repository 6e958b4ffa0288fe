"""The day's figures: looked at, printed, and closed with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Duty, Role
from shared.visit.journal import Day
from shared.visit.states import Idle
from tests.unit.shared.visit.counter import FIGURES, SHOP, STAFF, Counter


def test_the_figures_are_printed_and_shown():
    counter = Counter().boot().keys("menu 5 1")
    assert counter.last(f.AddUpDay) == f.AddUpDay("2026-11-18")
    assert ("差引売上", "33,080円") in counter.screen.lines
    assert counter.last(f.PrintReport).report.lines[0].left == "日報"
    assert counter.noted == []
    assert counter.keys("enter").state == Idle()


def test_a_report_that_does_not_come_out_is_said():
    counter = Counter().boot().keys("menu 5 1").handle(e.ReceiptFailed(0, "device.receipt_printer.paper_out"))
    assert counter.screen.notice.code == "device.receipt_printer.paper_out"


def test_todays_enrolments_by_name():
    assert Counter().boot().keys("menu 5 2").screen.lines == (("さくら", "2人"),)


def test_the_day_is_begun():
    counter = Counter().boot().keys("menu 5 3")
    assert counter.noted == [Day("2026-11-18", "open", 0)]
    assert counter.notices == ["day.begun"]


def test_closing_shows_the_figures_then_notes_and_prints_them():
    counter = Counter().boot().keys("menu 5 4")
    assert counter.shows(screens.Confirming)
    assert counter.noted == []
    counter.keys("enter")
    assert counter.noted == [Day("2026-11-19", "close", 0, FIGURES)]
    assert counter.count(f.PrintReport) == 1
    assert counter.notices == ["day.closed"]


def test_the_paper_and_the_note_name_the_shop():
    counter = Counter(shop=replace(SHOP, name="緑町店")).boot().keys("menu 5 4 enter")
    assert counter.noted[-1].figures == replace(FIGURES, shop="緑町店")
    assert "緑町店" in [line.left for line in counter.last(f.PrintReport).report.lines]


def test_a_no_closes_nothing():
    assert Counter().boot().keys("menu 5 4 cancel").noted == []


def test_only_a_manager_closes():
    counter = Counter(shop=replace(SHOP, duty=STAFF, needs_duty=True)).boot().keys("menu 5")
    assert [item.is_open for item in counter.screen.items] == [True, True, True, False, False, False]
    counter.keys("4 2222 enter")
    assert counter.screen.wrong.code == "duty.not_allowed"
    counter.keys("1111 enter")
    assert counter.shows(screens.Confirming)
    assert counter.keys("enter").noted[-1].staff == 1


def test_a_report_for_practice_says_so():
    shop = replace(SHOP, duty=Duty(1, "店長", Role.MANAGER, is_training=True))
    assert "練習" in Counter(shop=shop).boot().keys("menu 5 1").last(f.PrintReport).report.lines[0].left


@pytest.mark.parametrize("entry", ["1", "2"])
def test_in_training_the_screen_says_that_practice_is_in_no_figure(entry):
    shop = replace(SHOP, duty=Duty(1, "店長", Role.MANAGER, is_training=True))
    assert Counter(shop=shop).boot().keys(f"menu 5 {entry}").screen.notice.code == "day.practice"
    assert Counter().boot().keys(f"menu 5 {entry}").screen.notice is None


def test_what_was_left_out_stands_among_the_figures():
    labels = [label for label, _ in Counter().boot().keys("menu 5 1").screen.lines]
    assert "練習（数に入れません）" not in labels
    practised = Counter(figures=replace(FIGURES, training=3)).boot().keys("menu 5 1")
    assert practised.screen.lines[-1] == ("練習（数に入れません）", "3件")
    paper = "".join(line.left for line in practised.last(f.PrintReport).report.lines)
    assert "練習 3 件は、どの数字にも入っていません。" in paper
