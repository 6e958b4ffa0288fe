"""Twenty thousand members on a real terminal: by a file, later changes by another, through a real head office."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from server.config import Settings
from server.db.database import Database
from server.feed import service as feed
from shared.card.codec import encode
from shared.card.image import CardImage
from shared.sync.messages import MemberItem
from simulators.card_stock import SimCard
from simulators.rig import Counter
from simulators.rig.rig import free_port
from simulators.rig.terminal import HeadOffice, TerminalPlan
from terminal.app.identity import write_identity
from terminal.app.journal_key import choose_engine
from tests.benchmarks.measure import people
from tests.benchmarks.measure.line import identity_of, served
from tests.benchmarks.measure.office import Offices
from tests.benchmarks.measure.till import RING

pytestmark = pytest.mark.slow

MEMBERS, CHANGED, AT_ONCE = 20_000, 2_500, 5_000
SERIAL = 777
PATIENCE_S = 90.0
LOOKS = 20
NEW_NAME = "改名 した人"


def publish(database: Database, items: Iterable[MemberItem]) -> None:
    listed = list(items)
    for start in range(0, len(listed), AT_ONCE):
        with database.transaction() as session:
            told = {f"member:{item.member}": item for item in listed[start : start + AT_ONCE]}
            feed.publish(session, told, 1)


def make_file(settings: Settings) -> str:
    """As the night does, or the serving head office by itself; what it says."""
    options = ("--data", str(settings.data_dir), "--tenant", str(settings.tenant))
    command = (sys.executable, "-m", "server", "roster", "--config", os.devnull, *options)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def files(plan: TerminalPlan) -> int:
    return len(list(plan.data_dir.glob("members-*.db")))


def in_journal(plan: TerminalPlan, statement: str) -> int:
    engine, _ = choose_engine(plan.journal_key_file, allow_plain=False)
    with closing(engine.connect_read_only(plan.data_dir / "journal.db")) as db:
        ((count,),) = db.execute(statement).fetchall()
        return int(count)


def says_of_card(counter: Counter, serial: int) -> str:
    """The pop-up of a card, which is given back."""
    image = CardImage(RING.tenant, people.card(serial), 1, 0)
    counter.insert(SimCard(image.card, encode(image, RING)))
    counter.await_screen("Keying", timeout_s=PATIENCE_S)
    page = counter.kiosk_page()
    counter.press("cancel")
    counter.wait_discharged()
    counter.pull()
    counter.await_screen("Waiting", timeout_s=PATIENCE_S)
    return page


def names(page: str, name: str) -> bool:
    """Its reading stands between the two words."""
    return all(word in page for word in name.split())


def is_known(counter: Counter, serial: int, name: str) -> bool:
    """Soon: the file lies there a moment before it is in force."""
    return any(names(says_of_card(counter, serial), name) for _ in range(LOOKS))


def rings_as(counter: Counter, serial: int, name: str) -> bool:
    """Whether the telephone's pop-up soon bears that name; the modem may have to wake first."""
    for turn in range(10 * LOOKS):
        if turn % LOOKS == 0:
            counter.hang_up()
            counter.ring_telephone(people.phone(serial))
        time.sleep(0.2)
        if names(counter.kiosk_page(), name):
            counter.hang_up()
            return True
    return False


def test_members_come_as_a_file_and_what_changed_as_another(tmp_path: Path) -> None:
    offices = Offices(tmp_path)
    offices.furnish((1,))
    settings, database = offices.settings("office"), offices.copy("office")
    publish(database, people.told(range(1, MEMBERS + 1)))
    assert f"{MEMBERS:,} members" in make_file(settings)
    with served(settings, tmp_path / "log") as url:
        identity = msgspec.structs.replace(identity_of(settings, database, 1), url=url)
        identity_file = tmp_path / "identity.json"
        write_identity(identity_file, identity)
        plan = TerminalPlan(
            tmp_path / "terminal", identity_file, kiosk_port=free_port(), head_office=HeadOffice(url, sync_every_s=1.0)
        )
        with Counter(plan, 25.0) as counter:
            counter.await_screen("Waiting", timeout_s=PATIENCE_S)
            counter.wait_until(lambda: files(plan) == 1 or None, PATIENCE_S, "the members file")
            assert is_known(counter, SERIAL, people.member(SERIAL).name)
            assert rings_as(counter, SERIAL + 1, people.member(SERIAL + 1).name)
            counter.terminal.stop()
            assert in_journal(plan, "SELECT count(*) FROM member") == 0  # not one of them came page by page
            assert in_journal(plan, "SELECT cursor FROM cursor") > MEMBERS
            changed = range(SERIAL, SERIAL + CHANGED)
            publish(database, (msgspec.structs.replace(people.member(one), name=NEW_NAME) for one in changed))
            assert "supplement" in make_file(settings)
            counter.terminal.start()
            counter.wait_until(lambda: files(plan) == 2 or None, PATIENCE_S, "the supplement")
            assert is_known(counter, SERIAL, NEW_NAME)
            assert rings_as(counter, SERIAL + 1, NEW_NAME)
            assert names(says_of_card(counter, SERIAL - 1), people.member(SERIAL - 1).name)
            counter.terminal.stop()
            assert in_journal(plan, "SELECT count(*) FROM member") == 0
            assert in_journal(plan, "SELECT sum(members) FROM roster") == MEMBERS + CHANGED
    database.close()
