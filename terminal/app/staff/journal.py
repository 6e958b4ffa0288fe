"""A journal seen from the command line: ``python -m terminal.app.staff.journal``.

    PATH [--key-file KEY]                                   look into it without changing it, check the whole chain
    rebuild --from-mirror MIRROR --to JOURNAL [--key-file KEY]   a new journal from a mirror
    make-key --to KEY                                       a new key for an encrypted journal

Looking prints the boots, what head office has not got, and the visits that still need their card. Leaves with 0 when
the chain is whole, 1 when it is not, 2 when a file cannot be read or made.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database

from shared.errors import EnishiError, explain
from shared.ids import CardNo, format_card_no
from shared.locale import Translate, japanese
from shared.units import format_number
from shared.visit.journal import Intent
from terminal.app.journal_key import make_key, read_key
from terminal.app.store.chain_check import check_chain
from terminal.app.store.derived import settle_aside
from terminal.app.store.engine import PLAIN, Engine, cipher
from terminal.app.store.opening import examine, reading
from terminal.app.store.rebuild import rebuild
from terminal.app.store.translate import translated

WHOLE, BROKEN, UNREADABLE = 0, 1, 2

_STREAMS = """
    SELECT stream, acked_seq, durable_seq, (SELECT max(seq) FROM event WHERE event.stream = stream.stream) AS events
    FROM stream ORDER BY number
"""
_OPEN = """
    SELECT visit.visit, visit.card, visit.state, visit.slip, visit.business_day, event.body
    FROM visit JOIN event ON event.stream = visit.stream AND event.seq = visit.intent_seq
    WHERE visit.open = 1 ORDER BY visit.number
"""


def main(arguments: Sequence[str] | None = None, translate: Translate = japanese) -> int:
    """The command line; ``arguments`` without the program's name."""
    given = sys.argv[1:] if arguments is None else arguments
    command = COMMANDS.get(given[0], _look) if given else _look
    parser = argparse.ArgumentParser(prog="enishi-journal", description=translate("端末の記録を調べます。"))
    try:
        return command(parser, given[1:] if command is not _look else given, translate)
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translate)
        _say(f"{error}\n{text}\n{remedy}")
        return BROKEN if error.code in ("store.chain_broken", "store.corrupt") else UNREADABLE


def _look(parser: argparse.ArgumentParser, given: Sequence[str], translate: Translate) -> int:
    parser.add_argument("path", type=Path, help=translate("記録のファイル"))
    _add_key(parser, translate)
    options = parser.parse_args(given)
    with reading(options.path, _engine(options.key_file)) as connection:
        for line in _report(connection, translate):
            _say(line)
        examine(connection)
        checked = check_chain(connection)
    whole = translate("記録はすべて正しくつながっています（起動 {streams} 回、{events} 件）。")
    _say(whole.format(streams=checked.streams, events=format_number(checked.events)))
    return WHOLE


def _rebuild(parser: argparse.ArgumentParser, given: Sequence[str], translate: Translate) -> int:
    parser.add_argument("--from-mirror", type=Path, required=True, help=translate("記録の控え"))
    parser.add_argument("--to", type=Path, required=True, help=translate("新しい記録のファイル"))
    _add_key(parser, translate)
    options = parser.parse_args(given)
    made = rebuild(options.from_mirror, options.to, _engine(options.key_file))
    done = translate("控えから記録を作りました（起動 {streams} 回、{events} 件）。")
    _say(done.format(streams=made.streams, events=format_number(made.events)))
    if made.refused:
        left = translate("つながらないので戻さなかったもの: {refused} 件。控えのファイルは消さずに残してください。")
        _say(left.format(refused=format_number(made.refused)))
    return WHOLE if not made.refused else BROKEN


def _make_key(parser: argparse.ArgumentParser, given: Sequence[str], translate: Translate) -> int:
    parser.add_argument("--to", type=Path, required=True, help=translate("新しい鍵のファイル"))
    options = parser.parse_args(given)
    if options.to.exists():
        raise EnishiError("store.in_the_way", path=str(options.to))
    with translated():
        make_key(options.to)
    return WHOLE


Command = Callable[[argparse.ArgumentParser, Sequence[str], Translate], int]
COMMANDS: dict[str, Command] = {"rebuild": _rebuild, "make-key": _make_key}


def _add_key(parser: argparse.ArgumentParser, translate: Translate) -> None:
    parser.add_argument("--key-file", type=Path, help=translate("記録の鍵のファイル（暗号にしてあるとき）"))


def _engine(key_file: Path | None) -> Engine:
    return PLAIN if key_file is None else cipher(read_key(key_file))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _report(connection: sqlite3.Connection, translate: Translate) -> Iterator[str]:
    db = Database(connection)
    if not db["visit"].exists():
        return  # not a journal: the examination says so
    settle_aside(connection)
    boot = translate("起動 {stream}: {events} 件、本部に届いた {acked} 件、本部の控えにある {durable} 件")
    for row in db.query(_STREAMS):
        yield boot.format(
            stream=row["stream"].hex(), events=row["events"] or 0, acked=row["acked_seq"], durable=row["durable_seq"]
        )
    open_visits = list(db.query(_OPEN))
    yield translate("終わっていない取引: {count} 件").format(count=len(open_visits))
    visit = translate(
        "  {day} 伝票 {slip} カード {card} {state}: {amount} 円、付与 {earn} 点、利用 {redeem} 点 ({visit})"
    )
    for row in open_visits:
        intent = msgspec.json.decode(row["body"], type=Intent)
        yield visit.format(
            day=row["business_day"],
            slip=row["slip"],
            card=format_card_no(CardNo(row["card"])),
            state=row["state"],
            amount=format_number(intent.amount_yen),
            earn=intent.earn,
            redeem=intent.redeem,
            visit=row["visit"],
        )


if __name__ == "__main__":
    sys.exit(main())
