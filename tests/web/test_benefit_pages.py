"""What is handed over beside points, at the console: granted, listed with its end, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.benefits import service as benefits
from server.benefits.models import Benefit
from server.members import service as members
from server.members.values import Person
from server.web.finding import PAGE_ROWS
from shared.ids import format_card_no
from shared.sync.messages import BenefitItem
from shared.visit.journal import Handover, Replace
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    Terminal,
    commit,
    intent,
    post,
    visit_id,
)

NUMBER = format_card_no(CARD)
DAY_MS = 86_400_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        members.register(session, Person("髙橋", "美智子", "タカハシ", "ミチコ"), CARD, "1", DAY, START_MS)
    yield bench
    bench.close()


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    return terminal


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def grant(clerk: FlaskClient, what: str = "お花 1本", until: str = "", card: str = NUMBER) -> int:
    return post(clerk, "/benefits/new", "/benefits", card=card, text=what, valid_until=until).status_code


def told(terminal: Terminal) -> BenefitItem:
    """What the feed says of benefits now."""
    (item,) = (entry.item for entry in terminal.pull().items if isinstance(entry.item, BenefitItem))
    return item


def test_what_is_granted_goes_to_the_terminals_and_stands_on_every_page(
    bench: Bench, terminal: Terminal, clerk: FlaskClient
) -> None:
    assert grant(clerk, " お花\u3000 1本 ", "2026/12/31") == 303
    assert told(terminal) == BenefitItem(1, CARD, "お花 1本", "2026-12-31")
    listing = text(clerk, "/benefits")
    assert "髙橋 美智子" in listing
    assert "本部 花子" in listing  # who granted it
    for path in ("/benefits", "/benefits?state=open", f"/cards/{CARD}", "/members/13"):
        assert "お花 1本" in text(clerk, path), path
        assert "これから" in text(clerk, path), path
    assert "お花 1本" not in text(clerk, "/benefits?state=given")


def test_the_member_s_page_leads_to_the_form_with_the_card_and_the_name(clerk: FlaskClient) -> None:
    assert f"/benefits/new?card={NUMBER}" in text(clerk, "/members/13")
    form = text(clerk, f"/benefits/new?card={NUMBER}")
    assert "お客さま：髙橋 美智子" in form
    assert f'value="{NUMBER}"' in form


def test_the_list_tells_what_was_handed_over_and_what_was_not(
    bench: Bench, terminal: Terminal, clerk: FlaskClient
) -> None:
    grant(clerk)
    terminal.write(Handover(1, CARD, visit_id(1), False, 1))
    terminal.push()
    assert "渡していません" in text(clerk, "/benefits?state=open")
    terminal.write(Handover(1, CARD, visit_id(1), True, 1))
    terminal.push()
    page = text(clerk, "/benefits?state=given")
    assert "お渡し済み" in page
    assert "駅前店 本部 花子" in page  # where and by whom
    assert post(clerk, "/benefits/new", "/benefits/1/withdrawals").status_code == 409


def test_past_its_day_it_has_lapsed_and_makes_room(bench: Bench, clerk: FlaskClient) -> None:
    grant(clerk, until=DAY)
    bench.now_ms += 2 * DAY_MS
    clerk = bench.signed_in()
    assert "期限切れ" in text(clerk, "/benefits?state=lapsed")
    assert "お花 1本" not in text(clerk, "/benefits?state=open")
    assert grant(clerk) == 303  # the same words once more


def test_withdrawn_after_being_asked_and_the_terminals_hear_of_it(
    bench: Bench, terminal: Terminal, clerk: FlaskClient
) -> None:
    grant(clerk)
    assert NUMBER in text(clerk, "/benefits/1/withdrawals/new")
    assert post(clerk, "/benefits/1/withdrawals/new", "/benefits/1/withdrawals").status_code == 303
    assert "取消" in text(clerk, "/benefits?state=withdrawn")
    assert told(terminal) == BenefitItem(1, CARD, "お花 1本", "", open=False)
    assert post(clerk, "/benefits/new", "/benefits/1/withdrawals").status_code == 409
    assert clerk.get("/benefits/9/withdrawals/new").status_code == 404


def test_a_counter_asks_about_so_many_and_no_more(bench: Bench, clerk: FlaskClient) -> None:
    for number in range(benefits.OPEN_MAX):
        assert grant(clerk, f"お花 {number}") == 303
    answer = post(clerk, "/benefits/new", "/benefits", card=NUMBER, text="もう一つ")
    assert answer.status_code == 422
    assert f"{benefits.OPEN_MAX} 個" in answer.get_data(as_text=True)
    assert bench.count(Benefit) == benefits.OPEN_MAX


def test_a_stopped_card_has_no_next_visit(bench: Bench, terminal: Terminal, clerk: FlaskClient) -> None:
    terminal.write(Replace(CARD, OTHER_CARD, 0))
    terminal.push()
    answer = post(clerk, "/benefits/new", "/benefits", card=NUMBER, text="お花")
    assert answer.status_code == 422
    assert "新しいカード" in answer.get_data(as_text=True)
    assert bench.count(Benefit) == 0
    assert grant(clerk, card=format_card_no(OTHER_CARD)) == 303


@pytest.mark.parametrize("path", ["/benefits", "/benefits/new", "/benefits/1/withdrawals/new"])
def test_nobody_sees_it_who_is_not_signed_in(bench: Bench, path: str) -> None:
    answer = bench.app.test_client().get(path)
    assert answer.status_code in (302, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_without_the_form_s_token_nothing_is_granted(bench: Bench, clerk: FlaskClient) -> None:
    assert clerk.post("/benefits", data={"card": NUMBER, "text": "お花"}).status_code == 400
    assert bench.count(Benefit) == 0


def test_a_long_list_goes_on_on_the_next_page(bench: Bench, clerk: FlaskClient) -> None:
    assert "お渡しするものはありません" in text(clerk, "/benefits")
    with bench.database.transaction() as session:
        for number in range(PAGE_ROWS + 1):
            session.add(
                Benefit(card=CARD, text=f"花{number}", valid_until="", state="given", author=0, created_ms=START_MS)
            )
    page = text(clerk, "/benefits?state=given")
    assert page.count("<tr>") == PAGE_ROWS + 1
    following = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert text(clerk, following).count("<tr>") == 2
    assert "自動" in page
