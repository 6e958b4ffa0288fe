"""What a view asks of whoever opens it, as a mark on the view itself."""

from __future__ import annotations

from dataclasses import dataclass

from server.access.rights import Right

NEED = "enishi_need"  # the attribute of a view


@dataclass(frozen=True, slots=True)
class Need:
    """``right`` None: whoever is signed in. ``step_up``: with a proof that was shown within the last minutes.
    ``silent``: a POST that changes nothing worth a line of the audit log."""

    right: Right | None
    step_up: bool = False
    silent: bool = False
