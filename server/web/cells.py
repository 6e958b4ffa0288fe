"""Cells of lists: links, and the macros that a feature's other pages use too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import get_template_attribute, url_for
from markupsafe import Markup

NONE = "—"


def link(endpoint: str, words: str | Markup, **values: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, **values), words)


def digits(endpoint: str, words: str, **values: Any) -> Markup:
    """A link with a number that stays on one line."""
    return Markup('<a class="digits" href="{}">{}</a>').format(url_for(endpoint, **values), words)


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, as a function."""
    found: Callable[..., Markup] = get_template_attribute(template, name)
    return found
