"""The composition root of the terminal: settings -> store -> drivers -> loop -> kiosk -> sync, and an orderly end.

    python -m terminal.app --config FILE [--set section.key=value ...]

Exit codes: 0 stopped by SIGTERM or SIGINT, 1 a bug (systemd starts us again and the visit heals as after
a power cut), 2 the settings or the journal need a person. A journal that cannot be opened is said on the kiosk's page
as well, for as long as nobody stops the program.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import secrets
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, TextIO

import requests

from shared.clock import Clock
from shared.errors import EnishiError, explain
from shared.ids import TerminalId
from shared.release import RELEASE
from shared.visit.effects import CancelAwait
from shared.visit.events import (
    CallEnded,
    CallPicked,
    CallReceived,
    DeviceLost,
    DeviceReady,
    Event,
    Key,
    KeyPressed,
    PanelLost,
    PanelReady,
)
from shared.visit.screens import Screen, Waiting
from shared.visit.shop import Shop
from shared.visit.states import Down, Idle, Keying, OffCardKeying
from terminal.app.board import board_id
from terminal.app.clock import SystemClock
from terminal.app.condition import Condition, admit
from terminal.app.config import TerminalConfig, load
from terminal.app.front import Front
from terminal.app.glyphs import glyphs
from terminal.app.halted import Halted
from terminal.app.health import notify
from terminal.app.identity import Counter, Signer, seal_for_office
from terminal.app.journal_key import choose_engine
from terminal.app.keeper import Keeper, machine_start
from terminal.app.kiosk.guard import LOOPBACK
from terminal.app.kiosk.pos_web import PosDoor, read_token
from terminal.app.kiosk.render import Renderer
from terminal.app.kiosk.server import KioskServer
from terminal.app.kiosk.stage import Stage
from terminal.app.kiosk.web import Answered, Health, Press, Touched, create_app
from terminal.app.language import translation
from terminal.app.log import Log, stream_log
from terminal.app.loop import Loop
from terminal.app.office import apply_result, first_shop
from terminal.app.pos import PosBoard
from terminal.app.pos_files import PosFiles
from terminal.app.runner import Crash, Inbox, Job, Runner, Stop
from terminal.app.store import Outbox, Store
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.pos_sales import PosSales
from terminal.app.store.store import NONCE_BYTES
from terminal.app.sync.backoff import Backoff
from terminal.app.sync.client import SyncClient
from terminal.app.sync.desk import CHECK_PATIENCE, REPAIR_PATIENCE, Desk, DeskClerk
from terminal.app.sync.line import Line
from terminal.app.sync.results import SyncResult
from terminal.app.sync.worker import SyncWorker
from terminal.app.telephone import Telephone
from terminal.app.vitals import Vitals
from terminal.drivers.port import Role
from terminal.drivers.pump import Pump, Worker

SOFTWARE = RELEASE
EXIT_CONFIG = 2
PUMP_SILENT_MAX_S = 10.0  # a pump that has not turned for so long is stuck: the watchdog is no longer fed
ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons.svg"


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the terminal; the exit code. A bug leaves as an exception: Python ends with 1 and the traceback."""
    stderr = sys.stderr
    language = environ.get("ENISHI_TERMINAL_LANGUAGE", "ja")
    try:
        arguments = _arguments(argv)
        config = load(arguments.set, environ, arguments.config)
        language = config.terminal.language
        terminal = Terminal(config, environ, stderr)
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translation(language))
        stderr.write(f"{text}\n{remedy}\n({error})\n")
        stderr.flush()
        if error.code.startswith("store."):
            _say_on_screen(error, config, environ)
        return EXIT_CONFIG
    return terminal.run()


