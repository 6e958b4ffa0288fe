"""Sales that the POS drops as CSV files into a folder (``pos_csv.py``): one file, one sale. Looked at by the keeper.

A file is read once it has not changed for a while, longer if it does not end with a whole line; a POS that writes
under another name and renames is never read half. It stays while it waits for a card, may be removed to take the sale
back, and goes to ``done/`` or ``refused/`` with a ``.txt`` that says how it ended. What still lies there when the
terminal starts is offered anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.errors import EnishiError, explain
from shared.locale import Translate
from shared.visit.receipt import mask_card_no
from shared.visit.screens import Notice
from terminal.app.log import Log
from terminal.app.pos import PosBoard, PosSale
from terminal.app.pos_csv import default_reference, read_file

LOOK_EVERY_S = 1.0
STABLE_S = 2.0  # unchanged for so long: whoever wrote it is done
UNENDED_S = 10.0  # the same for a file without an end to its last line
FILE_BYTES_MAX = 64 << 10  # a hundred lines come to some 10 KB
FILES_MAX = 200  # looked at in one go; a POS that was alone for a day leaves as many
KEPT_MAX = 2_000  # files in each of the two folders; the oldest go
_LATER = ("visit.inbox_full", "kiosk.pos_too_many")
_JOURNAL = "store."  # it cannot be asked now


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it lies there: ``since_s`` it has had this size and time."""

    size: int
    mtime_ns: int
    since_s: float


class PosFiles:
    """Owned by the loop's thread. ``is_free``: whether the counter would take a sale now; one is offered at a time, and
    only then, so that no file makes it beep.
    """

    def __init__(
        self,
        folder: Path,
        board: PosBoard,
        is_free: Callable[[], bool],
        translate: Translate,
        log: Log,
    ) -> None:
        self._folder = folder
        self._board = board
        self._is_free = is_free
        self._translate = translate
        self._log = log
        self._seen: dict[str, _Seen] = {}  # by file name
        self._offered: tuple[str, str] | None = None  # file name and reference
        self._look_at_s = 0.0
        self._troubles: tuple[Notice, ...] = ()

    def beat(self, now_s: float) -> None:
        """Every second or so. A folder that is not there (a share that is not mounted) is looked for again."""
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_EVERY_S
        try:
            self._look(now_s)
        except OSError as error:
            facts = {"path": str(self._folder), "detail": str(error.strerror)}
            self._troubles = (Notice("kiosk.pos_folder", facts),)
        else:
            self._troubles = ()

    def troubles(self) -> tuple[Notice, ...]:
        """What staff should know, as of the last beat."""
        return self._troubles

    def _look(self, now_s: float) -> None:
        found = {entry.name: entry.stat() for entry in self._entries()}
        self._seen = {name: self._aged(name, stat, now_s) for name, stat in found.items()}
        if self._offered is not None:
            try:
                self._follow(*self._offered)
            except EnishiError as error:  # not now; it is looked at again
                self._log(error.code, {"file": self._offered[0], **error.facts})
        elif self._is_free():
            self._offer_next(now_s)

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self._folder) as entries:
            count = 0
            for entry in entries:
                if entry.name.lower().endswith(".csv") and entry.is_file(follow_symlinks=False):
                    yield entry
                    count += 1
                if count >= FILES_MAX:
                    return

    def _aged(self, name: str, stat: os.stat_result, now_s: float) -> _Seen:
        old = self._seen.get(name)
        if old is not None and (old.size, old.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            return old
        return _Seen(stat.st_size, stat.st_mtime_ns, now_s)

    def _follow(self, name: str, reference: str) -> None:
        """The file whose sale the counter has."""
        sale = self._board.look(reference)
        if sale is None or sale.state == "busy":
            self._offered = None  # again when the counter is free
        elif sale.is_over:
            self._put_away(name, "done" if sale.state == "done" else "refused", self._result(sale))
            self._offered = None
        elif name not in self._seen:
            self._board.take_back(reference)

    def _offer_next(self, now_s: float) -> None:
        """The oldest that is whole. What is no sale goes away at once."""
        for name in sorted(self._seen, key=lambda name: (self._seen[name].mtime_ns, name)):
            seen = self._seen[name]
            if now_s - seen.since_s < STABLE_S:
                continue
            try:
                self._offer(name, seen, now_s)
            except EnishiError as error:
                if error.code in _LATER or error.code.startswith(_JOURNAL):
                    return
                self._log(error.code, {"file": name, **error.facts})
                self._put_away(name, "refused", self._words(error))
            if self._offered is not None:
                return

    def _offer(self, name: str, seen: _Seen, now_s: float) -> None:
        if seen.size > FILE_BYTES_MAX:
            raise EnishiError("kiosk.pos_file_large")
        content = self._read(name)
        if content.endswith(b"\n") or now_s - seen.since_s >= UNENDED_S:
            sale = self._board.offer(read_file(content, default_reference(name, seen.mtime_ns)))
            self._offered = (name, sale.basket.reference)

    def _read(self, name: str) -> bytes:
        with (self._folder / name).open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)

    def _put_away(self, name: str, where: str, text: str) -> None:
        source, folder = self._folder / name, self._folder / where
        if name not in self._seen:
            return  # somebody took it away meanwhile
        folder.mkdir(exist_ok=True)
        target = folder / name
        if target.exists():
            target = folder / f"{target.stem}-{self._seen[name].mtime_ns}{target.suffix}"
        target.with_suffix(".txt").write_text(text + "\n", "utf-8")
        source.replace(target)
        make_room(folder)

    def _words(self, error: EnishiError) -> str:
        return "\n".join((*explain(error.code, error.facts, self._translate), f"({error.code})"))

    def _result(self, sale: PosSale) -> str:
        """How a sale ended: words for a person, ``name=value`` for a program."""
        if sale.state != "done":
            return self._words(EnishiError("kiosk.pos_file_staff"))
        answer = sale.answer
        facts = {
            "reference": sale.basket.reference, "card": mask_card_no(answer.card) if answer.card else "",
            "discount_yen": answer.discount_yen, "due_yen": answer.due_yen, "earn": answer.earn,
            "redeem": answer.redeem, "balance": answer.balance,
        }  # fmt: skip
        return "\n".join(f"{name}={value}" for name, value in facts.items())


def make_room(folder: Path, kept_max: int = KEPT_MAX) -> None:
    """Drop the oldest files beyond ``kept_max``: nobody clears this folder, and the journal needs the disk."""
    with os.scandir(folder) as entries:
        files = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
    for _, path in sorted(files)[: max(len(files) - kept_max, 0)]:
        Path(path).unlink(missing_ok=True)
