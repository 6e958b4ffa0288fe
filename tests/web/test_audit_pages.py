"""The audit log's page tells deeds in words; what hides behind ● is shown only to who asks; four eyes for much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.adjustments import service as adjustments
from server.audit import service as audit
from server.audit.models import AuditRow
from server.features import FEATURES
from server.ledger import cases
from server.ledger import service as ledger
from server.ledger.cases import Found
from server.members import service as members
from server.members.values import Person
from server.web.masking import KINDS, pii
from shared.ids import format_card_no
from tests.contract.head_office_bench import CARD, DAY, START_MS, Bench, all_is_well, post
from tests.house.tree import ROOT

ACT = re.compile(r'"([a-z_]+\.[a-z_]+)", f?"[a-z]+:')
PHONE = "09012345678"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        person = Person("鷹匠", "美智子", "タカジョウ", "ミチコ", PHONE, birthday="1965-02-03")
        members.register(session, person, CARD, "1", DAY, START_MS)
        cases.report(session, Found(cases.FORK, "00" * 32, CARD, 0, {"gen": 1, "seq": 1, "images": 2}), START_MS)
    bench.terminal()
    yield bench
    bench.close()


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def rows(bench: Bench) -> list[AuditRow]:
    with bench.database.reading() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.n)))


def adjust(client: FlaskClient, points: str, why: str = "付け忘れ", way: str = "give") -> TestResponse:
    fields = {"card": f"{CARD:010d}", "points": points, "why": why, "way": way}
    return post(client, "/adjustments/new", "/adjustments", **fields)


def balance(bench: Bench) -> int:
    with bench.database.reading() as session:
        return ledger.balances(session, [CARD])[CARD]


def test_what_is_refused_leaves_no_line(bench: Bench) -> None:
    client = bench.signed_in()
    before = len(rows(bench))
    assert post(client, "/stores/new", "/stores", code="!", name="").status_code == 422
    assert len(rows(bench)) == before


def test_every_deed_in_the_code_has_its_words(bench: Bench) -> None:
    known = {act for feature in FEATURES for act in feature.acts}
    used = {act for file in (ROOT / "server").rglob("*.py") for act in ACT.findall(file.read_text("utf-8"))}
    assert len(used) > 20
    assert not used - known


def test_coming_in_going_out_and_failing_are_lines(bench: Bench) -> None:
    client = bench.app.test_client()
    post(client, "/sign-in", "/sign-in", login="honbu", password="not the password")
    post(client, "/sign-in", "/sign-in", login="a password typed in here", password="x")
    post(bench.signed_in(), "/", "/sign-outs")
    told = [(row.act, row.actor) for row in rows(bench)]
    assert told == [("staff.sign_in_failed", 1), ("staff.sign_in_failed", 0), ("staff.signed_in", 1),
                    ("staff.signed_out", 1)]  # fmt: skip
    assert not [row for row in rows(bench) if b"typed" in row.facts or "typed" in row.about]


def test_the_page_tells_it_in_words_and_finds_by_person_deed_and_day(bench: Bench) -> None:
    client = bench.signed_in()
    post(client, "/stores/new", "/stores", code="N1", name="北店")
    page = text(client.get("/audit"))
    for word in ("店舗を追加", "本部 花子", "本部管理者", "ログイン"):
        assert word in page
    assert "1件" in text(client.get("/audit?act=stores.added"))
    assert "合う記録はありません。" in text(client.get("/audit?person=99"))
    assert "合う記録はありません。" in text(client.get("/audit?day=2020-01-01"))
    assert "店舗を追加" in text(client.get(f"/audit?day={DAY}&person=1"))
    for odd in ("day=x", "person=abc", "before=-1", "person=" + "9" * 40, "act=" + "x" * 500):
        assert client.get(f"/audit?{odd}").status_code == 200, odd


FACTS = {
    "role": "manager", "stores": ["1", "2"], "asked_by": 1, "card": int(CARD), "revealed": True,
    "scopes": ["members:read"],
    "remains": ["phone", f"card {CARD}", "attribute-3"], "numbers": [13], "needs_duty": "", "points": 1200, "none": "",
    "fields": ["family_name", "attribute-7"] * 8, "something": "new", "rows": None,
}  # fmt: skip
TOLD = {
    "ja": ("役割：</span>店長", "店舗：</span>駅前店、緑町店", "頼んだ人：</span>本部 花子", "●をはずした：</span>はい",
           "できること：</span>会員：見る", "独自の項目3", "担当者の入力が要る：</span>いいえ",
           "ポイント：</span>1,200", "<summary>項目</summary>", "something：</span>new", "行の数：</span>すべて"),
    "en": ("Store manager", "本部 花子", "Points", "1,200", "Yes", "<summary>", "something"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_facts_are_told_in_words_and_long_ones_fold_away(bench: Bench, language: str) -> None:
    client = bench.signed_in()
    post(client, "/", "/language", language=language, next="/")
    with bench.database.transaction() as session:
        audit.note(session, 1, "segments.made", "segment:1", FACTS, START_MS)
    page = text(client.get("/audit?act=segments.made")).partition("<tbody>")[2].partition("</tbody>")[0]
    for word in TOLD[language]:
        assert word in page, word
    assert format_card_no(CARD) in page
    for name in ("asked_by", "needs_duty", ">manager", "members:read", "family_name", "none"):
        assert name not in page, name
    assert language == "ja" or not re.search("[\u3040-\u30ff]", page.replace("レジ", ""))


def test_the_log_turns_its_pages(bench: Bench) -> None:
    client = bench.signed_in()
    with bench.database.transaction() as session:
        for number in range(audit.LISTED_MAX + 5):
            audit.note(session, 1, "stores.added", f"store:{number}", {}, START_MS)
    page = text(client.get("/audit"))
    following = re.findall(r'href="(/audit\?before=\d+)"', page)
    assert len(following) == 1
    assert "もっと前の記録" not in text(client.get(following[0]))


# --- what hides behind dots ------------------------------------------------------------------------------------------


def test_nothing_personal_is_shown_before_somebody_asks_for_it() -> None:
    assert pii("090-1234-5678", "phone") == "●●●●-5678"
    assert pii("12", "phone") == "●●●●"
    assert pii("", "phone") == pii(None, "address") == ""
    assert all("x" not in pii("x" * 20, kind) for kind in KINDS)
    with pytest.raises(ValueError, match="name"):
        pii("高橋", "name")


def test_asking_shows_it_to_who_may_and_is_a_line(bench: Bench) -> None:
    manager = bench.client_of("manager", "1")
    assert "090-1234-5678" not in text(manager.get("/members/13"))
    part = text(post(manager, "/me", "/reveal/phone/13"))
    assert "090-1234-5678" in part
    assert [row.act for row in rows(bench)].count("members.revealed") == 1
    assert post(bench.client_of("clerk", "1"), "/me", "/reveal/phone/13").status_code == 403
    assert post(bench.client_of("manager", "2"), "/me", "/reveal/phone/13").status_code == 404
    assert post(manager, "/me", "/reveal/name/13").status_code == 404


# --- four eyes -------------------------------------------------------------------------------------------------------


def test_a_small_adjustment_is_done_at_once_and_the_books_stay_right(bench: Bench) -> None:
    client = bench.client_of("office")
    page = text(client.get(adjust(client, "120").headers["Location"]))
    assert "0点 から 120点 へ" in page
    assert balance(bench) == 120
    assert adjust(client, "20", "多すぎた", "take").status_code == 303
    assert balance(bench) == 100
    assert all_is_well(bench)


def test_a_large_one_waits_for_another_person(bench: Bench) -> None:
    asker = bench.signed_in()
    answer = adjust(asker, f"{adjustments.ALONE_MAX + 1}")
    where = answer.headers["Location"]
    assert balance(bench) == 0
    assert "別の人の承認を待っています" in text(asker.get(where))
    assert post(asker, "/me", f"{where}/decisions", answer="yes").status_code == 422
    assert bench.client_of("office").post(f"{where}/decisions").status_code in (400, 403)
    other = bench.client_of("admin")
    assert post(other, where, f"{where}/decisions", answer="no").status_code == 422
    assert post(other, where, f"{where}/decisions", answer="yes").status_code == 303
    assert balance(bench) == adjustments.ALONE_MAX + 1
    assert post(other, "/me", f"{where}/decisions", answer="yes").status_code == 422
    assert all_is_well(bench)
    assert [row.act for row in rows(bench)][-1] == "approvals.granted"


def test_head_office_decides_what_a_shop_asked_for_and_nobody_the_own(bench: Bench) -> None:
    shop, office = bench.client_of("manager", "1"), bench.client_of("office")
    asked, own = (
        adjust(client, f"{adjustments.ALONE_MAX + n}").headers["Location"] for client, n in ((shop, 1), (office, 2))
    )
    assert "承認を待っているものが1件あります" in text(office.get("/"))
    assert "承認を待っている" not in text(shop.get("/"))
    assert post(shop, "/approvals", f"{own}/decisions", answer="yes").status_code == 403
    assert post(office, "/me", f"{own}/decisions", answer="yes").status_code == 422
    assert post(office, asked, f"{asked}/decisions", answer="yes").status_code == 303
    assert balance(bench) == adjustments.ALONE_MAX + 1


def test_what_cannot_be_taken_any_more_stays_open(bench: Bench) -> None:
    asker, other = bench.signed_in(), bench.client_of("admin")
    adjust(asker, "900")
    adjust(asker, "900", "もう一度")
    where = adjust(asker, "1500", "取りすぎ", "take").headers["Location"]
    adjust(asker, "900", "先に引く", "take")
    answer = post(other, where, f"{where}/decisions", answer="yes")
    assert (answer.status_code, balance(bench)) == (422, 900)
    assert "使える点が900点しかない" in text(answer)
    assert post(other, where, f"{where}/decisions", answer="no", remark="足りません").status_code == 303


@pytest.mark.parametrize(
    ("points", "why", "way"),
    [("0", "x", "give"), ("", "x", "give"), ("-5", "x", "give"), ("1.5", "x", "give"), ("9" * 30, "x", "give"),
     ("5", "", "give"), ("5", "x" * 201, "give"), ("1", "x", "take"), ("100001", "x", "give")],
)  # fmt: skip
def test_an_adjustment_that_nobody_can_mean_is_refused(bench: Bench, points: str, why: str, way: str) -> None:
    assert adjust(bench.signed_in(), points, why, way).status_code == 422
    assert balance(bench) == 0


def test_a_form_sent_twice_counts_once(bench: Bench) -> None:
    client = bench.signed_in()
    assert [adjust(client, "10").status_code for _ in range(2)] == [303, 422]
    assert balance(bench) == 10
