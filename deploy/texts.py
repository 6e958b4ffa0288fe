"""The texts of the product and their translations: collect, check, compile.

Source texts are Japanese and stand in the code and the page templates; ``shared/locale/en`` holds the English ones.
``update`` brings the catalogue up to date and keeps every translation, ``check`` says what is missing or wrong,
``compile`` makes the binary file that the programs read (git-ignored; set-up makes it).
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("shared/locale/en/LC_MESSAGES/enishi.po")
LOCALE = "en"
FOLDERS = ("server", "shared", "simulators", "terminal")
METHODS = [
    ("**/vendor/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,  # marked where it is written, translated where it is shown
    "gettext": None,
    "translate": None,  # the parameter's name where a function is handed its translator
    "text": None,  # the method of faces and receipts that translates, fills in and folds
    "ngettext": (1, 2),
}
COMMENT_TAG = "訳:"  # a comment that begins so is a note for the translator
HEADER = """\
# English texts of Enishi. Collected by "./enishi texts"; only the msgstr lines are written by hand.
msgid ""
msgstr ""
"Project-Id-Version: enishi\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PLACEHOLDER = re.compile(r"\{(\w*)[^{}]*\}|%\((\w+)\)[sd]|%(?=[sd])")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff01-\uff9f]")


def main(arguments: list[str], root: Path = ROOT) -> int:
    """``update``, ``check`` or ``compile``; ``check`` ends with 1 when it finds something."""
    match arguments:
        case ["update"]:
            write(root / CATALOGUE, po_text(merged(read(root), collect(root))).encode("utf-8"))
            write(root / CATALOGUE.with_suffix(".mo"), mo_bytes(read(root)))
            return 0
        case ["check"]:
            found = findings(read(root), collect(root))
            sys.stderr.writelines(line + "\n" for line in found)
            return 1 if found else 0
        case ["compile"]:
            write(root / CATALOGUE.with_suffix(".mo"), mo_bytes(read(root)))
            return 0
    sys.stderr.write("usage: texts.py update | check | compile\n")
    return 2


def collect(root: Path) -> Catalog:
    """Every Japanese text that the code and the templates mark, without translations.

    What has no Japanese in it ("No.{card}", a statement of SQL's ``text``) needs none.
    """
    catalogue = Catalog(locale=LOCALE)
    for folder in FOLDERS:
        extracted = extract_from_dir(root / folder, METHODS, {}, KEYWORDS, (COMMENT_TAG,), strip_comment_tags=True)
        for filename, _line, text, comments, context in extracted:
            if not _JAPANESE.search("".join(forms(text))):
                continue
            catalogue.add(text, None, [(f"{folder}/{filename}", 0)], auto_comments=comments, context=context)
    return catalogue


def read(root: Path) -> Catalog:
    """The catalogue on disk; an empty one before the first ``update``."""
    path = root / CATALOGUE
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def merged(known: Catalog, collected: Catalog) -> Catalog:
    """``collected`` with the translations of ``known``; texts that nobody shows any more are dropped."""
    for message in texts_of(collected):
        old = known.get(message.id, message.context)
        if old is not None:
            message.string = old.string
            message.flags = set(old.flags)
    return collected


def findings(known: Catalog, collected: Catalog) -> list[str]:
    """What is wrong with the catalogue, one line each."""
    wanted = {identity(message) for message in texts_of(collected)}
    present = {identity(message) for message in texts_of(known)}
    lines = [f"not in the catalogue (run ./enishi texts): {text}" for text in sorted(wanted - present)]
    lines += [f"no longer used (run ./enishi texts): {text}" for text in sorted(present - wanted)]
    for message in texts_of(known):
        lines += [f"{fault}: {identity(message)}" for fault in faults(message)]
    return lines


def faults(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    translations = forms(message.string)
    if not all(translations) or not translations:
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked fuzzy"
    wanted = {name for source in forms(message.id) for name in placeholders(source)}
    for translation in translations:
        if placeholders(translation) != wanted:
            yield f"placeholders differ in {translation!r}"
        if _JAPANESE.search(translation):
            yield f"Japanese left in {translation!r}"


def placeholders(text: str) -> set[str]:
    """The names in braces or ``%(…)s`` that are filled in when the text is shown."""
    bare = text.replace("{{", "").replace("}}", "").replace("%%", "")
    return {found.group(1) or found.group(2) or "" for found in _PLACEHOLDER.finditer(bare)}


def texts_of(catalogue: Iterable[Message]) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalogue if message.id)


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the only form; nothing for a text that was never translated."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def identity(message: Message) -> str:
    """The text by which a message is known."""
    return " | ".join(forms(message.id)) + (f" [{message.context}]" if message.context else "")


def po_text(catalogue: Catalog) -> str:
    """The catalogue as text: sorted, without dates or line numbers, so that only real changes show."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + buffer.getvalue().decode("utf-8").lstrip("\n")


def mo_bytes(catalogue: Catalog) -> bytes:
    """The binary form."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def write(path: Path, data: bytes) -> None:
    """Put the whole file in place at once; a running program never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
