"""``./enishi drill roll-back|replace|restore``: what is done after a disaster, done once, and proven to have healed.

Real journals, real mirror, real backup, real head office; the cards and the card unit are the fleet's. At the end the
books are compared with the stripes and with every line of the page 照合結果.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shared.sync.identity import Identity
from simulators.world.fleet.audit import audit
from simulators.world.fleet.fleet import Fleet
from simulators.world.fleet.hands import Wish
from simulators.world.fleet.office import FleetOffice
from simulators.world.fleet.till import Till
from simulators.world.head_office import make_template
from simulators.world.world import opening_cards
from terminal.app.store.engine import PLAIN
from terminal.app.store.rebuild import rebuild

CARDS, TILLS = 5, 3
SEED = 1
Say = Callable[[str, str], None]


class Drill(Fleet):
    """A chain in which only happens what the drill orders."""

    def __init__(self, folder: Path, office: FleetOffice, identities: Mapping[int, Identity], say: Say) -> None:
        super().__init__(SEED, folder, office, identities, CARDS, mischief=False)
        self._say = say
        for till in self.tills:
            till.mirror = folder / "sticks" / f"till-{till.number}.mirror"
            till.mirror.parent.mkdir(exist_ok=True)
            till.boot()

    def trade(self, visits: int, tills: Sequence[Till]) -> None:
        """Customers with their cards, one after the other."""
        for number in range(visits):
            self._pass_time()
            card = self.purse.pop(0)
            self._serve(tills[number % len(tills)], card, Wish(attentive=True))

    def sync(self, *tills: Till) -> None:
        for till in tills:
            assert till.sync(), till.phone.trouble

    def heal(self) -> list[str]:
        """Everybody syncs, every card is shown; every difference that is left."""
        self._heal()
        return [str(violation) for violation in (*self.oracle.violations, *audit(self))]

    def figures(self) -> str:
        balances = self.office.balances()
        return f"{len(balances)} 枚 / cards, {sum(balances.values()):,} 点 / points"

    # --- the drills --------------------------------------------------------------------------------------------------

    def roll_back(self) -> None:
        """A till's disk is put back to an older image."""
        first, others = self.tills[0], self.tills[1:]
        self.trade(10, self.tills)
        self.sync(*self.tills)
        first.cut()
        copy = first.copy_disk(self.folder / "image.db")
        first.boot()
        self._say("端末1のディスクの控えを取りました。", "An image of terminal 1's disk was taken.")
        self.trade(6, [first])
        self.sync(first)
        self.trade(3, [first])
        first.cut()
        first.mirror = None  # the stick is gone too: only head office and the cards remember
        first.put_disk_back(copy)
        first.boot()
        self._say(
            "9 回の来店のあと、古い控えに戻しました。うち 3 回は本部にも届いていません。",
            "After nine visits it was put back; three of them had not reached head office.",
        )
        self.trade(5, [first, *others])
        self.sync(*self.tills)
        alarms = self.office.alarms()
        assert alarms, "nobody noticed"
        self._say(f"本部が気づきました: {alarms}", f"Head office noticed: {alarms}")

    def replace(self) -> None:
        """A till dies; its mirror goes into a new machine."""
        first = self.tills[0]
        assert first.mirror is not None
        self.trade(9, self.tills)
        self.sync(*self.tills)
        self.trade(5, [first])
        first.cut()
        first.path.unlink()
        for suffix in ("-wal", "-shm"):
            first.path.with_name(first.path.name + suffix).unlink(missing_ok=True)
        self._say(
            "端末1が壊れました。5 回の来店が本部に届いていません。",
            "Terminal 1 is dead; five visits had not been sent.",
        )
        done = rebuild(first.mirror, first.path, PLAIN)
        self._say(f"写しから作り直しました: {done}", f"Rebuilt from its mirror: {done}")
        first.boot()
        self.sync(*self.tills)
        self.trade(5, self.tills)

    def restore(self) -> None:
        """Head office is put back to yesterday's backup."""
        self.trade(10, self.tills)
        self.sync(*self.tills)
        self.office.backup()
        self._say("本部の控えを取り、確かめました。", "A backup of head office was made and verified.")
        self._long_pause()
        self.trade(10, self.tills)
        self.sync(*self.tills)
        self.trade(3, self.tills)
        before = self.figures()
        assert self.office.restore()
        self._say(
            f"本部を控えに戻しました。戻す前: {before}、今: {self.figures()}",
            f"Head office was put back. Before: {before}, now: {self.figures()}",
        )
        self.sync(*self.tills)
        self._say(f"端末が送り直しました: {self.figures()}", f"Terminals told again: {self.figures()}")


DRILLS = {"roll-back": Drill.roll_back, "replace": Drill.replace, "restore": Drill.restore}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="enishi drill", description=__doc__)
    parser.add_argument("name", choices=DRILLS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="enishi-drill-") as folder:
        found = run(given.name, Path(folder), _tell)
    for line in found:
        _tell(f"NG  {line}", line)
    return 1 if found else 0


def run(name: str, folder: Path, say: Say) -> list[str]:
    """Play one drill; what did not heal."""
    identities = make_template(folder / "template", opening_cards(CARDS), TILLS)
    office = FleetOffice(folder / "template", folder / "head-office")
    drill = Drill(folder, office, identities, say)
    try:
        DRILLS[name](drill)
        found = drill.heal()
    finally:
        drill.close()
        office.close()
    if not found:
        say(
            f"照合結果はすべて合っています。手計算とも一致: {drill.figures()}",
            f"Every line of 照合結果 agrees, and the sums are those counted by hand: {drill.figures()}",
        )
    return found


def _tell(japanese: str, english: str) -> None:
    sys.stdout.write(f"{japanese}\n    {english}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
