"""The terminal's language: reads the catalogue in the repository itself, so that no build step can be forgotten."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared import locale
from shared.locale import DOMAIN, Translate, japanese

CATALOGUES = Path(locale.__file__).parent


@cache
def translation(language: str) -> Translate:
    """Texts of ``language``; a text that its catalogue does not have stays Japanese."""
    source = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language == "ja" or not source.is_file():
        return japanese
    from babel.messages.pofile import read_po  # a megabyte that a terminal in Japanese never needs

    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts = {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
    return lambda text: texts.get(text, text)
