"""Look into a journal without changing it: ``python -m terminal.app.staff.journal PATH``.

Prints the boots, what head office has not got, the visits that still need their card, and checks the whole hash
chain. Leaves with 0 when the chain is whole, 1 when it is not, 2 when the file cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database

from shared.errors import EnishiError, explain
from shared.ids import CardNo, format_card_no
from shared.locale import Translate, japanese
from shared.units import format_number
from shared.visit.journal import Intent
from terminal.app.store.chain_check import check_chain
from terminal.app.store.opening import examine, reading

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
    parser = argparse.ArgumentParser(prog="enishi-journal", description=translate("端末の記録を調べます。"))
    parser.add_argument("path", type=Path, help=translate("記録のファイル"))
    path: Path = parser.parse_args(arguments).path
    try:
        with reading(path) as connection:
            for line in _report(Database(connection), translate):
                sys.stdout.write(line + "\n")
            examine(connection)
            checked = check_chain(connection)
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translate)
        sys.stdout.write(f"{error}\n{text}\n{remedy}\n")
        return BROKEN if error.code in ("store.chain_broken", "store.corrupt") else UNREADABLE
    whole = translate("記録はすべて正しくつながっています（起動 {streams} 回、{events} 件）。")
    sys.stdout.write(whole.format(streams=checked.streams, events=format_number(checked.events)) + "\n")
    return WHOLE


def _report(db: Database, translate: Translate) -> Iterator[str]:
    if not db["visit"].exists():
        return  # not a journal: the examination says so
    boot = translate("起動 {stream}: {events} 件、本部に届いた {acked} 件、本部の控えにある {durable} 件")
    for row in db.query(_STREAMS):
        yield boot.format(
            stream=row["stream"].hex(), events=row["events"], acked=row["acked_seq"], durable=row["durable_seq"]
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
