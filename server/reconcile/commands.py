"""``server nightly | reconcile | restored``: what was done, line by line, in English: it goes to logs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.benefits import service as benefits
from server.cards import settling
from server.db.database import Database
from server.feed import service as feed
from server.members import service as members
from server.members.models import Member
from server.messages import service as messages
from server.products import service as products
from server.programs import service as programs
from server.reconcile import nightly, service
from server.reconcile.checks import GREEN
from server.shop import service as shop
from server.staff import counter as staff
from server.sync.days import compare_open
from shared.clock import month_from_card

STEPS = {
    "honoured": "visits granted that no card decided for two weeks",
    "settled": "cards settled",
    "matured": "points of untold visits final",
    "notes": "old notes for the copy of searches forgotten",
    "waiting": "untold images that wait for a person",
    "days": "closed days that waited or differed, compared anew",
    "red": "red lines of the check",
}


def night(database: Database, now_ms: int) -> Iterator[str]:
    """All of the night's work."""
    for done in nightly.run(database, now_ms):
        if done.step == "month":
            yield f"{_month(done.figure)}  lots of this month and before are over"
        else:
            yield f"{done.figure:>9,}  {STEPS[done.step]}"


def reconcile(database: Database, now_ms: int, everything: bool) -> Iterator[tuple[str, str]]:
    """Settle what is open, or all cards; then every check: (colour, line), the colour empty for a remark."""
    yield "", f"{nightly.reconcile(database, now_ms, everything):>9,}  cards settled"
    with database.transaction() as session:
        compare_open(session)
    service.run_all(database, service.NIGHT, now_ms)
    with database.reading() as session:
        report = service.latest(session)
        for line in service.lines(session, report) if report else ():
            yield line.colour, f"{line.colour:8}{line.checked:>9,}  {line.check.name}"
            for item in line.items if line.colour != GREEN else ():
                yield line.colour, f"{'':19}{item.what}"


def restored(session: Session, feed_epoch: int, now_ms: int) -> Iterator[str]:
    """After a backup was put back: numbers jump, everybody reads everything anew, terminals tell again what is missing.

    Run it once for each time that a backup is put back, before the terminals come in.
    """
    epoch = feed.restart(session, feed_epoch)
    yield f"{epoch:>9,}  is the server epoch now: adjustments begin at {64 * epoch + 1}, generations at {8 * epoch + 1}"
    programs.publish(session, now_ms)
    shop.publish(session, now_ms)
    staff.publish(session, now_ms)
    sold = products.publish(session, now_ms)
    everybody = session.scalars(select(Member.number).order_by(Member.number)).all()
    members.publish(session, everybody, now_ms)
    messages.publish(session, now_ms)
    benefits.publish(session, now_ms)
    settling.publish(session, now_ms)
    yield f"{len(everybody):>9,}  members told anew, with all cards, corrections, messages and benefits"
    yield f"{sold:>9,}  products told anew, with the shops' settings and who serves"


def _month(number: int) -> str:
    if not number:
        return f"{'none':>9}"
    year, month = month_from_card(number)
    return f"{year}-{month:02}".rjust(9)
