"""Both languages are complete: every Japanese text has an English one with the same places to fill in."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from deploy import texts
from tests.house.tree import ROOT


def catalogue(*entries: tuple[str, str], fuzzy: bool = False) -> Catalog:
    """A catalogue made up by a test."""
    made = Catalog(locale="en")
    for source, translation in entries:
        made.add(source, translation, flags=["fuzzy"] if fuzzy else [])
    return made


def test_the_english_catalogue_is_complete_and_up_to_date() -> None:
    found = texts.findings(texts.read(ROOT), texts.collect(ROOT))
    assert not found, "\n".join(found)


def test_the_catalogue_is_written_as_the_tool_writes_it() -> None:
    known = texts.read(ROOT)
    text = (ROOT / texts.CATALOGUE).read_text(encoding="utf-8")
    assert texts.po_text(texts.merged(known, texts.collect(ROOT))) == text


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("{n} 点", "", "not translated"),
        ("{n} 点", "{m} points", "placeholders differ"),
        ("{n} 点", "points", "placeholders differ"),
        ("%(n)s 点", "%(m)s points", "placeholders differ"),
        ("点", "ポイント", "Japanese left"),
    ],
)
def test_a_bad_translation_is_found(source: str, translation: str, fault: str) -> None:
    found = texts.findings(catalogue((source, translation)), catalogue((source, "")))
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_fuzzy_translation_is_found() -> None:
    assert texts.findings(catalogue(("点", "points"), fuzzy=True), catalogue(("点", "")))


def test_a_missing_and_a_stale_text_are_found() -> None:
    found = texts.findings(catalogue(("古い", "old")), catalogue(("新しい", "")))
    assert [line.split(":")[0] for line in found] == [
        "not in the catalogue (run ./enishi texts)",
        "no longer used (run ./enishi texts)",
    ]


def test_a_good_translation_is_left_alone() -> None:
    entries = (("{n} 点、%(who)s さん、100%", "{n} points, %(who)s, 100%"), ("改行\n", "line\n"))
    assert not texts.findings(catalogue(*entries), catalogue(*entries))


def test_an_update_keeps_translations_and_drops_what_is_gone() -> None:
    after = texts.merged(catalogue(("残る", "stays"), ("消える", "goes")), catalogue(("残る", ""), ("来る", "")))
    assert {message.id: message.string for message in texts.texts_of(after)} == {"残る": "stays", "来る": ""}
