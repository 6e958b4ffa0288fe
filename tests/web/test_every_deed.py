"""Every address of the console that takes a form: what it does is one line of the audit log, in words; or it refuses.

The deeds are done one after the other in one head office, as a day would bring them. What has no good form here is sent
an empty one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from server.audit import service as audit
from server.audit.models import AuditRow
from server.features import FEATURES, JOBS
from server.jobs.worker import Worker
from server.ledger import cases
from server.ledger.cases import Found
from server.members import service as members
from server.members.values import Person
from server.staff.log_pages import ABOUT
from server.staff.log_words import LABELS
from server.staff.models import Staff
from server.web.security import OPEN_BLUEPRINTS, is_open, need_of
from shared.clock import business_day
from shared.ids import format_card_no, format_member_no, make_card_no, make_member_no
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench
from tests.web.forms import fields_of
from tests.web.test_api_pages import opened
from tests.web.test_enrolment_pages import waiting_terminal

PHONE = "09012345678"
NEW_PASSWORD = "ゆうがたの角食とミルクティー"
REFUSED = re.compile(r'<a href="#[^"]*">([^<]*)</a></li>')
QUIET = {  # forms that change nothing, or note what they do in a transaction of their own; each with its reason
    "adjustments.preview": "shows a balance",
    "layouts.preview": "draws what is typed",
    "members.fill": "fills the address into the form",
    "members.fill_change": "fills the address into the form",
    "messages.preview": "shows lines of a face",
    "notices.look_over": "shows the last page before a notice begins",
    "notices.preview": "shows lines of a face",
    "reconcile.step": "goes on with a report that was noted when it began",
    "segments.count": "counts what is typed",
    "segments.redraw": "draws the form with a row more or less",
    "staff.new_passkey_question": "asks a device; the passkey itself is noted",
    "staff.second_factor": "notes the sign-in, or the failure, by itself",
    "staff.sign_out": "notes by itself",
    "staff.step_up": "notes the proof, or the failure, by itself",
    "stores.view": "narrows what this browser shows",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    bench.app.config["WTF_CSRF_ENABLED"] = False
    with bench.database.transaction() as session:
        person = Person("鷹匠", "美智子", "タカジョウ", "ミチコ", PHONE, birthday="1965-02-03")
        members.register(session, person, CARD, "1", DAY, START_MS)
        members.register(
            session, Person("山田", "花子", "ヤマダ", "ハナコ", "0312345678"), OTHER_CARD, "1", DAY, START_MS
        )
        cases.report(session, Found(cases.FORK, "00" * 32, CARD, 0, {"gen": 1, "seq": 1, "images": 2}), START_MS)
        waiting_terminal(bench, session)
    bench.terminal()
    yield bench
    bench.close()


def rows(bench: Bench) -> list[AuditRow]:
    with bench.database.reading() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.n)))


class Day:
    """Somebody who does one thing after the other; each must be one line of the log."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.client, self.done = bench, bench.signed_in(), set[str]()

    def does(self, act: str, path: str, who: FlaskClient | None = None, **fields: Any) -> str:
        """The page it leads to."""
        return self._judge(act, path, lambda: (who or self.client).post(path, data=fields), who is None)

    def fills(self, act: str, page: str, path: str, typed: Mapping[str, Any]) -> str:
        """A form with much in it."""
        told = {**fields_of(self.client, page, path), **typed}
        return self._judge(act, path, lambda: self.client.post(path, data=told), True)

    def works(self) -> None:
        """What the worker would do meanwhile."""
        worker = Worker(self.bench.database, JOBS, lambda: self.bench.now_ms)
        while (run := worker.take()) is not None:
            worker.work(run)

    def _judge(self, act: str, path: str, deed: Any, is_admin: bool) -> str:
        before = len(rows(self.bench))
        answer: TestResponse = deed()
        assert answer.status_code < 400, (path, REFUSED.findall(answer.get_data(as_text=True)))
        told = rows(self.bench)[before:]
        assert [row.act for row in told] == [act], path
        assert told[0].address == "127.0.0.1"
        assert not is_admin or (told[0].actor, told[0].role) == (1, "admin")
        self.done.add(endpoint_of(self.bench, path))
        return answer.headers.get("Location", "")


