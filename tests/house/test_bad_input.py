"""The table of bad input is true: its codes have words in both languages, its tests and limits exist."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Collection, Iterator, Mapping

from deploy import texts
from shared.errors import TEXTS, ErrorText
from tests.house.tree import ROOT, files_of_tests

TABLE = ROOT / "tests" / "BAD-INPUT.md"
NOBODY = "—"
KINDS = (  # what the table must speak of at least
    "garbage", "truncated", "oversized", "BCC", "FCS", "foreign stripe", "forged stripe", "unknown setting",
    "device missing", "damaged journal", "head office down", "wrong clock",
)  # fmt: skip


def rows(text: str, columns: int) -> list[list[str]]:
    """The rows of every table with so many columns, without its head."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [row for row in found if len(row) == columns and "---" not in row[0] and row[-1] != "test"]


def written() -> set[str]:
    """Every test as ``folder/test_file.py::test_name``."""
    return {
        f"{file.path.removeprefix('tests/')}::{node.name}"
        for file in files_of_tests()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def faults(
    table: list[list[str]], known: Collection[str], codes: Mapping[str, ErrorText], english: Mapping[str, str]
) -> Iterator[str]:
    """What a table of kinds says that is not so."""
    for kind, where, code, test in table:
        row = f"{kind} ({where})"
        if test not in known:
            yield f"{row}: there is no test {test}"
        if code == NOBODY:
            continue
        if code not in codes:
            yield f"{row}: there is no code {code}"
        elif not (english.get(codes[code].text) and english.get(codes[code].remedy)):
            yield f"{row}: {code} has no English words"


def is_limit(name: str) -> bool:
    module, _, limit = name.rpartition(".")
    return bool(re.fullmatch(r"[A-Z_]+", limit)) and hasattr(importlib.import_module(module), limit)


def english() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in texts.read(ROOT) if message.id}


def test_every_row_names_a_test_and_a_code_with_words_in_both_languages() -> None:
    table = rows(TABLE.read_text("utf-8"), 4)
    assert len(table) > 60
    found = list(faults(table, written(), TEXTS, english()))
    assert not found, "\n".join(found)


def test_every_limit_has_a_name_and_a_test_that_crosses_it() -> None:
    table = rows(TABLE.read_text("utf-8"), 3)
    known = written()
    assert {"wire", "card", "sync", "form", "API"} <= {boundary for boundary, _, _ in table}
    assert not [limit for _, limit, _ in table if not is_limit(limit)]
    assert not [test for _, _, test in table if test not in known]


def test_no_kind_of_bad_input_is_left_out() -> None:
    told = " ".join(kind for kind, *_ in rows(TABLE.read_text("utf-8"), 4))
    assert not [kind for kind in KINDS if kind not in told]


def test_a_wrong_row_is_found() -> None:
    table = rows("| kind | where | code | test |\n| --- | --- | --- | --- |\n| a | b | no.such | c::d |\n", 4)
    assert len(list(faults(table, set(), {}, {}))) == 2
    (fault,) = faults([["a", "b", "card.torn", "t"]], {"t"}, TEXTS, {})
    assert "English" in fault
