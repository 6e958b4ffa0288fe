"""Nothing in the tree names the workshop it was made in, a package index's host or a secret; nothing is left undone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, text_paths

# Written in halves so that this file does not hold what it looks for.
HOSTS = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian.org", "security.deb" + "ian"]
WORKSHOP = ["cl" + "aude", "anthro" + "pic", "open" + "ai", "chat" + "gpt", "l" + "lm", "sub" + "agent", "co" + "pilot"]
WORKSHOP += ["language" + " model", "this ses" + "sion", "developer ses" + "sion"]
PLACES = ["/work/" + "shared", "/work/" + "main"]
UNDONE = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
SECRETS = ["BEGIN " + "PRIVATE KEY", "BEGIN RSA " + "PRIVATE KEY", "AK" + "IA[0-9A-Z]{16}"]

FORBIDDEN = re.compile(
    "|".join(
        [
            *(re.escape(text) for text in HOSTS + PLACES),
            *(rf"(?i:\b{re.escape(word)}\b)" for word in WORKSHOP),
            *(rf"\b{word}\b" for word in UNDONE),
            *SECRETS,
        ]
    )
)
# A URL of a real host in code would be a request that leaves the shop. Loopback, private addresses, names without a
# dot, reserved names and the names of formats are nobody else's.
URL = re.compile(r"https?://([A-Za-z0-9.-]+)")
URL_ALLOWED = re.compile(
    r"(127|10)(\.\d+){3}|192\.168(\.\d+){2}|[A-Za-z0-9-]+|([\w-]+\.)*(example|test|invalid)(\.\w+)?"
    r"|www\.w3\.org|www\.apache\.org|"
)
CODE = {".css", ".html", ".js", ".py", ".sh", ".toml", ".svg"}


def bad_words(name: str, text: str) -> Iterator[str]:
    """Lines with a forbidden word."""
    for number, line in enumerate(text.splitlines(), 1):
        found = FORBIDDEN.search(line)
        if found:
            yield f"{name}:{number}: {found.group()}"


def outside_hosts(name: str, text: str) -> Iterator[str]:
    """Lines that name a host outside this machine."""
    for number, line in enumerate(text.splitlines(), 1):
        for host in URL.findall(line):
            if not URL_ALLOWED.fullmatch(host):
                yield f"{name}:{number}: {host}"


def test_no_file_holds_a_forbidden_word() -> None:
    found = [
        line
        for path in text_paths()
        for line in bad_words(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, "\n".join(found)


def test_no_code_names_a_host_outside() -> None:
    found = [
        line
        for path in text_paths()
        if path.suffix in CODE
        for line in outside_hosts(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", [*HOSTS, *PLACES, *WORKSHOP, *UNDONE, WORKSHOP[0].title() + " wrote it", "# " + UNDONE[0] + ": later"]
)
def test_a_forbidden_word_is_found(text: str) -> None:
    assert list(bad_words("a.py", "x = 1\n" + text + "\n"))


@pytest.mark.parametrize("text", ["session = Session()", "the fields of a form", "hack" + "ney", "a shop's manager"])
def test_an_ordinary_word_is_left_alone(text: str) -> None:
    assert not list(bad_words("a.py", text))


def test_a_host_outside_is_found_and_loopback_is_not() -> None:
    assert list(outside_hosts("a.js", "fetch('https" + "://cdn.jsdelivr.net/x')"))
    assert not list(outside_hosts("a.js", "fetch('http://127.0.0.1:8000/x'); ns='http://www.w3.org/2000/svg'"))
