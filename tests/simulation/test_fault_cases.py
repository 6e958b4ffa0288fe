"""Cases of the fault catalogue at one counter: a disk that is slow, or lets nothing be written any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection, connect

from shared.card.codec import encode
from shared.card.image import CardImage
from shared.ids import make_card_no
from shared.visit import effects as f
from shared.visit import screens
from shared.visit.events import Key
from simulators.card_stock import SimCard
from simulators.world.clock import VirtualClock
from simulators.world.cut import FusedStore
from tests.simulation.small_counter import RING, Clerk, SmallCounter

SLOW_S = 2.0  # an SD card that tidies up


class SlowStore(FusedStore):
    """The real journal on a disk that takes its time."""

    time = VirtualClock()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            yield connection
        self.time.advance_to(self.time.mono_s + SLOW_S)


class SlowCounter(SmallCounter):
    kind = SlowStore


class Watched:
    """A counter, the screens that it showed, and how long each order to the card unit may still take."""

    def __init__(self, path: Path, kind: type[SmallCounter]) -> None:
        self.clock = VirtualClock()
        SlowStore.time = self.clock
        self.screens: list[type] = []
        self.patience_s: list[float] = []
        image = CardImage(RING.tenant, make_card_no(1), 1, 0)
        self.card = SimCard(image.card, encode(image, RING))
        self.path = path
        self.counter = kind(1, path, self.clock, {id(self.card): self.card.track or ""}, self._ordered, self._shown)
        self.counter.boot()

    def _ordered(self, order: f.Effect, counter: SmallCounter) -> None:
        if isinstance(order, f.WriteCard | f.PrintFace):
            assert counter.loop is not None
            assert counter.loop.next_deadline is not None
            self.patience_s.append(counter.loop.next_deadline - self.clock.mono_s)

    def _shown(self, screen: screens.Screen, _counter: SmallCounter) -> None:
        self.screens.append(type(screen))

    def serve(self) -> SimCard | None:
        self.counter.insert(self.card)
        return Clerk(self.counter, 900, False, lambda _: False).serve()

    def events(self) -> list[str]:
        with closing(connect(self.path)) as db:
            return [kind for (kind,) in db.execute("SELECT type FROM event ORDER BY stream, seq")]


def test_a_slow_disk_shows_that_it_writes_and_ends_no_visit_before_its_time(tmp_path: Path) -> None:
    shop = Watched(tmp_path / "journal.db", SlowCounter)
    assert shop.serve() is shop.card
    assert shop.events() == ["STREAM", "INTENT", "COMMIT", "PRINT", "EJECT"]
    assert shop.clock.mono_s >= 4 * SLOW_S
    assert shop.screens.index(screens.Writing) < shop.screens.index(screens.Done)
    assert min(shop.patience_s) > 60


def test_a_disk_that_became_read_only_is_noticed_before_the_card_is_touched(tmp_path: Path) -> None:
    shop = Watched(tmp_path / "journal.db", SmallCounter)
    store, before = shop.counter.store, shop.card.track
    assert store is not None
    with store.transaction() as db:
        db.execute("PRAGMA query_only = ON")  # the kernel remounted it; the open transaction is the last that ends
    shop.counter.insert(shop.card)
    shop.counter.type(900)
    shop.counter.press(Key.ENTER)
    assert shop.patience_s == []
    assert shop.counter.unit.slot is shop.card
    assert shop.card.track == before
    assert isinstance(shop.counter.screen, screens.Stopped)
    assert shop.counter.screen.code == "store.read_only"
