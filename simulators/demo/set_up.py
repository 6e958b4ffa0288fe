"""A fresh demo on the disk: head office with its keys, a year of trade, two admitted terminals."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.card.mac import KeyRing, epoch_key
from simulators.demo.places import Places, Ports
from simulators.identity import read_ring
from simulators.rig.loopback import HOST
from simulators.rig.process import Process
from simulators.rig.terminal import PROJECT, HeadOffice, TerminalPlan
from simulators.shop import SHOP_NAME, TENANT, make_shop, write_shop
from simulators.trade import STORES

MARK = "enishi-demo"  # this file says that the directory may be emptied
COMMAND_S = 60.0  # of one command of head office
SEED = 1  # of the synthetic shop
KEY_ID = 1  # the first epoch of a new head office
SYNC_EVERY_S = 1.0  # a newcomer should not wait; shops use a minute


class SetUpFailed(Exception):
    """The demo could not be prepared; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is ready to be started. ``admin_link`` works once; empty when the administrator is known already."""

    places: Places
    ports: Ports
    ring: KeyRing
    admin_link: str
    terminals: tuple[TerminalPlan, ...]


def clear(root: Path) -> None:
    """Empty the demo's directory. Raises SetUpFailed if it is not one."""
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        raise SetUpFailed(f"{root}: このフォルダーはデモのものではありません。--dir で別の場所を選んでください。\n"
                          f"{root}: not a demo's folder; choose another with --dir.")  # fmt: skip
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(parents=True)
    (root / MARK).touch()


def set_up(places: Places, ports: Ports, today: date, language: str) -> Prepared:
    """Everything but the processes. Raises SetUpFailed."""
    clear(places.root)
    link = _link(tell_office(places, ports, "setup"))
    if not link:
        raise SetUpFailed(f"head office gave no link: {places.set_up_log}")
    root = bytes.fromhex(places.root_key.read_text("ascii"))
    ring = KeyRing(TENANT, KEY_ID, {KEY_ID: epoch_key(root, TENANT, KEY_ID)})  # the office is in our own hands
    write_shop(make_shop(SEED, today, ring), places.shop)
    tell_office(places, ports, "seed", str(places.shop / "seed.json"))
    for store in STORES:
        tell_office(places, ports, "provision-terminal", "--terminal", str(store.terminal), "--store", store.code,
                "--name", "レジ", "--out", str(places.identity(store.terminal).parent))  # fmt: skip
    return Prepared(places, ports, ring, link, _terminals(places, ports, language))


def take_up(places: Places, ports: Ports, language: str) -> Prepared:
    """The demo that was left here, with all its visits. Raises SetUpFailed when there is none."""
    if not places.tray.exists() or not (places.root / MARK).exists():
        raise SetUpFailed(f"{places.root}: 続きから始めるデモがありません。--keep を付けずに始めてください。\n"
                          f"{places.root}: no demo to go on with; start without --keep.")  # fmt: skip
    ring = read_ring(places.identity(STORES[0].terminal))
    link = _link(tell_office(places, ports, "setup"))
    return Prepared(places, ports, ring, link, _terminals(places, ports, language))


def head_office_process(places: Places, ports: Ports, language: str) -> Process:
    """Head office, not yet started. ``language``: of its pages, until a reader chooses another."""
    return Process((*_argv(places, ports, "serve"), "--language", language), places.head_office_log, PROJECT)


def head_office_url(ports: Ports) -> str:
    """Where head office answers."""
    return f"http://{HOST}:{ports.head_office}"


def check_books(places: Places, ports: Ports) -> tuple[bool, str]:
    """Head office's own check: whether every sum agrees, and what it said."""
    done = _run(places, ports, "check")
    return done.returncode == 0, done.stdout.strip()


def _link(said: str) -> str:
    found = re.search(r"http://\S+/setup/\S+", said)
    return found.group() if found else ""


def _terminals(places: Places, ports: Ports, language: str) -> tuple[TerminalPlan, ...]:
    return tuple(
        TerminalPlan(
            directory=places.counter(store.terminal),
            identity_file=places.identity(store.terminal),
            terminal=store.terminal,
            store_name=f"{SHOP_NAME} {store.name}",
            kiosk_port=kiosk_port,
            language=language,
            head_office=HeadOffice(head_office_url(ports), SYNC_EVERY_S),
            date_can_be_set=True,
        )
        for store, kiosk_port in zip(STORES, ports.kiosks, strict=True)
    )


def tell_office(places: Places, ports: Ports, *command: str) -> str:
    """One command of head office; what it printed. Raises SetUpFailed with what it complained about."""
    done = _run(places, ports, *command)
    if done.returncode:
        raise SetUpFailed(f"python -m server {command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _run(places: Places, ports: Ports, *command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        _argv(places, ports, *command), cwd=PROJECT, capture_output=True, text=True, timeout=COMMAND_S, check=False
    )
    with places.set_up_log.open("a", encoding="utf-8") as log:
        log.write(f"$ python -m server {command[0]} -> {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def _argv(places: Places, ports: Ports, *command: str) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "server", *command, "--data", str(places.head_office), "--tenant", str(TENANT),
        "--host", HOST, "--port", str(ports.head_office),
    )  # fmt: skip
