"""``server keys …``: what is done with the card keys at the command line, line by line what was done."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from server.keys import service
from server.keys.models import ONLINE

ACTIONS = ("list", "rotate", "restrict", "withdraw")


def run(session: Session, action: str, kid: int, redeem: str, earn: bool, now_ms: int) -> Iterator[str]:
    """Raises ``keys.*``. English: it goes to logs."""
    match action:
        case "rotate":
            before = service.current(session)
            yield f"epoch {service.rotate(session, now_ms)} is current, {before} is old"
        case "restrict":
            service.restrict(session, kid, earn, redeem or ONLINE, now_ms)
            yield f"epoch {kid}: earn {'yes' if earn else 'no'}, redeem {redeem or ONLINE}"
        case "withdraw":
            service.withdraw(session, kid, now_ms)
            yield f"epoch {kid}: no terminal gets its key any more"
        case _:
            for epoch in service.epochs(session):
                may = f"earn {'yes' if epoch.earn else 'no'}, redeem {epoch.redeem}"
                yield f"{epoch.kid:>2}  {epoch.state:<9}  {may}"
