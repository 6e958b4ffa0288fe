"""The kiosk as the terminal runs it, without its devices: loop and journal in one thread, the page's server in others,
and a browser's stream at the other end of a real socket. Every pop-up is stamped on its way.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from shared.card.codec import encode
from shared.card.face import FaceStock
from shared.card.image import CardImage
from shared.clock import Clock
from shared.ids import CardNo, TerminalId
from shared.points.program import Programme
from shared.visit.calls import Caller, Line
from shared.visit.events import (
    CallEnded,
    CallReceived,
    CardDischarged,
    CardPresented,
    CardRewriterReady,
    CardTaken,
    Event,
    Key,
    KeyPressed,
)
from shared.visit.facts import CardFacts
from shared.visit.screens import Keying, Screen
from shared.visit.shop import Shop
from terminal.app.front import Front
from terminal.app.kiosk.render import Frame, Renderer
from terminal.app.kiosk.server import KioskServer
from terminal.app.kiosk.stage import Scene, Stage
from terminal.app.kiosk.web import create_app
from terminal.app.language import translation
from terminal.app.log import silent
from terminal.app.loop import Loop
from terminal.app.runner import Inbox, Job, Runner, Stop
from terminal.app.store import Store
from terminal.app.telephone import Telephone
from terminal.drivers.pump import Worker
from tests.benchmarks.measure.till import RING

HOST = "127.0.0.1"
PATIENCE_S = 30.0
CARD_PARTS = ("look-up", "judge", "hand over", "render", "deliver")
_REQUEST = b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass(slots=True)
class Stamps:
    """``time.perf_counter`` at each station of the pop-up that is under way."""

    posted: float = 0.0
    asked: float = 0.0
    found: float = 0.0
    shown: float = 0.0
    drawing: float = 0.0
    drawn: float = 0.0
    arrived: float = 0.0

    @property
    def total_s(self) -> float:
        return self.arrived - self.posted

    @property
    def parts_s(self) -> tuple[float, ...]:
        """As ``CARD_PARTS``; together they are the whole."""
        judging = (self.asked - self.posted) + (self.shown - self.found)
        return (
            self.found - self.asked, judging, self.drawing - self.shown, self.drawn - self.drawing,
            self.arrived - self.drawn,
        )  # fmt: skip


@dataclass(slots=True)
class Watch:
    """The stamps of the pop-up under way. What happens after it has arrived is not stamped."""

    now: Stamps = field(default_factory=Stamps)

    def stamp(self, station: str, at: float) -> None:
        if not self.now.arrived:
            setattr(self.now, station, at)


class WatchedStore:
    """The store, with the two questions stamped that a pop-up waits for."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store = store
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def look_up(self, card: CardNo) -> CardFacts:
        facts: CardFacts = self._stamped(partial(self._store.look_up, card))
        return facts

    def find_callers(self, number: str) -> tuple[Caller, ...]:
        callers: tuple[Caller, ...] = self._stamped(partial(self._store.find_callers, number))
        return callers

    def _stamped(self, ask: Callable[[], Any]) -> Any:
        self._watch.stamp("asked", time.perf_counter())
        answer = ask()
        self._watch.stamp("found", time.perf_counter())
        return answer


class WatchedStage(Stage):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def show(self, screen: Screen) -> None:
        if isinstance(screen, Keying):
            self._watch.stamp("shown", time.perf_counter())
        super().show(screen)

    def ring(self, line: Line) -> None:
        self._watch.stamp("shown", time.perf_counter())
        super().ring(line)


class WatchedRenderer(Renderer):
    def __init__(self, watch: Watch) -> None:
        super().__init__("ひまわりマート 熱田店", "ja", translation("ja"), "bench")
        self._watch = watch

    def frame(self, scene: Scene) -> Frame:
        began = time.perf_counter()
        frame = super().frame(scene)
        if isinstance(scene.screen, Keying) or frame.call:
            self._watch.stamp("drawing", began)
            self._watch.stamp("drawn", time.perf_counter())
        return frame