def endpoint_of(bench: Bench, path: str) -> str:
    adapter = bench.app.url_map.bind("localhost")
    try:
        return str(adapter.match(path, method="POST")[0])
    except RequestRedirect as moved:
        raise AssertionError(f"{path} is {moved.new_url}") from moved


ONE, OTHER = make_member_no(1), make_member_no(2)  # the two members of the bench


def desk(day: Day) -> None:
    """Members, families, questions, consents, doubles."""
    day.does("members.registered", "/members", store="1", family_name="鈴木", phone="0451112222")
    day.fills("members.changed", f"/members/{ONE}/edit", f"/members/{ONE}", {"street": "道玄坂1-2"})
    day.does("members.changed", f"/members/{ONE}/parts/contact", phone="0699998888", email="h@example.jp")
    day.does("members.consent", f"/members/{ONE}/consents", **{"consent-mail": "no", "consent-print": "no"})
    day.does("members.memo", f"/members/{ONE}/memos", text="お電話あり")
    day.does("members.card_given", f"/members/{ONE}/cards", card=format_card_no(make_card_no(130)))
    day.does("members.card_parted", f"/members/{ONE}/cards/{make_card_no(130)}/parting", why="other")
    day.does("members.revealed", f"/reveal/phone/{ONE}")
    day.does("members.household", f"/members/{ONE}/households", kind="family", name="鷹匠家")
    day.does("members.household", "/members/households/1", name="鷹匠の家")
    day.does("members.household", "/members/households/1/members", member=format_member_no(OTHER))
    day.does("members.household", f"/members/households/1/partings/{OTHER}")
    day.does("members.attribute", "/members/attributes", name="好きな色", kind="choice", choices="赤\n青")
    day.does("members.attribute", "/members/attributes/1", name="色", choices="赤", place="2", gone="1")
    day.does("members.merged", f"/members/{ONE}/merges", gone=str(OTHER))
    day.does("members.unmerged", "/members/merges/1/undoings")
    day.does("members.apart", "/members/apart", one=str(ONE), other=str(OTHER))
    file = (io.BytesIO("氏名,電話\r\n佐藤 花,0451113333\r\n".encode("cp932")), "顧客.csv")
    day.does("members.import_read", "/members/imports", store="1", file=file)
    day.does("members.import_mapped", "/members/imports/1/mapping", **{"column-0": "name", "column-1": "phone"})
    day.works()
    day.does("members.import_running", "/members/imports/1/takings")
    day.works()
    day.does("members.import_undoing", "/members/imports/1/undoings")
    day.works()
    day.does("reconcile.started", "/reconciliation/reports")
    day.does("reconcile.answered", "/reconciliation/cases/1/answers", answer="seen", note="見た")


def cards_and_points(day: Day) -> None:
    first, last = (format_card_no(make_card_no(serial)) for serial in (1, 99))
    day.does("cards.stopped", f"/cards/{CARD}/stops", why="lost", note="電話で")
    day.does("cards.allowed", f"/cards/{CARD}/stops", why="found")
    day.does("cards.received", "/cards/stock", name="2026-11", first=first, last=last)
    day.does("cards.counted", "/cards/stock/counts", **{"count-first": first, "count-last": last, "counted": "99"})
    day.does("adjustments.done", "/adjustments", card=format_card_no(CARD), points="5", why="x")
    where = day.does("adjustments.asked", "/adjustments", card=format_card_no(CARD), points="5000", why="x")
    day.does("approvals.granted", f"{where}/decisions", day.bench.client_of("office"), answer="yes")
    new = format_card_no(make_card_no(131))
    day.does("cards.replaced", f"/cards/{CARD}/replacements", card=new, store="1")


