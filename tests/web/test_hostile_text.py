"""Text that tries to be a script, stored through every form of the console: each page shows it as letters.

The pages are asked for without a browser first; those that show the text are opened in Chromium, where nothing of it
may run, load or complain.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from server.features import JOBS
from server.jobs.worker import Worker
from server.ledger import cases
from server.ledger.cases import Found
from server.members import service as members
from server.members.values import Person
from server.products import service as products
from server.web import live
from shared.ids import format_card_no, format_member_no, make_card_no, make_member_no
from shared.sale.product import Product, TaxRate
from tests.contract.head_office_bench import (
    CARD,
    DAY,
    LOGIN,
    OTHER_CARD,
    PASSWORD,
    START_MS,
    Bench,
    commit,
    intent,
)
from tests.web.forms import fields_of
from tests.web.test_api_pages import opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TINY = "'\"><img src=/x>"
SHORT = "'\"><img src=/x onerror=x()>"  # fits into the shortest names
LONG = f"</textarea></title></option><script>alert(1)</script>{{{{7*7}}}}{SHORT}"
RAW = ("<img src=/x", "<u x>", "<script>alert", 'onerror=x()>"')  # as no page may carry it
SEEN = "img src=/x"  # a page that shows it, escaped
SHOWN = {  # what shows it at least, by the names of the pages
    "apikeys.listing", "apikeys.one", "approvals.one", "benefits.listing", "cards.lots", "cards.one", "hooks.listing",
    "hooks.one", "members.attribute", "members.attribute_list", "members.edit", "members.household",
    "members.import_one", "members.imports", "members.one", "members.search", "messages.listing",
    "notices.new", "notices.one", "notices.overview", "notices.people", "privacy.disclosure", "privacy.listing",
    "privacy.one", "products.listing", "programs.current", "reconcile.case", "rulebook.draft", "rulebook.listing",
    "rulebook.part", "rulebook.promotion", "rulebook.rain", "rulebook.versions",
    "segments.edit", "segments.one", "segments.overview", "segments.people", "shop.form", "staff.people_list",
    "staff.person", "stores.listing", "terminals.enrolled",
}  # fmt: skip
REFUSED = re.compile(r'<a href="#[^"]*">([^<]*)</a></li>')
ONE, OTHER = make_member_no(1), make_member_no(2)
NUMBERS = (1, 2, int(ONE), int(CARD), 12)
WORDS = {
    "part": ("basic", "use", "expiry", "ranks", "terms", "counter"), "what": ("waiting", "printed"), "name": ("lots",),
    "screen": ("stores.listing",), "page": ("member", "home"), "kind": ("json",),
}  # fmt: skip
NO_PAGES = ("static", "live.stream", "sync.", "api.", "staff.setup", "staff.set_password")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    bench.app.config["WTF_CSRF_ENABLED"] = False
    with bench.database.transaction() as session:
        members.register(session, Person(SHORT, SHORT, "タカハシ", "ミチコ"), CARD, "1", DAY, START_MS)
        members.register(session, Person("山田", "花子", "ヤマダ", "ハナコ"), OTHER_CARD, "1", DAY, START_MS)
        goods = Product("4900000000016", SHORT, "アンパン", 150, TaxRate.REDUCED, TINY)
        products.put(session, [products.Entry(goods)], START_MS)
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    with bench.database.transaction() as session:
        cases.report(session, Found(cases.FORK, "00" * 32, CARD, 0, {"gen": 1, "seq": 1, "images": 2}), START_MS)
    opened(bench)
    yield bench
    bench.close()


class Typist:
    """Types hostile text; nothing that comes back, be it a page or a refusal, carries it raw."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.client = bench, bench.signed_in()

    def types(self, path: str, page: str = "", who: FlaskClient | None = None, **typed: Any) -> TestResponse:
        """``page``: whose form is filled up with what already stands in it."""
        told = {**(fields_of(self.client, page, path) if page else {}), **typed}
        answer = (who or self.client).post(path, data=told, headers={"HX-Target": "preview"})
        assert_harmless(path, answer.get_data(as_text=True))
        return answer

    def stores(self, path: str, page: str = "", who: FlaskClient | None = None, **typed: Any) -> str:
        answer = self.types(path, page, who, **typed)
        assert answer.status_code < 400, (path, REFUSED.findall(answer.get_data(as_text=True)))
        return answer.headers.get("Location", "")

    def works(self) -> None:
        worker = Worker(self.bench.database, JOBS, lambda: self.bench.now_ms)
        while (run := worker.take()) is not None:
            worker.work(run)


def assert_harmless(place: str, page: str) -> None:
    assert not [raw for raw in RAW if raw in page], place
    assert "49" + SHORT[:2] not in page, place  # a template would have reckoned


def store_people(desk: Typist) -> None:
    desk.stores(
        "/members", store="1", family_name=SHORT, given_name=SHORT, phone="0451112222", city=SHORT, street=SHORT,
        memo=LONG,
    )  # fmt: skip
    desk.stores(f"/members/{ONE}/memos", text=LONG)
    desk.stores(f"/members/{ONE}/households", kind="family", name=SHORT)
    desk.stores("/members/households/1/members", member=format_member_no(OTHER))
    desk.stores("/members/attributes", name=SHORT, kind="choice", choices=f"{SHORT}\n赤")
    desk.stores(f"/members/{ONE}/parts/own", **{"attribute-1": SHORT})
    file = (io.BytesIO(f"{SHORT},氏名,電話\r\n{LONG},{SHORT},{SHORT}\r\n".encode("cp932")), f"{SHORT}.csv")
    desk.stores("/members/imports", store="1", file=file)
    desk.stores("/members/imports/1/mapping", **{"column-1": "name", "column-2": "phone"})
    desk.works()
    desk.stores("/privacy", member=format_member_no(ONE), kind="disclosure", wish=LONG)
    desk.stores("/privacy/1/checks", identity=LONG)
    desk.stores("/privacy/1/ends", state="done", answer=LONG)
    desk.stores("/staff", name=SHORT, login="<b>x</b>", role="auditor")
    desk.stores("/reconciliation/cases/1/answers", answer="seen", note=LONG)


