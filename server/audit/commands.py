"""``server audit``: the chain proved, line by line what is wrong, and the head for keeping elsewhere. English.

What the other commands change is noted here too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from server.audit import service
from shared.errors import EnishiError

NUMBER_DIGITS_MAX = 18
HASH_DIGITS = 64
NOBODY = 0  # whoever has the computer's own command line
LOOKING = "list"  # an action that changes nothing
ACT = "office.command"


def run(session: Session, known: str) -> Iterator[tuple[bool, str]]:
    """Whether a line tells of a fault, and the line. ``known``: "N:HASH" as printed before, or "".

    Raises ``config.argument``.
    """
    proof = service.verify(session, _known(known) if known else None)
    for fault in proof.faults:
        yield True, f"DIFFERS  {fault}"
    yield False, f"{'ok' if not proof.faults else '':8}{proof.lines:>9,}  lines of the audit log"
    yield False, f"head {proof.lines}:{proof.head.hex()}"


def note(session: Session, command: str, action: str, now_ms: int) -> None:
    """Within the command's own transaction: ``command`` was run with ``action``."""
    if action != LOOKING:
        service.note(session, NOBODY, ACT, "office:", {"what": f"{command} {action}"}, now_ms)


def _known(text: str) -> tuple[int, bytes]:
    number, _, digest = text.partition(":")
    try:
        if not (number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS_MAX):
            raise ValueError("no number of a line")
        if len(digest) != HASH_DIGITS:
            raise ValueError("no hash")
        return int(number), bytes.fromhex(digest)
    except ValueError as error:
        raise EnishiError("config.argument", detail=f"--known {text[:80]}", command="python -m server audit") from error