class Kiosk:
    """``run`` is called in the thread that opened the store, and returns when ``visitor`` has seen enough."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.watch = Watch()
        self.inbox = Inbox()
        self._clock = clock
        watched: Any = WatchedStore(store, self.watch)
        stage = WatchedStage(self.watch)
        front = Front(stage, watched, clock, lambda: 300, silent, standalone=False)
        shop = Shop(TerminalId(1), "ひまわりマート 熱田店", RING, Programme(), FaceStock())
        self._loop = Loop(shop, watched, {}, front.show, clock)
        self.telephone = Telephone(watched.find_callers, stage.ring, clock, silent)
        app = create_app(stage, WatchedRenderer(self.watch), lambda _: None, dict, Path("/nowhere"))
        self._stage, self._server = stage, KioskServer(app, HOST, 0)
        self.port = self._server.port

    def run(self, visitor: Callable[[Browser], None]) -> None:
        crashed: list[BaseException] = []
        web = Worker("kiosk", self._server.run, lambda _, error: crashed.append(error))
        web.start()
        self._loop.start()
        self._loop.handle(CardRewriterReady(card_inside=False))
        hand = threading.Thread(target=self._visit, args=(visitor, crashed), daemon=True)
        hand.start()
        Runner(self._loop, self.inbox, self._clock, self.telephone.beat).run()
        hand.join(PATIENCE_S)
        self._stage.close()
        self._server.close()
        web.join(PATIENCE_S)
        if crashed:
            raise AssertionError("the kiosk broke") from crashed[0]

    def _visit(self, visitor: Callable[[Browser], None], crashed: list[BaseException]) -> None:
        try:
            with closing(socket.create_connection((HOST, self.port), PATIENCE_S)) as connection:
                connection.sendall(_REQUEST)
                visitor(Browser(self, connection))
        except (OSError, AssertionError, StopIteration) as error:
            crashed.append(error)
        finally:
            self.inbox.urge(Stop())


class Browser:
    """A stream of the page, and the hands before it."""

    def __init__(self, kiosk: Kiosk, connection: socket.socket) -> None:
        self._kiosk = kiosk
        self._messages = _messages(connection)
        self._until('data-screen="waiting"')

    def card(self, card: CardNo) -> Stamps:
        """A card is read: until its pop-up is here. It is given back afterwards."""
        track = encode(CardImage(RING.tenant, card, 1, 0), RING)
        stamps = self._popped(CardPresented(track), 'data-screen="keying"')
        for event in (KeyPressed(Key.CANCEL), CardDischarged(), CardTaken()):
            self._kiosk.inbox.post(event)
        self._until('data-screen="waiting"')
        return stamps

    def call(self, number: str) -> Stamps:
        """The telephone rings: until the pop-up is here. It is put away afterwards."""
        ring = partial(self._kiosk.telephone.heard, CallReceived(number))
        stamps = self._popped(Job(ring), "data-call=")
        self._kiosk.inbox.post(Job(self._hang_up))
        self._until("event: call\ndata: \n")
        return stamps

    def _hang_up(self) -> None:
        telephone = self._kiosk.telephone
        telephone.heard(CallEnded())
        shown = telephone.listed()[0]
        telephone.take(shown.id)

    def _popped(self, what: Event | Job, sign: str) -> Stamps:
        stamps = self._kiosk.watch.now = Stamps(posted=time.perf_counter())
        self._kiosk.inbox.post(what)
        self._until(sign)
        stamps.arrived = time.perf_counter()
        return stamps

    def _until(self, sign: str) -> None:
        while sign not in next(self._messages):
            pass


def _messages(connection: socket.socket) -> Iterator[str]:
    """The stream's messages, each whole. What HTTP puts around its pieces is left between them."""
    kept = b""
    while True:
        while b"\n\n" not in kept:
            came = connection.recv(1 << 16)
            assert came, "the stream ended"
            kept += came
        message, _, kept = kept.partition(b"\n\n")
        yield message.decode("utf-8", "replace") + "\n"