def promotion(day: Day) -> None:
    """Segments, notices, messages, things to hand over."""
    card = format_card_no(OTHER_CARD)
    row = {"g0r0-field": "name", "g0r0-op": "contains", "g0r0-text": "山田"}
    day.does("segments.made", "/segments", name="山田さん", **row)
    day.does("segments.changed", "/segments/1", name="山田さま", **row)
    day.does("segments.made", "/segments", name="使わない", **row)
    day.does("segments.removed", "/segments/2/removals")
    day.does("notices.begun", "/notices", name="冬", segment="1", text="{name}様", promotes="1", holdout="0")
    day.works()
    day.does("notices.withdrawn", "/notices/1/withdrawals")
    day.does("jobs.stop", "/jobs/5/stops")
    day.does("messages.written", "/messages", card=card, text="はい", priority="0")
    day.does("messages.withdrawn", "/messages/1/withdrawals")
    day.does("benefits.granted", "/benefits", card=card, text="お花")
    day.does("benefits.withdrawn", "/benefits/1/withdrawals")


def rules(day: Day) -> None:
    tomorrow = business_day(day.bench.now_ms, 240) + timedelta(days=1)
    for number in (1, 2, 3):
        day.does("rulebook.drafted", "/rulebook/drafts", template="florist")
        here = f"/rulebook/drafts/{number}"
        page = f"{here}/parts/terms"
        day.fills("rulebook.changed", page, page, {"terms.contact": "03-1234-5678"})
        page = day.does("rulebook.changed", f"{here}/promotions")
        day.fills("rulebook.changed", page, page, {"name": "夕方", "benefits.points": "5"})
        if number == 3:
            day.does("rulebook.changed", f"{page}/removals")
            day.does("rulebook.dropped", f"{here}/removals")
            continue
        day.does("rulebook.tried", f"{here}/previews")
        day.works()
        day.does("rulebook.enacted", f"{here}/starts", start=tomorrow.isoformat() if number == 2 else "", note="x")
    day.does("rulebook.withdrawn", "/rulebook/versions/3/withdrawals")
    day.does("rulebook.rain", "/rulebook/rain", stores="1")


def house(day: Day) -> None:
    """Stores, terminals, settings, requests, keys."""
    day.does("stores.added", "/stores", code="N1", name="北店")
    day.does("shop.changed", "/shop", price_basis="inclusive", price_digits="5", prefixes="02", voices="味\n値段")
    day.does("terminals.offered", "/terminals/enrolments", store="1", name="レジ2")
    day.does("terminals.refused", "/terminals/enrolments/1/refusals")
    with day.bench.database.transaction() as session:
        waits = waiting_terminal(day.bench, session).id
    day.does("terminals.enrolled", f"/terminals/enrolments/{waits}/confirmations")
    day.does("terminals.part_changed", "/terminals/12/changes", piece="head")
    day.does("terminals.settled", "/terminals/12/settlements")
    day.does("terminals.part_changed", "/terminals/12/changes", piece="head")
    day.does("terminals.revoked", "/terminals/12/revocations")
    layout = {"name": "秋の形", "shown": "name", "own1": "毎月5日は2倍"}
    day.does("layouts.drafted", "/layouts/drafts")
    day.does("layouts.changed", "/layouts/drafts/1", **layout)
    day.does("layouts.rolled_out", "/layouts/drafts/1/rollouts", where="all")
    day.does("layouts.rolled_out", "/layouts/versions/1/rollouts", stores="1")
    day.does("layouts.drafted", "/layouts/drafts", version="1")
    day.does("layouts.dropped", "/layouts/drafts/2/removals")
    for number, kind in ((1, "disclosure"), (2, "erasure")):
        day.does("privacy.received", "/privacy", member=format_member_no(ONE), kind=kind)
        day.does("privacy.checked", f"/privacy/{number}/checks", identity="運転免許証")
    day.does("privacy.finished", "/privacy/1/ends", state="done", answer="渡した")
    day.does("privacy.erased", "/privacy/2/erasures", sure="消去")
    day.does("api.key_made", "/api-keys", name="EC", scopes=["members:read"], life="365", reach="all")
    day.does("api.key_renewed", "/api-keys/1/renewals")
    day.does("api.key_revoked", "/api-keys/1/revocations")
    opened(day.bench)
    here = {"name": "EC", "url": "https://127.0.0.1/told", "events": ["member.created"], "reach": "all"}
    day.does("hooks.made", "/webhooks", **here)
    for act, deed in (
        ("tested", "tests"), ("repeated", "deliveries/1/repeats"), ("paused", "pauses"), ("resumed", "pauses"),
        ("secret_renewed", "secrets"), ("removed", "removals"),
    ):  # fmt: skip
        day.does(f"hooks.{act}", f"/webhooks/1/{deed}")