def _say_on_screen(error: EnishiError, config: TerminalConfig, environ: Mapping[str, str]) -> None:
    """Until SIGTERM or SIGINT."""
    halted = Halted(error, SOFTWARE)
    _on_signal(halted.inbox)
    kiosk = open_kiosk(config, halted.stage, halted.press, halted.health)
    Worker("kiosk", kiosk.run, halted.crashed).start()
    notify(environ, f"READY=1\nSTATUS={error.code}")
    halted.wait(partial(notify, environ, "WATCHDOG=1"))
    halted.stage.close()
    kiosk.close()


def _on_signal(inbox: Inbox) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: inbox.urge(Stop()))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In the shop's language instead of argparse's."""
        raise EnishiError("config.argument", detail=message[:200], command=self.prog)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m terminal.app", description="Enishi counter terminal")
    parser.add_argument("--config", action="append", default=[], type=Path, metavar="FILE", help="settings (TOML)")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="one setting")
    return parser.parse_args(argv)


class Terminal:
    """Everything that runs, built in the order in which it can fail. Raises ``config.*`` and ``store.*``."""

    def __init__(self, config: TerminalConfig, environ: Mapping[str, str], stderr: TextIO) -> None:
        self._environ = environ
        self._clock: Clock = SystemClock()
        self._log: Log = stream_log(stderr, self._clock)
        self._inbox = Inbox()
        self._stage = Stage()
        self._conditions = {one.role: one for one in admit(config, glyphs())}
        self._pumps = {role: self._make_pump(one) for role, one in self._conditions.items()}
        self._pos = PosBoard(self._inbox.post, self._withdraw_sale, recall=lambda name: self._pos_sales.find(name))
        self._kiosk = open_kiosk(config, self._stage, self._touched, self._health, self._pos)
        try:
            self._engine, engine_notices = choose_engine(
                config.terminal.journal_key_file, config.terminal.allow_plain_journal
            )
            self._store = self._open_store(config)
        except EnishiError:
            self._kiosk.close()
            raise
        self._pos_sales = PosSales(config.journal, self._engine)
        self._front = Front(
            self._stage,
            self._store,
            self._store.clock,
            lambda: self._loop.shop.programme.day_start_minute,
            self._log,
            standalone=not config.office_url,
            duty=lambda: self._loop.shop.duty,
        )
        self._signer = Signer(config.identity, self._store.stream, Counter(), self._store.office_note())
        self._front.judge(self._signer.note.verdict)
        self._desk = self._make_desk(config)
        self._telephone = Telephone(self._store.find_callers, self._stage.ring, self._store.clock, self._log)
        self._loop = Loop(
            first_shop(config, self._store, self._signer.open_ring, self._signer.note),
            self._store,
            self._pumps,
            self._show,
            self._store.clock,
            self._log,
            self._desk,
            answer_pos=self._pos.answer,
            calls=self._telephone.listed,
        )
        self._keeper = Keeper(
            self._store, self._is_idle, self._front.kept, self._log, engine_notices, self._make_intake(config)
        )
        self._resting = self._pumps.get(Role.CARD_REWRITER) if self._store.safe_mode else None
        self._sync = self._make_sync(config)
        self._web = Worker("kiosk", self._kiosk.run, self._crashed)
        self._asking = None if self._desk is None else Worker("desk", self._desk.run, self._crashed)

    def run(self) -> int:
        """Until a signal; the exit code."""
        _on_signal(self._inbox)
        gc.freeze()  # what is loaded by now stays to the end: no customer waits while it is searched for circles
        # No clean-up after a bug: what it left in memory is not to be trusted, the journal and the card are.
        self._start()
        Runner(self._loop, self._inbox, self._clock, self._beat).run()
        self._stop()
        return 0

    def _start(self) -> None:
        self._web.start()
        self._loop.start()
        for pump in self._running_pumps():
            pump.start()
        if self._asking is not None:
            self._asking.start()
        if self._sync is not None:
            self._sync.start(self._store.feed_position())
        self._log("terminal.ready", {"software": SOFTWARE, "kiosk_port": self._kiosk.port})
        notify(self._environ, "READY=1")

    def _stop(self) -> None:
        """Devices first: nothing more is sent to the card unit but to take no card in. The journal last."""
        notify(self._environ, "STOPPING=1")
        unit = self._pumps.get(Role.CARD_REWRITER)
        if unit is not None and isinstance(self._loop.state, Idle):
            unit.command(CancelAwait(), self._clock.now().mono_s)
        for pump in self._running_pumps():
            pump.stop()
        if self._desk is not None:
            self._desk.stop()
        if self._sync is not None:
            self._sync.stop()
        self._stage.close()
        self._kiosk.close()
        self._pos_sales.close()
        self._store.close()
        self._log("terminal.stopped", {})

    # --- parts -------------------------------------------------------------------------------------------------------

    def _make_pump(self, one: Condition) -> Pump:
        opener, spoke = partial(one.driver.open_link, one.port), partial(self._device_spoke, one)
        return Pump(one.role.value, one.core, opener, self._clock, spoke, self._wire_changed, self._crashed)

    def _open_store(self, config: TerminalConfig) -> Store:
        nonce = secrets.token_bytes(NONCE_BYTES)
        terminal, path = TerminalId(config.identity.terminal), config.terminal.mirror
        mirror = None if path is None else Mirror(FileMedium(path, config.journal))
        seal = seal_for_office(config.identity)
        return Store.open(
            config.journal, terminal, nonce, SOFTWARE, self._clock, self._engine, mirror, machine_start(), seal
        )

    def _make_sync(self, config: TerminalConfig) -> SyncWorker | None:
        if not config.office_url:
            return None
        outbox, around = Outbox(config.journal, self._engine), lambda: self._stage.scene.status
        has_mirror = config.terminal.mirror is not None
        vitals = Vitals(tuple(self._conditions.values()), outbox, config.journal, has_mirror, around)
        where = (requests.Session(), config.office_url, self._signer, outbox, self._clock, SOFTWARE)
        client = SyncClient(*where, self._store.clock.hear, board_id(), vitals.told)
        backoff = Backoff(config.head_office.sync_every_s, random.SystemRandom())
        return SyncWorker(client, backoff, self._office_spoke, partial(self._crashed, "sync"))

    def _make_desk(self, config: TerminalConfig) -> DeskClerk | None:
        if not config.office_url:
            return None
        session = requests.Session()  # its own: sync may be waiting for an answer on the other
        where = (session, config.office_url, self._signer, SOFTWARE, self._clock)
        desk = Desk(Line(*where, CHECK_PATIENCE), Line(*where, REPAIR_PATIENCE), self._clock)
        return DeskClerk(desk, self._inbox.post)

    def _make_intake(self, config: TerminalConfig) -> PosFiles | None:
        folder = config.pos.folder
        if folder is None:
            return None
        return PosFiles(folder, self._pos, self._would_take_sale, translation(config.terminal.language), self._log)

    # --- called from other threads -----------------------------------------------------------------------------------

    def _withdraw_sale(self, reference: str) -> None:
        self._inbox.post(Job(partial(self._let_go, reference)))

    def _device_spoke(self, one: Condition, event: Event) -> None:
        one.hear(event)
        self._inbox.post(event)
        if isinstance(event, PanelLost | PanelReady | DeviceLost | DeviceReady):
            self._inbox.post(Job(partial(self._front.device_spoke, event)))
        if isinstance(event, CallReceived | CallEnded):
            self._inbox.post(Job(partial(self._telephone.heard, event)))

    def _touched(self, touched: Touched) -> None:
        self._inbox.post(Job(partial(self._answer_call, touched)) if isinstance(touched, Answered) else touched)

    def _wire_changed(self, device: str, error: EnishiError | None) -> None:
        self._conditions[Role(device)].hear(error)
        self._inbox.post(Job(partial(self._front.wire_changed, device, error)))

    def _office_spoke(self, result: SyncResult) -> None:
        self._inbox.post(Job(partial(self._take_result, result)))

    def _crashed(self, thread: str, error: BaseException) -> None:
        self._inbox.urge(Crash(thread, error))

    def _health(self) -> dict[str, object]:
        status = self._stage.scene.status
        return {
            "software": SOFTWARE,
            "state": type(self._loop.state).__name__,
            "screen": type(self._stage.scene.screen).__name__,
            "online": status.online,
            "unsent": status.unsent,
            "visits_today": status.visits_today,
            "troubles": [notice.code for notice in status.troubles],
        }

    # --- in the loop's thread ----------------------------------------------------------------------------------------

    def _show(self, screen: Screen) -> None:
        self._front.show(screen)
        if self._sync is not None and isinstance(screen, Waiting) and self._front.status.unsent:
            self._sync.wake()

    def _take_result(self, result: SyncResult) -> None:
        self._front.office_spoke(result)
        self._loop.later(partial(self._apply, result))

    def _apply(self, result: SyncResult, shop: Shop) -> Shop:
        """Between visits. What the store refuses is asked for again in a later round."""
        applied = True
        try:
            shop = apply_result(self._store, result, shop)
        except EnishiError as error:
            applied = False
            self._log(error.code, dict(error.facts))
        if self._sync is not None:
            self._sync.settle(applied)
        self._front.refresh()
        return shop

    def _answer_call(self, answered: Answered) -> None:
        call = self._telephone.take(answered.call)
        if call is not None and not answered.closes:
            self._loop.handle(CallPicked(call))

    def _beat(self) -> None:
        now = self._clock.now().mono_s
        self._telephone.beat()
        if self._resting is not None and not self._store.safe_mode:
            self._resting.beaten_at = now
            self._resting.start()
            self._resting = None
        self._keeper.beat(now)
        if all(now - pump.beaten_at < PUMP_SILENT_MAX_S for pump in self._running_pumps()):
            notify(self._environ, "WATCHDOG=1")

    def _running_pumps(self) -> tuple[Pump, ...]:
        """All but the card unit's while the machine keeps losing its supply: no card is moved, sync goes on."""
        return tuple(pump for pump in self._pumps.values() if pump is not self._resting)

    def _would_take_sale(self) -> bool:
        """Nothing is keyed and nothing scanned."""
        match self._loop.state:
            case Idle(errand=errand):
                return errand.is_empty
            case Keying(amount_yen=amount_yen, errand=errand) | OffCardKeying(amount_yen=amount_yen, errand=errand):
                return not amount_yen and not errand.basket.lines
        return False

    def _let_go(self, reference: str) -> None:
        """The POS takes a sale back that waits: as if staff did. Beside a customer's card staff decide."""
        state = self._loop.state
        if isinstance(state, Idle):
            if state.errand.basket.reference == reference:
                self._loop.handle(KeyPressed(Key.CANCEL))
            else:  # nobody holds it any more
                self._pos.let_go(reference)

    def _is_idle(self) -> bool:
        return isinstance(self._loop.state, Idle | Down)


def open_kiosk(
    config: TerminalConfig, stage: Stage, press: Press, health: Health, pos: PosBoard | None = None
) -> KioskServer:
    """The page's server with its port taken, not yet serving. Raises ``config.kiosk_port`` and ``config.secret_…``."""
    language = config.terminal.language
    place = "　".join(part for part in (config.shop_name, config.identity.register_name) if part)
    renderer = Renderer(place, language, translation(language), SOFTWARE)
    hosts = (*LOOPBACK, config.kiosk.host)
    token_file = config.kiosk.pos_token_file
    token = read_token(token_file) if token_file is not None and pos is not None else ""
    door = None if pos is None else PosDoor(pos, config.kiosk.pos_hosts, token)
    app = create_app(stage, renderer, press, health, ICONS, hosts, door)
    return KioskServer(app, config.kiosk.host, config.kiosk.port)
