"""One terminal's way to head office, anew at every boot: its signed requests, its sync, and its desk for questions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from shared.clock import Clock
from shared.sync.identity import Identity
from shared.visit.effects import OfficeEffect
from shared.visit.events import Event
from simulators.world.counter import SOFTWARE
from simulators.world.head_office import URL, HeadOffice, call
from terminal.app.identity import Counter, Signer
from terminal.app.loop import Loop
from terminal.app.office import apply_result
from terminal.app.store import Outbox, Store
from terminal.app.sync.client import SyncClient
from terminal.app.sync.desk import Desk
from terminal.app.sync.line import Line
from terminal.app.sync.results import Failed


class Telephone:
    """``said`` takes what head office answers to a question of the visit; the caller carries it to the loop."""

    def __init__(
        self, office: HeadOffice, identity: Identity, path: Path, clock: Clock, dice: Random,
        said: Callable[[Event], None],
    ) -> None:  # fmt: skip
        self._session, self.line = call(office, dice)
        self._identity, self._clock, self._said = identity, clock, said
        self._outbox = Outbox(path)
        self._client: SyncClient | None = None
        self._desk: Desk | None = None
        self.trouble = ""  # what broke off the last round

    def connect(self, store: Store) -> None:
        """A new boot counts its requests from 1."""
        signer = Signer(self._identity, store.stream, Counter(), store.office_note())
        line = Line(self._session, URL, signer, SOFTWARE, self._clock)
        self._client = SyncClient(
            self._session, URL, signer, self._outbox, self._clock, SOFTWARE, hear_time=store.clock.hear
        )
        self._desk = Desk(line, line, self._clock)

    def ask(self, effect: OfficeEffect) -> None:
        """An ``OfficePort`` that answers at once."""
        assert self._desk is not None
        event = self._desk.answer(effect)
        if event is not None:
            self._said(event)

    def sync(self, loop: Loop, store: Store) -> bool:
        """One round; whether it came to its end. Raises what the store raises."""
        assert self._client is not None
        for result in self._client.run_once(store.feed_position()):
            loop.later(partial(apply_result, store, result))
            if isinstance(result, Failed):
                self.trouble = f"{result.code} {dict(result.facts)}"
                return False
        self.trouble = ""
        return True

    def left_to_tell(self) -> frozenset[bytes]:
        """Streams of which head office does not have everything yet, as the journal knows."""
        return frozenset(head.stream for head in self._outbox.heads())

    def hang_up(self) -> None:
        """The program is gone."""
        self._outbox.close()
        self._client = self._desk = None
