"""Power cuts between any two effects and inside any transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.visit.effects import Effect
from terminal.app.store import Store
from terminal.drivers.port import Port


class PowerCut(Exception):
    """The terminal loses its supply at this very point of its program."""


class Fuse:
    """Counts the points at which the program could be cut, and cuts at the chosen one."""

    def __init__(self) -> None:
        self.left: int | None = None  # None: never

    def pass_point(self) -> None:
        """Called between any two effects and around every transaction."""
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            raise PowerCut
        self.left -= 1


class FusedStore(Store):
    """The real journal, cut before a transaction, inside it just before it becomes durable, or just after."""

    fuse: Fuse = Fuse()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        self.fuse.pass_point()
        with super().transaction() as connection:
            yield connection
            self.fuse.pass_point()
        self.fuse.pass_point()


class FusedPort:
    """A port whose orders may never be given. ``watch`` sees every order at the moment it is given."""

    def __init__(self, port: Port, fuse: Fuse, watch: Callable[[Effect], None]) -> None:
        self._port, self._fuse, self._watch = port, fuse, watch

    def command(self, effect: Effect, now: float) -> None:
        self._fuse.pass_point()
        self._watch(effect)
        self._port.command(effect, now)
