"""``server staff …``: who serves at the counters, line by line what was done."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from server.staff import counter

ACTIONS = ("list", "add", "role", "pin", "leave")


def run(session: Session, action: str, number: int, name: str, role: str, pin: str, now_ms: int) -> Iterator[str]:
    """Raises ``staff.*`` and ``input.staff_name``. A PIN is shown once: only its hash is kept. English."""
    match action:
        case "add":
            number = counter.add(session, name, role, now_ms).id
            yield f"{number:>5}  {name}: added, PIN {counter.set_pin(session, number, pin, now_ms)}"
        case "role":
            counter.set_role(session, number, role, now_ms)
            yield f"{number:>5}  role {role}"
        case "pin":
            yield f"{number:>5}  PIN {counter.set_pin(session, number, pin, now_ms)}"
        case "leave":
            counter.leave(session, number, now_ms)
            yield f"{number:>5}  serves and signs in no more"
        case _:
            for one in counter.people(session):
                state = "left" if not one.active else "PIN" if one.pin else "no PIN"
                yield f"{one.id:>5}  {one.counter_role:<8} {state:<7} {one.name}"
