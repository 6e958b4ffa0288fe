"""Who acts in a transaction, as the session of the database carries it to the audit log."""

from __future__ import annotations

from dataclasses import dataclass

ORIGIN = "enishi_origin"  # key of a session's ``info``
NOTED = "enishi_noted"  # how many lines of the audit log a session has written


@dataclass(frozen=True, slots=True)
class Origin:
    """``role``: its value at that moment; ``address``: of the browser."""

    role: str
    address: str


SYSTEM = Origin("system", "")
