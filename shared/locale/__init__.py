"""Languages of the product. Source texts are Japanese; catalogues beside this file hold the others."""

from collections.abc import Callable

Translate = Callable[[str], str]  # Japanese source text -> text in the reader's language

DOMAIN = "enishi"  # gettext domain: shared/locale/<language>/LC_MESSAGES/enishi.po
LANGUAGES = ("ja", "en")


def N_(text: str) -> str:
    """Mark a text for the catalogue without translating it here (Babel keyword ``N_``)."""
    return text


def japanese(text: str) -> str:
    """The translation into the source language: the text itself."""
    return text
