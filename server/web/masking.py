"""What of a person is hidden until somebody asks for it, and a line of the audit log says who."""

from __future__ import annotations

from flask import Flask

KINDS = ("phone", "address", "birthday", "email", "memo")  # a name is never hidden: the counter greets by it
DOT = "●"
DOTS = 4 * DOT
PHONE_TAIL = 4  # digits that stay, by which people on the telephone tell two members apart


def pii(value: str | None, kind: str) -> str:
    """``value`` as it may stand on a page; "" stays "". Raises ``ValueError`` for a kind that nobody named."""
    if kind not in KINDS:
        raise ValueError(f"no personal data is called {kind}")
    if not value:
        return ""
    digits = [sign for sign in value if sign.isdigit()]
    if kind == "phone" and len(digits) > PHONE_TAIL:
        return f"{DOTS}-{''.join(digits[-PHONE_TAIL:])}"
    return DOTS


def install(app: Flask) -> None:
    app.jinja_env.filters["pii"] = pii