def store_cards(desk: Typist) -> None:
    card = format_card_no(CARD)
    first, last = (format_card_no(make_card_no(serial)) for serial in (1, 99))
    desk.stores("/cards/stock", name=SHORT, first=first, last=last, kind=SHORT)
    desk.stores("/cards/stock/counts", **{"count-first": first, "count-last": last, "counted": "9", "note": LONG})
    desk.stores(f"/cards/{CARD}/stops", why="lost", note=LONG)
    desk.stores(f"/cards/{CARD}/stops", why="found", note=LONG)
    where = desk.stores("/adjustments", card=card, points="5000", why=LONG)
    desk.stores(f"{where}/decisions", who=desk.bench.client_of("office"), answer="no", remark=LONG)
    desk.stores("/messages", card=card, text=SHORT, priority="0")
    desk.stores("/benefits", card=card, text=SHORT)


def store_rules(desk: Typist) -> None:
    row = {"g0r0-field": "name", "g0r0-op": "contains", "g0r0-text": SHORT}
    desk.stores("/segments", name=SHORT, note=LONG, **row)
    notice = {"name": SHORT, "segment": "1", "text": SHORT, "promotes": "1", "holdout": "0"}
    desk.types("/segments/counts", **row)
    desk.types("/notices/checks", **notice)
    desk.stores("/notices", **notice)
    for number in (1, 2):
        desk.stores("/rulebook/drafts", template="florist")
        here = f"/rulebook/drafts/{number}"
        desk.stores(f"{here}/parts/terms", f"{here}/parts/terms", **{"terms.contact": SHORT})
        desk.stores(f"{here}/parts/basic", f"{here}/parts/basic", name=SHORT)
        ranks = {"ranks.ranks.0.name": "'\"><u x>", "ranks.ranks.0.at": "1"}
        desk.stores(f"{here}/parts/ranks", f"{here}/parts/ranks", **ranks)
        where = desk.stores(f"{here}/promotions")
        desk.stores(where, where, name=TINY, **{"benefits.points": "5", "conditions.goods.on": "1",
                                                 "conditions.goods.categories": SHORT})  # fmt: skip
    desk.stores("/rulebook/drafts/2/previews")
    desk.works()
    desk.stores("/rulebook/drafts/2/starts", start="", note=SHORT)


def store_house(desk: Typist) -> None:
    desk.stores("/stores", code="X1", name=SHORT)
    desk.stores("/terminals/enrolments", store="1", name=SHORT)
    desk.stores("/shop", price_basis="inclusive", price_digits="5", prefixes="02", voices=TINY)
    desk.stores("/api-keys", name=SHORT, scopes=["members:read"], life="365", reach="all")
    desk.stores("/webhooks", name=SHORT, url="https://127.0.0.1/told", events=["member.created"], reach="all")
    for path in ("/members", "/stores", "/segments", "/notices", "/messages", "/benefits", "/api-keys", "/webhooks"):
        wrong = dict.fromkeys(("name", "code", "text", "card", "url", "family_name", "phone", "note", "segment"), LONG)
        assert desk.types(path, **wrong).status_code in (400, 422), path


def addresses(bench: Bench) -> Iterator[tuple[str, str]]:
    """Every page that there may be, whatever its address asks for: the rule's name and the address."""
    adapter = bench.app.url_map.bind("localhost")
    for rule in bench.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(NO_PAGES):
            continue
        names = sorted(rule.arguments)
        for values in product(*(WORDS.get(name, ("x",)) if is_word(rule, name) else NUMBERS for name in names)):
            yield rule.endpoint, str(adapter.build(rule.endpoint, dict(zip(names, values, strict=True))))
    for place, address in enumerate(
        ("/members?q=%3Cimg%20src=/x%3E", "/find?q=%3Cimg%20src=/x", f"/members/{ONE}?edit=own")
    ):
        yield f"asked {place}", address


def is_word(rule: Rule, name: str) -> bool:
    return type(rule._converters[name]).__name__ != "RowNumber"


def showing(desk: Typist) -> dict[str, str]:
    """By the rule's name an address whose page shows the text; none of all carries it raw."""
    found: dict[str, str] = {}
    for endpoint, address in addresses(desk.bench):
        answer = desk.client.get(address)
        page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        answer.close()
        assert answer.status_code != 500, address
        assert_harmless(address, page)
        if answer.status_code == 200 and SEEN in page.partition("<main")[2]:
            found.setdefault(endpoint, address)
    return found


@pytest.fixture
def base(bench: Bench) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, bench.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    live.board(bench.app).close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_page_runs_what_somebody_typed(bench: Bench, base: str, page: Page) -> None:
    desk = Typist(bench)
    for store in (store_people, store_cards, store_rules, store_house):
        store(desk)
    places = showing(desk)
    assert set(places) >= SHOWN, SHOWN - set(places)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.on("request", lambda request: urlsplit(request.url).path == "/x" and faults.append(request.url))
    bench.app.config["WTF_CSRF_ENABLED"] = True
    page.goto(base)
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("header nav").wait_for()
    for place in places.values():
        page.goto(base + place, wait_until="domcontentloaded")
        assert SEEN in page.content(), place
        assert not faults, (place, faults)
