"""Every error has a permanent code, and every code has its two sentences: nobody meets a bare number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

import pytest

from shared.card.codec import Verdict
from shared.errors import TEXTS
from tests.house.tree import Source, at, calls, product_files, source

CODE = re.compile(r"[a-z]+(\.[a-z_0-9]+)+")
RAISED = {"EnishiError": 0, "Refused": 0, "Notice": 0, "Stopped": 0}


def code_carriers(files: Iterable[Source]) -> dict[str, int]:
    """Classes that carry a code, and where in their arguments it stands: the kernel's with a field ``code``."""
    carriers = dict(RAISED)
    for file in files:
        if file.folder != "shared" or file.path.startswith("shared/sale/"):
            continue  # elsewhere "code" may be a store's or a staff member's, in a sale it is a product's
        for node in file.tree.body:
            if isinstance(node, ast.ClassDef):
                fields = [
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                ]
                if "code" in fields:
                    carriers[node.name] = fields.index("code")
    return carriers


def codes_given(file: Source, carriers: Mapping[str, int]) -> Iterator[tuple[str, ast.expr]]:
    """String literals handed to a carrier as its code, through a conditional expression too."""
    for name, call in calls(file.tree):
        place = carriers.get(name.split(".")[-1])
        if place is None:
            continue
        given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        given += call.args[place : place + 1]
        for argument in given:
            for node in branches(argument):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value, node


def branches(node: ast.expr) -> Iterator[ast.expr]:
    """Both sides of ``a if condition else b``, or the expression itself."""
    if isinstance(node, ast.IfExp):
        yield from branches(node.body)
        yield from branches(node.orelse)
    else:
        yield node


def unknown_codes(file: Source, carriers: Mapping[str, int], known: Iterable[str]) -> Iterator[str]:
    """Codes without sentences."""
    for code, node in codes_given(file, carriers):
        if code and code not in known:
            yield at(file, node, f"the code {code!r} has no text in shared/errors")


def unused_codes(files: Iterable[Source], known: Iterable[str]) -> list[str]:
    """Sentences that nobody can ever see: their code stands nowhere else in the product."""
    used = {verdict.value for verdict in Verdict}
    for file in files:
        if not file.path.startswith("shared/errors/"):
            used |= {
                node.value
                for node in ast.walk(file.tree)
                if isinstance(node, ast.Constant)
                if isinstance(node.value, str)
            }
    return sorted(set(known) - used)


def test_every_code_that_is_raised_has_its_sentences() -> None:
    carriers = code_carriers(product_files())
    found = [line for file in product_files() for line in unknown_codes(file, carriers, TEXTS)]
    assert not found, "\n".join(found)


def test_every_sentence_can_be_seen() -> None:
    assert not unused_codes(product_files(), TEXTS)


def test_every_code_is_lower_case_words_with_dots() -> None:
    assert not [code for code in TEXTS if not CODE.fullmatch(code)]


def test_no_code_is_defined_twice() -> None:
    defined = [
        key.value
        for file in product_files()
        if file.path.startswith("shared/errors/")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    assert sorted(defined) == sorted(TEXTS)


def test_every_sentence_ends_politely() -> None:
    endings = ("。", "！", "？")
    found = [
        code for code, text in TEXTS.items() if not (text.text.endswith(endings) and text.remedy.endswith(endings))
    ]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "raise EnishiError('device.no_such', why=1)",
        "return Refused(code='device.no_such')",
        "x = CardRewriterLost('device.no_such')",
        "raise errors.EnishiError('card.torn' if a else 'device.no_such')",
    ],
)
def test_a_code_without_sentences_is_found(text: str) -> None:
    carriers = {**RAISED, "CardRewriterLost": 0}
    assert list(unknown_codes(source("server/a.py", text), carriers, {"card.torn"}))


def test_a_class_with_a_code_field_is_known_as_a_carrier() -> None:
    made = source("shared/a.py", "class Lost:\n    slip: int\n    code: str\n")
    assert code_carriers([made])["Lost"] == 1


def test_a_sentence_that_nobody_can_see_is_found() -> None:
    assert unused_codes([source("server/a.py", "x = 'card.a'")], ["card.a", "card.b"]) == ["card.b"]
