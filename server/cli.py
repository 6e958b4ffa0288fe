"""The commands of head office: set it up, fill it, admit terminals, serve, check the books."""

from __future__ import annotations

import argparse
import gettext
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import msgspec
from nacl.signing import SigningKey
from sqlalchemy.exc import DatabaseError, IntegrityError

from server import serving
from server.app import system_now_ms
from server.audit import commands as audit_commands
from server.backup import back_up
from server.benefits import commands as benefit_commands
from server.config import CONFIG_FILE, Settings, load_settings
from server.feed import service as feed
from server.keys import commands as key_commands
from server.keys import service as keys
from server.privacy import erasing
from server.products import commands as product_commands
from server.programs import service as programs
from server.reconcile import commands as reconcile_commands
from server.reconcile import service as reconcile_service
from server.reconcile.checks import RED
from server.roster import commands as roster_commands
from server.roster.service import shelf_of
from server.rulebook import rank_work
from server.seed import read_seed, take_over
from server.setup import invite, new_epoch, open_database, prepare, write_private
from server.staff import commands as staff_commands
from server.staff import service as staff
from server.stores import service as stores
from server.sync import bundle
from server.sync.audit import check_books
from server.terminals import commands as terminal_commands
from server.terminals import service as terminals
from server.vault import open_vault
from server.web.i18n import LOCALE_DIR
from shared.clock import business_day
from shared.errors import EnishiError, explain
from shared.ids import parse_card_no
from shared.locale import DOMAIN, N_
from shared.points.program import Programme
from shared.sync.identity import Identity

FAILED, REFUSED = 1, 2
_SETTINGS = ("data_dir", "tenant", "host", "port", "language")  # may be given on the command line
TERMINAL_DIGITS_MAX = 5  # 16383 is the highest number
OPEN = N_("本部を {url} で開いています。止めるには Ctrl+C を押します。")
Translate = Callable[[str], str]


def main(arguments: Sequence[str]) -> int:
    """Exit code 0: done; 1: the check found a difference; 2: refused, with the reason in one sentence."""
    translate = _translate(os.environ.get("ENISHI_SERVER_LANGUAGE", "ja"))
    try:
        parsed = vars(_parser().parse_args(arguments))
        command: Callable[[Settings, Mapping[str, str], Translate], int] = parsed.pop("run")
        given = {name: value for name, value in parsed.items() if value is not None}
        config = Path(given.pop("config", CONFIG_FILE))
        wanted: dict[str, str] = {name: given.pop(name) for name in _SETTINGS if name in given}
        translate = _translate(wanted["language"]) if "language" in wanted else translate
        settings = load_settings(wanted, os.environ, config)
        translate = _translate(settings.language)
        return _run(command, settings, given, translate)
    except EnishiError as error:
        _say(" ".join(explain(error.code, error.facts, translate)), sys.stderr)
        return REFUSED


