"""The commands, run in this process on a fresh folder."""

from __future__ import annotations

import json
import socket
import stat
import tomllib
from pathlib import Path

import pytest

from server.cli import main
from server.config import Settings
from server.ledger.models import Entry
from server.reconcile.checks import CHECKS as LINES
from server.setup import open_database
from server.sync.audit import CHECKS
from shared.card.mac import KeyRing, epoch_key
from terminal.app.identity import load_identity, open_ring
from tests.contract.head_office_bench import visit_id

SEED = {
    "tenant": 7,
    "programme_template": "bakery",
    "stores": [{"code": "1", "name": '駅前"店'}],
    "members": [],
    "cards": [{"card": 13, "gen": 1, "seq": 1, "hash": "ab" * 32, "store": "1"}],
    "visits": [
        {
            "visit": visit_id(1), "card": 13, "store": "1", "at_ms": 1_790_000_000_000,
            "amount_yen": 500, "earn": 5, "redeem": 0, "lots": [[36, 5]],
        }
    ],
}  # fmt: skip


class Office:
    """A folder, and what its commands say."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def run(self, *arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--data", str(self.folder)])
        captured = self._capsys.readouterr()
        return code, captured.out + captured.err

    def seed(self, tmp_path: Path, content: object = SEED) -> tuple[int, str]:
        path = tmp_path / "seed.json"
        path.write_text(json.dumps(content), "utf-8")
        return self.run("seed", str(path))


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    office = Office(tmp_path / "office", capsys)
    assert office.run("setup")[0] == 0
    return office


def test_setup_makes_a_private_folder_and_a_link_and_may_run_again(office: Office) -> None:
    code, said = office.run("setup", "--port", "8123")
    assert code == 0
    assert "http://127.0.0.1:8123/setup/" in said
    assert stat.S_IMODE(office.folder.stat().st_mode) == 0o700
    key = office.folder / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_text()
    office.run("setup")
    assert key.read_text() == before


def test_before_setup_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Office(tmp_path / "nothing", capsys)
    for command in (("check",), ("serve",), ("invite",), ("seed", "x")):
        code, said = office.run(*command)
        assert code == 2
        assert len(said.splitlines()) == 1
    assert not office.folder.exists()


def test_a_seed_is_taken_once_and_the_books_agree(office: Office, tmp_path: Path) -> None:
    assert office.seed(tmp_path) == (0, "取り込みました: 店舗 1、会員 0、カード 1、来店 1\n")
    assert office.seed(tmp_path) == (0, "取り込みました: 店舗 0、会員 0、カード 0、来店 0\n")
    code, said = office.run("check")
    assert code == 0
    assert said.count("ok  ") == len(CHECKS)


def test_the_check_ends_with_one_when_the_books_differ(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    with open_database(Settings(data_dir=office.folder)).transaction() as session:
        session.connection().exec_driver_sql("DROP TRIGGER entry_no_delete")
        session.query(Entry).delete()
    code, said = office.run("check")
    assert code == 1
    assert "DIFFERS" in said
    assert f"card 13: {'00' * 15}" in said


def test_a_seed_that_points_nowhere_is_refused_whole(office: Office, tmp_path: Path) -> None:
    code, said = office.seed(tmp_path, SEED | {"stores": []})
    assert code == 2
    assert len(said.splitlines()) == 1


def test_a_terminal_gets_a_private_identity_and_its_settings(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    out = tmp_path / "terminal"
    options = ("--store", "1", "--name", "レジ1", "--out", str(out))
    assert office.run("provision-terminal", "--terminal", "12", *options)[0] == 0
    path = out / "identity.json"
    assert tomllib.loads((out / "terminal.toml").read_text("utf-8")) == {"terminal": {"identity_file": str(path)}}
    identity = load_identity(path)
    assert (identity.terminal, identity.tenant, identity.store, identity.url) == (12, 7, "1", "http://127.0.0.1:8080")
    assert (identity.store_name, identity.register_name) == ('駅前"店', "レジ1")
    root = bytes.fromhex((tmp_path / "office" / "root_key").read_text())
    assert open_ring(identity, identity.kid, identity.keys) == KeyRing(7, 1, {1: epoch_key(root, 7, 1)})
    for terminal in ("0", "16384", "x"):
        assert office.run("provision-terminal", "--terminal", terminal, *options)[0] == 2


def test_the_drill_for_a_stolen_terminal_is_one_command(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    for number in ("12", "13"):
        out = ("--store", "1", "--name", "レジ", "--out", str(tmp_path / number))
        assert office.run("provision-terminal", "--terminal", number, *out)[0] == 0
    code, said = office.run("terminals", "stolen", "12", "--since", "2026-11-18")
    assert (code, len(said.splitlines())) == (0, 4)
    assert "revoked" in said
    assert "2026-11-18" in said
    code, said = office.run("keys", "list")
    assert said.split() == [
        *("2", "current", "earn", "yes,", "redeem", "offline"), *("1", "old", "earn", "yes,", "redeem", "online")
    ]  # fmt: skip
    assert "12  revoked" in office.run("terminals", "list")[1]
    assert office.run("keys", "restrict", "1", "--redeem", "no", "--no-earn")[0] == 0
    assert office.run("keys", "withdraw", "1")[0] == 0
    for wrong in (("restrict", "2"), ("restrict", "9"), ("withdraw", "x")):
        assert office.run("keys", *wrong)[0] == 2
    for wrong in (("stolen", "99"), ("revoke", "x"), ("stolen", "13", "--since", "someday")):
        assert office.run("terminals", *wrong)[0] == 2


def test_a_busy_port_is_said_in_one_sentence_with_a_remedy(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = office.run("serve", "--port", port)
    assert code == 2
    assert port in said
    assert "--port" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bogus"],
        ["serve", "--bogus"],
        ["serve", "more"],
        ["serve", "--port", "x"],
        ["serve", "--port", "-1"],
        ["serve", "--port"],
        ["serve", "--tenant", "9" * 5_000],
        ["serve", "--language", "xx"],
        ["serve", "--host", "["],
        ["serve", "--config", "/"],
        ["seed"],
        ["seed", "/"],
        ["provision-terminal"],
        ["keys"],
        ["keys", "bogus"],
        ["keys", "restrict", "1", "--redeem", "sometimes"],
        ["terminals", "stolen"],
        ["provision-terminal", "--terminal", "9" * 5_000, "--store", "1", "--name", "x", "--out", "/proc/x"],
        ["provision-terminal", "--terminal", "-1", "--store", "1", "--name", "x", "--out", "/proc/x"],
    ],
)
def test_nonsense_on_the_command_line_is_one_sentence_with_a_remedy(office: Office, arguments: list[str]) -> None:
    code, said = office.run(*arguments)
    assert code == 2
    assert len(said.splitlines()) == 1
    assert said.strip().endswith("。")


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_a_damaged_database_is_named_and_kept(office: Office, content: bytes) -> None:
    path = office.folder / "enishi.sqlite"
    for other in office.folder.glob("enishi.sqlite*"):
        other.unlink()
    path.write_bytes(content)
    for command in ("check", "invite", "setup"):
        code, said = office.run(command)
        assert (code, len(said.splitlines())) == (2, 1)
        assert "本部のデータベースを読み書きできません" in said
    assert path.read_bytes() == content


def test_the_night_is_red_without_a_backup_and_green_with_one(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    code, said = office.run("nightly")
    assert code == 1
    assert "        1  red lines of the check" in said.splitlines()
    code, said = office.run("backup", str(tmp_path / "copies"))
    assert code == 0
    assert "控えを確かめて" in said
    code, said = office.run("nightly")
    assert code == 0
    assert "        0  red lines of the check" in said.splitlines()


def test_cards_are_settled_and_checked_by_hand(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    office.run("backup", str(tmp_path / "copies"))
    code, said = office.run("reconcile", "--all")
    assert code == 0
    assert said.splitlines()[0] == "        1  cards settled"
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["green"] * len(LINES)
    with open_database(Settings(data_dir=office.folder)).transaction() as session:
        session.connection().exec_driver_sql("DROP TRIGGER entry_no_update")
        session.connection().exec_driver_sql("UPDATE entry SET points = points + 1")
    code, said = office.run("reconcile")
    assert code == 1
    assert "red" in said


def test_a_restored_office_begins_a_new_epoch(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    assert office.run("restored")[0] == 0
    code, said = office.run("restored")
    assert code == 0
    assert "        3  is the server epoch now: adjustments begin at 193, generations at 25" in said.splitlines()


def test_products_and_people_are_taken_in_at_the_command_line(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("コード,商品名,価格\nA,りんご,100\nB,,1\n", "utf-8-sig")
    code, said = office.run("products", "import", str(path), "--dry-run")
    assert (code, said.splitlines()[-1]) == (1, "2 rows: 1 new, 0 changed, 0 same, 1 refused (nothing was changed)")
    path.write_text("コード,商品名,価格\nA,りんご,100\n", "cp932")
    assert office.run("products", "import", str(path)) == (
        0,
        "      2  new      A\n1 rows: 1 new, 0 changed, 0 same, 0 refused\n",
    )
    code, said = office.run("staff", "add", "--name", "佐藤", "--role", "leader", "--pin", "1234")
    assert (code, said.split()[1:]) == (0, ["佐藤:", "added,", "PIN", "1234"])
    assert office.run("staff", "list")[1].split()[1:] == ["leader", "PIN", "佐藤"]
    assert office.run("staff", "pin", "99")[0] == 2


def test_a_benefit_is_granted_and_listed_at_the_command_line(office: Office, tmp_path: Path) -> None:
    office.seed(tmp_path)
    code, said = office.run("benefits", "grant", "0000000013", "--text", "花束 1つ", "--until", "2999-12-31")
    assert (code, said.split()[-2:]) == (0, ["花束", "1つ"])
    code, said = office.run("benefits", "list", "0000-000-013")
    assert code == 0
    assert "open" in said
    assert "花束 1つ until 2999-12-31" in said
    for wrong in (("0000000021", "花束"), ("0000000012", "花束"), ("0000000013", "")):
        assert office.run("benefits", "grant", wrong[0], "--text", wrong[1])[0] == 2


def test_the_link_for_the_first_administrator_does_not_depend_on_who_serves(office: Office) -> None:
    assert office.run("staff", "add", "--name", "佐藤", "--pin", "1234")[0] == 0
    assert "/setup/" in office.run("setup")[1]
