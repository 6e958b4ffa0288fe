"""Sync by hand, without a line to head office.

    python -m terminal.app.bundle export FOLDER --config FILE [--set section.key=value ...]
    python -m terminal.app.bundle import FOLDER --config FILE [--set section.key=value ...]

``export`` writes a new folder with all that head office has not got; ``import`` takes in the folder with its answer. A
terminal that runs meanwhile knows new rules and keys from its next start. Leaves with 0 when it is done, 2 when it was
refused, with the reason.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from shared.clock import Clock
from shared.errors import EnishiError, explain
from shared.ids import TerminalId
from shared.locale import Translate
from shared.units import format_number
from terminal.app.board import board_id
from terminal.app.clock import SystemClock
from terminal.app.config import TerminalConfig, load
from terminal.app.identity import Counter, Signer
from terminal.app.journal_key import choose_engine
from terminal.app.language import translation
from terminal.app.main import SOFTWARE
from terminal.app.store import Outbox, Store
from terminal.app.store.disk import create_private, make_durable
from terminal.app.store.opening import open_journal
from terminal.app.store.store import NONCE_BYTES
from terminal.app.sync.carrying import read_answer, request_files, take_answer

DONE, REFUSED = 0, 2


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """The command line; ``arguments`` without the program's name."""
    translate = translation(environ.get("ENISHI_TERMINAL_LANGUAGE", "ja"))
    given = _arguments(arguments, translate)
    try:
        config = load(given.set, environ, given.config)
        translate = translation(config.terminal.language)
        say = export if given.action == "export" else take_in
        sys.stdout.write(say(config, given.folder, SystemClock(), translate) + "\n")
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translate)
        sys.stderr.write(f"{text}\n{remedy}\n({error})\n")
        return REFUSED
    return DONE


def _arguments(arguments: Sequence[str] | None, translate: Translate) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="enishi-bundle", description=translate("本部とファイルで受け渡します。"))
    parser.add_argument("action", choices=("export", "import"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    return parser.parse_args(arguments)


def export(config: TerminalConfig, folder: Path, clock: Clock, translate: Translate) -> str:
    """Write the folder; one sentence for people."""
    with closing(_Journal(config, clock)) as journal:
        files = request_files(
            journal.outbox, journal.store.feed_position(), journal.signer, journal.store.clock, SOFTWARE, board_id()
        )
        unsent = journal.store.unsent()
        write_folder(folder, files)
    text = translate("記録 {events} 件を {folder} に書きました。本部で取り込んでください。")
    return text.format(events=format_number(unsent), folder=folder)


def take_in(config: TerminalConfig, folder: Path, clock: Clock, translate: Translate) -> str:
    """Check the whole folder, then apply it; one sentence for people."""
    with closing(_Journal(config, clock)) as journal:
        answer = read_answer(lambda name, limit: read_file(folder / name, limit), journal.signer, journal.terminal)
        taken = take_answer(journal.store, journal.outbox, answer, journal.signer)
        unsent = journal.store.unsent()
    text = translate("本部の返事を取り込みました（{pages} ページ）。本部にまだない記録は {events} 件です。")
    return text.format(pages=taken, events=format_number(unsent))


class _Journal:
    """The terminal's journal without a boot: nothing is added to it, and a terminal may run beside it."""

    def __init__(self, config: TerminalConfig, clock: Clock) -> None:
        path = config.journal
        if not path.exists():
            raise EnishiError("sync.bundle_file", path=str(path))
        engine, _ = choose_engine(config.terminal.journal_key_file, config.terminal.allow_plain_journal)
        self.terminal = TerminalId(config.identity.terminal)
        # A name of its own: no running terminal signs under it.
        name = self.terminal.to_bytes(2, "big") + secrets.token_bytes(NONCE_BYTES)
        self.store = Store(open_journal(path, 0, engine, clock.now().wall_ms), path, name, clock, engine)
        self.outbox = Outbox(path, engine)
        self.signer = Signer(config.identity, name, Counter(), self.store.office_note())

    def close(self) -> None:
        self.outbox.close()
        self.store.close()


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Whole or not at all; what a cut attempt left is replaced. Raises ``sync.bundle_exists``, ``sync.bundle_file``."""
    unborn = folder.with_name(folder.name + ".part")
    if folder.exists():
        raise EnishiError("sync.bundle_exists", path=str(folder))
    try:
        unborn.mkdir(parents=True, exist_ok=True)
        for leftover in unborn.glob("*.json"):
            leftover.unlink()
        for name, content in files:
            create_private(unborn / name)
            (unborn / name).write_bytes(content)
            make_durable(unborn / name)
        make_durable(unborn)
        unborn.rename(folder)
        make_durable(folder.parent)
    except OSError as error:
        raise EnishiError("sync.bundle_file", path=str(error.filename or folder)) from error


def read_file(path: Path, limit: int) -> bytes:
    """At most ``limit`` + 1 bytes. Raises ``sync.bundle_file``."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise EnishiError("sync.bundle_file", path=str(path)) from error


if __name__ == "__main__":
    sys.exit(main())