def _run(
    command: Callable[[Settings, Mapping[str, str], Translate], int],
    settings: Settings,
    given: Mapping[str, str],
    translate: Translate,
) -> int:
    """Raises ``server.database_unreadable`` for what the database itself refuses."""
    try:
        return command(settings, given, translate)
    except DatabaseError as error:
        raise EnishiError("server.database_unreadable", detail=str(error.orig)[:200]) from error


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In the reader's language instead of argparse's."""
        raise EnishiError("config.argument", detail=message[:200], command=self.prog)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m server", description=__doc__)
    everywhere = _Parser(add_help=False)
    everywhere.add_argument("--config", help=f"settings file (default {CONFIG_FILE})")
    everywhere.add_argument("--data", dest="data_dir", metavar="DIR", help="folder of database and secrets")
    everywhere.add_argument("--tenant", help="number of the chain on its cards")
    everywhere.add_argument("--language", help="ja or en")
    everywhere.add_argument("--host", help="address to listen on")
    everywhere.add_argument("--port", help="port to listen on")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, parents=[everywhere], help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("setup", _setup, "create the database and the link for the first administrator")
    add("invite", _invite, "make a new one-time link for an administrator")
    add("seed", _seed, "take over stores, members, cards and visits").add_argument("file")
    terminal = add("provision-terminal", _provision, "admit a terminal and write its identity")
    for option in ("terminal", "store", "name", "out"):
        terminal.add_argument(f"--{option}", required=True)
    changes = add("keys", _keys, "list, rotate, restrict or withdraw the epochs of the card key")
    changes.add_argument("action", choices=key_commands.ACTIONS)
    changes.add_argument("kid", nargs="?", default="0")
    changes.add_argument("--redeem", choices=keys.CHOICES, default="")
    changes.add_argument("--no-earn", dest="earn", action="store_const", const="", default="yes")
    machines = add("terminals", _terminals, "list terminals; stop one; the drill for a stolen one")
    machines.add_argument("action", choices=terminal_commands.ACTIONS)
    machines.add_argument("terminal", nargs="?", default="0")
    machines.add_argument("--since", default="", help="day of the theft (YYYY-MM-DD)")
    sold = add("products", _products, "take products in from a table (CSV); what became of every row")
    sold.add_argument("action", choices=product_commands.ACTIONS)
    sold.add_argument("file")
    sold.add_argument("--dry-run", dest="dry", action="store_const", const="yes", help="judge, change nothing")
    people = add("staff", _staff, "who serves at the counters: list, add, give a role or a PIN, let go")
    people.add_argument("action", choices=staff_commands.ACTIONS)
    people.add_argument("number", nargs="?", default="0")
    people.add_argument("--name", default="")
    people.add_argument("--role", default="staff", help="staff, leader or manager")
    people.add_argument("--pin", default="", help="4 to 8 digits; left out: made by dice")
    due = add("benefits", _benefits, "what is due to a card beside points: list, grant")
    due.add_argument("action", choices=benefit_commands.ACTIONS)
    due.add_argument("card", help="the number on the card")
    due.add_argument("--text", default="", help="what is to be handed over")
    due.add_argument("--until", default="", help="last day (YYYY-MM-DD)")
    carried = add("bundle", _bundle, "sync by hand: take in a terminal's folder, or write the answer to it")
    carried.add_argument("action", choices=("import", "export"))
    carried.add_argument("folder")
    carried.add_argument("--out", default="", help="export: the new folder for the answer")
    _add_running(add)
    return parser


def _add_running(add: Callable[[str, Callable[..., int], str], argparse.ArgumentParser]) -> None:
    """What runs all day, or every night."""
    add("serve", _serve, "serve console and sync, and do long work")
    add("work", _work, "do long work in a process of its own")
    add("backup", _backup, "copy the database, open the copy and check it").add_argument("folder")
    add("restored", _restored, "after a backup was put back: begin a new epoch")
    add("roster", _roster, "make the members file that terminals fetch, if one is due")
    add("nightly", _nightly, "close months, decide what waited, check everything; exit code 1 on a red line")
    settled = add("reconcile", _reconcile, "settle open cards and check everything; exit code 1 on a red line")
    settled.add_argument("--all", dest="everything", action="store_const", const="yes", help="settle every card")
    proven = add("audit", _audit, "prove the audit log; its head is for keeping elsewhere; exit code 1 on a fault")
    proven.add_argument("--known", default="", metavar="N:HASH", help="a head kept elsewhere, which must still stand")
    add("check", _check, "check the books; exit code 1 on a difference")


def _setup(settings: Settings, _given: Mapping[str, str], translate: Translate) -> int:
    database = prepare(settings)
    with database.reading() as session:
        known = staff.is_anyone(session)
    if known:
        _say(translate(N_("本部の用意はできています。")))
        return 0
    _say(translate(N_("本部を用意しました。24時間のうちに次の場所を開いて、最初の管理者を登録してください。")))
    _say(invite(database, settings, system_now_ms()))
    return 0


def _invite(settings: Settings, _given: Mapping[str, str], translate: Translate) -> int:
    address = invite(open_database(settings), settings, system_now_ms())
    _say(translate(N_("24時間のうちに次の場所を開いて、管理者を登録してください。1回だけ使えます。")))
    _say(address)
    return 0


def _seed(settings: Settings, given: Mapping[str, str], translate: Translate) -> int:
    seed = read_seed(Path(given["file"]), settings)
    try:
        with open_database(settings).transaction() as session:
            taken = take_over(session, seed, system_now_ms())
    except IntegrityError as error:  # a store, member or card that the file itself does not hold
        raise EnishiError("server.seed_malformed", detail=str(error.orig)[:200]) from error
    text = translate(N_("取り込みました: 店舗 {stores}、会員 {members}、カード {cards}、来店 {visits}"))
    _say(text.format(stores=taken.stores, members=taken.members, cards=taken.cards, visits=taken.visits))
    return 0


def _provision(settings: Settings, given: Mapping[str, str], translate: Translate) -> int:
    """Writes ``identity.json`` (mode 600) and ``terminal.toml`` into the folder; a known terminal gets a new key."""
    number = _number(given["terminal"])
    folder = Path(given["out"])
    vault, key = open_vault(settings), SigningKey.generate()
    with open_database(settings).transaction() as session:
        row = terminals.provision(
            session, number, given["store"], given["name"], bytes(key.verify_key), system_now_ms()
        )
        kid, packages = terminals.packages(session, vault, row)
        identity = Identity(
            row.id, settings.tenant, row.store, bytes(key), kid, packages, stores.names(session)[row.store], row.name,
            settings.origin, vault.public_key, feed.server_epoch(session),
        )  # fmt: skip
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_private(folder / "identity.json", msgspec.json.encode(identity).decode("utf-8") + "\n")
            (folder / "terminal.toml").write_text(_fragment(folder), "utf-8")
        except OSError as error:
            raise EnishiError("server.file", path=str(error.filename), detail=error.strerror or "") from error
    _say(translate(N_("端末 {terminal} の鍵と設定を {folder} に書きました。")).format(terminal=number, folder=folder))
    return 0


def _fragment(folder: Path) -> str:
    """The part of the terminal's settings that head office decides; a JSON string is a TOML string too."""
    identity_file = json.dumps(str((folder / "identity.json").resolve()), ensure_ascii=False)
    return f"[terminal]\nidentity_file = {identity_file}\n"


