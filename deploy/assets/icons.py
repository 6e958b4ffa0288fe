"""Build the pages' icon sprite: the Lucide icons named in ``icons.txt`` as one SVG file of symbols.

``<svg class="icon"><use href="…/icons.svg#credit-card"/></svg>`` draws one. A name that Lucide does not know stops
the build, so a page cannot show a hole.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = Path(__file__).with_name("icons.txt")
DATABASE = Path("assets/lucide-icons.db")
SPRITES = (Path("assets/icons.svg"), Path("server/web/static/vendor/icons.svg"))
SYMBOL_ATTRIBUTES = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


class UnknownIconError(Exception):
    """A name in the list that Lucide does not have."""

    def __init__(self, name: str, alike: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.alike = tuple(alike)


def main(root: Path = ROOT) -> int:
    """Write the sprites when the list or the icons changed. Exit code 2 names an unknown icon."""
    sources = (NAMES, root / DATABASE, Path(__file__))
    if all(is_newer(root / sprite, sources) for sprite in SPRITES):
        return 0
    try:
        sprite = build(read_names(NAMES.read_text(encoding="utf-8")), root / DATABASE)
    except UnknownIconError as error:
        alike = "・".join(error.alike) or "—"
        sys.stderr.write(
            f"deploy/assets/icons.txt のアイコン {error.name} は Lucide にありません（近い名前: {alike}）。\n"
            f"Lucide has no icon {error.name} (deploy/assets/icons.txt).\n"
        )
        return 2
    for place in SPRITES:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(sprite, encoding="utf-8")
    return 0


def is_newer(target: Path, sources: Sequence[Path]) -> bool:
    """Whether ``target`` exists and no source was changed after it."""
    if not target.exists():
        return False
    built_ns = target.stat().st_mtime_ns
    return all(source.exists() and source.stat().st_mtime_ns <= built_ns for source in sources)


def read_names(text: str) -> list[str]:
    """The names of a list: one per line, ``#`` begins a comment, each once."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return sorted({line for line in lines if line})


def build(names: Sequence[str], database: Path) -> str:
    """The sprite's text. Raises :class:`UnknownIconError` with up to three names that look alike."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        known = dict(connection.execute("SELECT name, svg FROM icons"))
    finally:
        connection.close()
    for name in names:
        if name not in known:
            raise UnknownIconError(name, difflib.get_close_matches(name, known, n=3))
    symbols = "".join(f'<symbol id="{name}" {SYMBOL_ATTRIBUTES}>{inner(known[name])}</symbol>\n' for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def inner(svg: str) -> str:
    """The drawing inside an icon's ``<svg>`` element, on one line."""
    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s*\n\s*", "", body).strip()


if __name__ == "__main__":
    sys.exit(main())