def people(day: Day) -> None:
    """Others first, then oneself; the last deed ends the proof."""
    day.does("staff.invited", "/staff", name="店", login="tencho", role="manager", stores="1")
    with day.bench.database.reading() as session:
        here = f"/staff/{session.scalars(select(Staff.id).where(Staff.login == 'tencho')).one()}"
    day.does("staff.role_changed", f"{here}/roles", role="clerk", stores="1")
    day.does("staff.link_made", f"{here}/links")
    day.does("staff.factors_forgotten", f"{here}/lost-factors")
    day.does("staff.sessions_ended", f"{here}/session-endings")
    day.does("staff.let_go", f"{here}/departures")
    day.does("staff.taken_back", f"{here}/returns")
    day.does("staff.recovery_codes_made", "/me/recovery-codes")
    day.does("staff.totp_begun", "/me/totps")
    secret = re.search(r"[A-Z2-7]{4}(?: [A-Z2-7]{4})+", day.client.get("/me/totp").get_data(as_text=True))
    assert secret is not None
    code = pyotp.TOTP(secret[0].replace(" ", "")).at(day.bench.now_ms // 1000)
    day.does("staff.totp_set", "/me/totp", code=code)
    day.does("staff.totp_dropped", "/me/totp/removals")
    day.does("staff.sessions_ended", "/me/session-endings")
    day.does("staff.password_changed", "/me/password", password=NEW_PASSWORD, password_again=NEW_PASSWORD)


def test_every_form_leaves_its_line_or_refuses(bench: Bench) -> None:
    day = Day(bench)
    for part in (desk, cards_and_points, promotion, rules, house, people):
        part(day)
    told = rows(bench)
    assert all(PHONE not in row.facts.decode() + row.about for row in told)
    assert not unnamed(told)
    posts = {rule.endpoint for rule in bench.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    left = {endpoint for endpoint in posts if not is_open(endpoint)} - set(QUIET) - day.done
    assert len(left) < len(day.done) / 10, left  # most are done as they are meant
    for endpoint in sorted(left):
        leaves_a_line_or_refuses(day, endpoint)
    with bench.database.reading() as session:
        assert not audit.verify(session).faults


def unnamed(told: list[AuditRow]) -> set[str]:
    """Deeds, things and facts that the log's page would show by the program's own names."""
    acts = {act for feature in FEATURES for act in feature.acts}
    found = {f"deed {row.act}" for row in told if row.act not in acts}
    found |= {f"thing {row.about}" for row in told if row.about.partition(":")[0] not in ABOUT}
    return found | {f"fact {name} of {row.act}" for row in told for name in audit.facts_of(row) if name not in LABELS}


def leaves_a_line_or_refuses(day: Day, endpoint: str) -> None:
    (rule,) = (rule for rule in day.bench.app.url_map.iter_rules(endpoint) if "POST" in (rule.methods or ()))
    numbers = {name: 1 if "Number" in type(one).__name__ else "x" for name, one in rule._converters.items()}
    path = day.bench.app.url_map.bind("localhost").build(endpoint, numbers, method="POST")
    before = len(rows(day.bench))
    status = day.client.post(path).status_code
    assert status != 500, endpoint
    assert status >= 400 or len(rows(day.bench)) > before, endpoint


def test_what_may_stay_silent_is_named_with_its_reason(bench: Bench) -> None:
    with bench.app.app_context():
        silent = {
            rule.endpoint
            for rule in bench.app.url_map.iter_rules()
            if "POST" in (rule.methods or ()) and (need := need_of(rule.endpoint)) is not None and need.silent
        }
    assert silent == set(QUIET)
    assert all(QUIET.values())
    assert frozenset({"sync", "api"}) == OPEN_BLUEPRINTS