def _keys(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    kid, earn = _number(given["kid"]), bool(given["earn"])
    with open_database(settings).transaction() as session:
        done = list(key_commands.run(session, given["action"], kid, given["redeem"], earn, system_now_ms()))
        audit_commands.note(session, "keys", given["action"], system_now_ms())
    _say("\n".join(done))
    return 0


def _terminals(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    number = _number(given["terminal"])
    with open_database(settings).transaction() as session:
        done = list(terminal_commands.run(session, given["action"], number, given["since"], system_now_ms()))
        audit_commands.note(session, "terminals", given["action"], system_now_ms())
    _say("\n".join(done))
    return 0


def _products(settings: Settings, given: Mapping[str, str], translate: Translate) -> int:
    """Good rows are taken in whatever the others are."""
    with open_database(settings).transaction() as session:
        path, dry = Path(given["file"]), "dry" in given
        done = list(product_commands.run(session, path, dry, translate, system_now_ms()))
        audit_commands.note(session, "products", audit_commands.LOOKING if dry else "import", system_now_ms())
    _say("\n".join(line for _, line in done))
    return FAILED if any(refused for refused, _ in done) else 0


def _staff(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    told = given["action"], _number(given["number"]), given["name"], given["role"], given["pin"]
    with open_database(settings).transaction() as session:
        done = list(staff_commands.run(session, *told, system_now_ms()))
        audit_commands.note(session, "staff", given["action"], system_now_ms())
    _say("\n".join(done))
    return 0


def _benefits(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    now_ms, card = system_now_ms(), parse_card_no(given["card"])
    with open_database(settings).transaction() as session:
        programme = programs.current(session, now_ms) or Programme()
        today = business_day(now_ms, programme.day_start_minute)
        told = given["action"], card, given["text"], given["until"]
        done = list(benefit_commands.run(session, *told, today, now_ms))
        audit_commands.note(session, "benefits", given["action"], now_ms)
    _say("\n".join(done))
    return 0


def _number(typed: str) -> int:
    """0 for what is none: no terminal and no epoch that could be meant has it."""
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= TERMINAL_DIGITS_MAX else 0


def _bundle(settings: Settings, given: Mapping[str, str], translate: Translate) -> int:
    """Nothing is taken in before the whole folder was looked at."""
    database, now_ms = open_database(settings), system_now_ms()
    asked = bundle.read_request(database, Path(given["folder"]))
    if given["action"] == "import":
        taken = bundle.take(database, open_vault(settings), asked, now_ms)
        text = translate(N_("端末 {terminal} の記録 {events} 件を取り込みました。"))
        _say(text.format(terminal=taken.terminal, events=taken.events))
        for code in taken.refused:
            _say(" ".join(explain(code, {}, translate)), sys.stderr)
        return FAILED if taken.refused else 0
    if not given["out"]:
        raise EnishiError("config.argument", detail="--out", command="python -m server bundle export")
    out = Path(given["out"])
    bundle.write_folder(out, bundle.answer(database, open_vault(settings), asked, now_ms))
    text = translate(N_("端末 {terminal} への返事を {folder} に書きました。"))
    _say(text.format(terminal=asked.terminal, folder=out))
    return 0


def _serve(settings: Settings, _given: Mapping[str, str], translate: Translate) -> int:
    serving.serve(settings, lambda url: _say(translate(OPEN).format(url=url)))
    return 0


def _work(settings: Settings, _given: Mapping[str, str], translate: Translate) -> int:
    _say(translate(N_("時間のかかる作業を引き受けています。止めるには Ctrl+C を押します。")))
    serving.work(settings)
    return 0


def _backup(settings: Settings, given: Mapping[str, str], translate: Translate) -> int:
    path = back_up(open_database(settings), Path(given["folder"]), system_now_ms())
    _say(translate(N_("控えを確かめて {path} に置きました。")).format(path=path))
    return 0


def _restored(settings: Settings, _given: Mapping[str, str], _translate: Translate) -> int:
    now_ms = system_now_ms()
    with open_database(settings).transaction() as session:
        again = erasing.again(session, settings.erasures_path, now_ms)
        _say(f"{again:>9,}  people forgotten once more, who had asked for it after the backup")
        for line in reconcile_commands.restored(session, new_epoch(), now_ms):
            _say(line)
    return 0


def _roster(settings: Settings, _given: Mapping[str, str], _translate: Translate) -> int:
    for line in _made(settings, night=False):
        _say(line)
    return 0


def _made(settings: Settings, night: bool) -> Iterator[str]:
    """The members file that is due. Raises ``server.file``."""
    try:
        yield from roster_commands.bring_up_to_date(
            open_database(settings), open_vault(settings), shelf_of(settings), night
        )
    except OSError as error:
        raise EnishiError("server.file", path=str(error.filename), detail=error.strerror or "") from error


def _nightly(settings: Settings, _given: Mapping[str, str], _translate: Translate) -> int:
    for line in reconcile_commands.night(open_database(settings), system_now_ms()):
        _say(line)
    with open_database(settings).transaction() as session:
        job = rank_work.start_due(session, 0, system_now_ms())
    if job:
        _say(f"ranks are looked over as job {job}")
    for line in _made(settings, night=True):
        _say(line)
    with open_database(settings).reading() as session:
        report = reconcile_service.latest(session)
        return FAILED if report is None or reconcile_service.reds(session, report.id) else 0


def _reconcile(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    is_red = False
    everything = "everything" in given
    for colour, line in reconcile_commands.reconcile(open_database(settings), system_now_ms(), everything):
        is_red = is_red or colour == RED
        _say(line)
    return FAILED if is_red else 0


def _audit(settings: Settings, given: Mapping[str, str], _translate: Translate) -> int:
    with open_database(settings).reading() as session:
        told = list(audit_commands.run(session, given["known"]))
    _say("\n".join(line for _, line in told))
    return FAILED if any(wrong for wrong, _ in told) else 0


def _check(settings: Settings, _given: Mapping[str, str], _translate: Translate) -> int:
    with open_database(settings).reading() as session:
        findings = check_books(session)
    for finding in findings:
        _say(f"{'DIFFERS' if finding.wrong else 'ok':8}{finding.checked:>9,}  {finding.subject}")
        for wrong in finding.wrong:
            _say(f"{'':19}{wrong}")
    return FAILED if any(finding.wrong for finding in findings) else 0


def _translate(language: str) -> Translate:
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[language], fallback=True).gettext


def _say(text: str, stream: object = None) -> None:
    out = sys.stdout if stream is None else sys.stderr
    out.write(text + "\n")
    out.flush()
