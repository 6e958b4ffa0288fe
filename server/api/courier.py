"""The thread that brings webhooks, beside the worker of long work: a peer that answers slowly holds no import up.

At least once: a delivery is taken for a minute in one transaction, sent outside of any, and noted in another. What is
about one subject goes one after the other; a delivery that is not taken waits with full jitter, longer each time, and
after three days its webhook is paused. While a peer cannot be reached at all, everything for it rests.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.api import events, hooks, wire
from server.api.models import ACTIVE, DELIVERED, WAITING, Hook, HookDelivery, HookEvent
from server.api.wire import Answered
from server.db.database import Database
from server.db.rounds import Rounds
from server.vault import Vault

LEASE_MS = 60_000  # four times what one exchange may take
BASE_MS, CAP_MS = 10_000, 6 * 3_600_000  # of the waits
FLOOR_MS = 1_000
GIVE_UP_MS = 3 * 86_400_000  # a long weekend
_log = logging.getLogger(__name__)
Dice = Callable[[float, float], float]  # evenly between two ends


class Courier(Rounds):
    def __init__(
        self, database: Database, vault: Vault, own_hosts: Collection[str], now_ms: Callable[[], int], dice: Dice
    ) -> None:
        self._database, self._vault, self._own_hosts = database, vault, own_hosts
        self._now_ms, self._dice = now_ms, dice
        super().__init__("courier", self.round, wire.WHOLE_S)

    def round(self) -> bool:
        """What happened since becomes deliveries, and the next one is sent; whether there was anything."""
        with self._database.reading() as session:  # nearly always there is nothing, and writers need not wait for that
            happened = session.scalar(select(HookEvent.id).limit(1)) is not None
        if happened:
            with self._database.transaction() as session:
                events.fan_out(session, self._now_ms())
        return self._send_one() or happened

    def _send_one(self) -> bool:
        now_ms = self._now_ms()
        with self._database.reading() as session:
            if _next(session, now_ms) is None:
                return False
        with self._database.transaction() as session:
            row = _next(session, now_ms)
            if row is None:
                return False
            row.due_ms, row.attempts, row.first_ms = now_ms + LEASE_MS, row.attempts + 1, row.first_ms or now_ms
            hook = session.get_one(Hook, row.hook)
            number, attempt, url, body = row.id, row.attempts, hook.url, row.body
            headers = hooks.headers(self._vault, hook, row.id, body, now_ms)
        answer = wire.post(url, headers, body, self._own_hosts)
        with self._database.transaction() as session:
            self._note(session, number, attempt, answer)
        return True

    def _note(self, session: Session, number: int, attempt: int, answer: Answered) -> None:
        """What came of it, unless it was removed meanwhile, or somebody asked for it to be sent again."""
        row, now_ms = session.get(HookDelivery, number), self._now_ms()
        if row is None or row.attempts != attempt:
            return
        row.last_ms, row.status, row.answer = now_ms, answer.status, answer.words[:200]
        if answer.is_taken:
            row.state = DELIVERED
            return
        row.due_ms = now_ms + self._wait_ms(attempt)
        hook = session.get_one(Hook, row.hook)
        if not answer.status:
            hook.rest_ms = row.due_ms
        if now_ms - row.first_ms >= GIVE_UP_MS and hook.state == ACTIVE:
            _log.warning("webhook %d is paused: nothing was taken for three days", hook.id)
            hooks.pause(session, hook, now_ms)

    def _wait_ms(self, attempt: int) -> int:
        """Full jitter: anything up to a bound that doubles."""
        bound = min(CAP_MS, BASE_MS << min(attempt - 1, 20))
        return max(FLOOR_MS, int(self._dice(0, bound)))


def _next(session: Session, now_ms: int) -> HookDelivery | None:
    """The oldest that is due, of which nothing earlier about the same subject waits."""
    earlier = aliased(HookDelivery)
    held = (
        select(earlier.id)
        .where(
            earlier.hook == HookDelivery.hook, earlier.subject == HookDelivery.subject, earlier.state == WAITING,
            earlier.id < HookDelivery.id,
        )
        .exists()
    )  # fmt: skip
    due = (HookDelivery.state == WAITING) & (HookDelivery.due_ms <= now_ms)
    ready = (Hook.state == ACTIVE) & (Hook.rest_ms <= now_ms)
    wanted = select(HookDelivery).join(Hook, Hook.id == HookDelivery.hook).where(due, ready, ~held)
    return session.scalars(wanted.order_by(HookDelivery.id).limit(1)).first()
