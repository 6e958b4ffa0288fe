"""The demo's command line.

Exit codes: 0 stopped by Ctrl-C, or the script found every figure right; 1 the script found a difference, or a process
ended by itself; 2 the demo could not start, with the reason and what to do.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import FrameType
from typing import NoReturn

from shared.clock import business_day
from shared.errors import EnishiError, explain
from shared.locale import LANGUAGES, N_, Translate
from simulators.bench.words import translator
from simulators.demo.places import NoPort, Places, choose_ports
from simulators.demo.running import Running, StartFailed
from simulators.demo.script import Differs, Scene, Script
from simulators.demo.set_up import Prepared, SetUpFailed, head_office_url, set_up, take_up
from simulators.rig.desk import RigTimeout
from simulators.shop import BAKERY

DEFAULT_DIR = Path("var/demo")
SCRIPT_SPEED = 10.0  # nobody watches; the terminal's own time-outs are real and generous
SPEED_MIN, SPEED_MAX = 0.1, 100.0  # slower is no demo; faster than the terminal's own time-outs bear
WATCH_S = 1.0  # between two looks whether all processes live
DIFFERS, REFUSED = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Set the demo up, start it, and run it until Ctrl-C or to the end of the script."""
    try:
        given = _parser().parse_args(arguments)
    except EnishiError as error:
        _say(" ".join(explain(error.code, error.facts, translator(_language()))))
        return REFUSED
    translate = translator(given.lang)
    stop = _stop_signal()
    claims = ExitStack()  # on our ports; they hold until the demo ends
    try:
        prepared = _prepare(given, translate, claims)
        speed = given.speed or (SCRIPT_SPEED if given.script else 1.0)
        office_language = LANGUAGES[0] if given.script else given.lang  # the script's clerk reads Japanese pages
        with Running(prepared, speed, office_language) as running:
            return _play(running, translate) if given.script else _show(running, stop)
    except NoPort as error:
        _say(
            translate(N_("{port} 番から上に空いているポートがありません。ほかのプログラムを終えてください。")).format(
                port=error
            )
        )
    except (SetUpFailed, StartFailed) as error:
        _say(translate(N_("デモを始められません。")))
        _say(str(error))
    except KeyboardInterrupt:
        return 0
    return REFUSED


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In the reader's language instead of argparse's."""
        raise EnishiError("config.argument", detail=message[:200], command="./enishi demo")


def _speed(text: str) -> float:
    speed = float(text)
    if not SPEED_MIN <= speed <= SPEED_MAX:  # also refuses what is not a number
        raise argparse.ArgumentTypeError(f"{text[:20]}: {SPEED_MIN:g} to {SPEED_MAX:g}")
    return speed


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m simulators.demo", description=__doc__)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--script", action="store_true", help="play it without a browser and check every figure")
    one.add_argument("--keep", action="store_true", help="go on with the demo that lies in the directory")
    parser.add_argument("--dir", type=Path, default=DEFAULT_DIR, help=f"everything lies here (default {DEFAULT_DIR})")
    parser.add_argument("--speed", type=_speed, help="how many times faster than real the card units work")
    parser.add_argument("--lang", choices=LANGUAGES, default=_language(), help="ja or en (default: as LANG)")
    return parser


def _language() -> str:
    return "en" if os.environ.get("LANG", "").startswith("en") else "ja"


def _stop_signal() -> threading.Event:
    """Set by SIGTERM and Ctrl-C, which also interrupt; where that is swallowed (Python ignores what is raised in a
    finalizer) the event still says it."""
    stop = threading.Event()

    def wanted(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, wanted)
    signal.signal(signal.SIGINT, wanted)
    return stop


def _prepare(given: argparse.Namespace, translate: Translate, claims: ExitStack) -> Prepared:
    places = Places(given.dir.resolve())
    ports, moved = choose_ports(claims)
    for was, now in moved:
        _say(translate(N_("ポート {was} は使われているので、{now} を使います。")).format(was=was, now=now))
    if given.keep:
        return take_up(places, ports, given.lang)
    _say(translate(N_("お店を用意しています（1年分の来店、本部、端末2台）…")))
    return set_up(places, ports, _today(), given.lang)


def _today() -> date:
    return business_day(time.time_ns() // 1_000_000, BAKERY.day_start_minute)


def _play(running: Running, translate: Translate) -> int:
    started_s = time.monotonic()

    def tell(scene: Scene) -> None:
        _say(f"{time.monotonic() - started_s:5.1f} s  {scene.done}\n         {scene.seen}")

    try:
        Script(running, translate, tell).play()
    except (Differs, RigTimeout) as error:
        _say(translate(N_("一致しません。")))
        _say(str(error))
        _say(translate(N_("記録: {folder}")).format(folder=running.prepared.places.root))
        return DIFFERS
    _say(
        translate(N_("すべて一致しました。カードの面とレシートの写真: {folder}")).format(
            folder=running.prepared.places.pictures
        )
    )
    return 0


def _show(running: Running, stop: threading.Event) -> int:
    for language in LANGUAGES:
        _say(_welcome(running, language))
    while not stop.wait(WATCH_S):
        trouble = running.stopped()
        if trouble:
            _say(trouble)
            return DIFFERS
    return 0


def _welcome(running: Running, language: str) -> str:
    lines = (
        N_("縁（えにし）のデモが動いています。止めるには Ctrl-C を押します。"),
        N_("はじめにこのページを開いてください。試すことが順に書いてあります。"),
        N_("  まず試すこと  {guide}"),
        N_("ほかの画面"),
        N_("  本部          {office}"),
        N_("  本部に入る    {link}（1回だけ使えます）") if running.prepared.admin_link else "",
        N_("  端末の画面    {kiosks}"),
        N_("  機器テスト台  {benches}"),
    )
    facts = {
        "guide": f"{running.bench_url}/?lang={language}",
        "benches": " ".join(f"{running.bench_url}/counters/{counter.number}" for counter in running.counters),
        "office": head_office_url(running.prepared.ports),
        "link": running.prepared.admin_link,
        "kiosks": " ".join(counter.plan.kiosk_url for counter in running.counters),
    }
    translate = translator(language)
    return "\n".join(translate(line).format(**facts) for line in lines if line) + "\n"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
