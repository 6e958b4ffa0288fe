"""Templates by trade: enough of them, sound, each with reasons in both languages."""

from __future__ import annotations

from dataclasses import replace

from server.programs.checklist import missing
from server.programs.trades import LANGUAGES, trade, trades
from shared.points.program import Terms, validate_programme

TRADES_MIN = 30


def test_there_are_templates_for_thirty_kinds_of_shop():
    listed = [one for group in trades() for one in group.trades]
    assert len(listed) >= TRADES_MIN
    assert len({one.name["ja"] for one in listed}) == len(listed)


def test_every_template_is_sound_and_says_why_in_both_languages():
    for group in trades():
        for one in group.trades:
            validate_programme(one.programme)
            assert all(one.name[language] and one.group[language] for language in LANGUAGES)
            assert one.reasons
            assert all(reason.ja and reason.en for reason in one.reasons)
            named = replace(one.programme.terms, contact="店", expiry_words="期限", use_words="使い方")
            assert not missing(replace(one.programme, terms=named)), one.key


def test_a_template_that_is_not_there():
    assert trade("../bakery") is None
    assert Terms().own_use_only
