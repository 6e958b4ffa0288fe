"""Members, cards and requests at the console, from the first form to the last wish."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from server.access.scope import ALL
from server.audit.models import AuditRow
from server.cards.models import Card
from server.features import JOBS
from server.jobs.service import take, work
from server.ledger import service as ledger
from server.ledger.cases import STRAY
from server.ledger.models import OPEN, Case
from server.members import service as members
from server.members.models import ERASED, Member, MemberAttribute, MemberConsent
from server.members.values import Person
from server.privacy import disclosing, erasing
from server.privacy.models import PrivacyRequest
from server.reconcile.checks import CHECKS
from shared.ids import CardNo, format_card_no, format_member_no, make_card_no
from shared.sync.messages import MemberItem, TombstoneItem
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    OTHER_CARD,
    START_MS,
    Bench,
    commit,
    intent,
    post,
)

HANAKO = Person(
    "高橋", "花子", "タカハシ", "ハナコ", "09012345678", "1500043", birthday="1965-02-03", email="h@example.jp"
)
AGAIN = Person("髙橋", "花子", "タカハシ", "ハナコ", "0312345678", birthday="1965-02-03")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def say(clerk: FlaskClient, path: str, page: str = "/members/new", **fields: str) -> TestResponse:
    return post(clerk, page, path, **fields)


def text(clerk: FlaskClient, path: str, status: int = 200) -> str:
    answer = clerk.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def two(bench: Bench) -> tuple[int, int]:
    with bench.database.transaction() as session:
        one = members.register(session, HANAKO, CARD, "1", DAY, START_MS)
        other = members.register(session, AGAIN, OTHER_CARD, "1", DAY, START_MS)
    return one, other


def worked(bench: Bench) -> None:
    """What the worker would do, here and now."""
    while run := take(bench.database, JOBS, lambda: bench.now_ms):
        work(run, JOBS[run.kind])


def test_the_least_is_a_name_and_a_way_to_find_the_person_again(bench: Bench, clerk: FlaskClient) -> None:
    nothing = say(clerk, "/members", store="1", family_kana="たかはし")
    assert nothing.status_code == 422
    assert "電話番号もカード番号もありません。" in nothing.get_data(as_text=True)
    answer = say(clerk, "/members", store="1", family_kana="たかはし", phone="090-1234-5678", **{"consent-mail": "no"})
    assert answer.status_code == 303
    page = text(clerk, answer.headers["Location"])
    assert "あと4項目" in page
    assert "お名前の漢字" in page
    assert "お断り" in page


def test_a_likely_double_is_shown_once_before_anything_is_written(bench: Bench, clerk: FlaskClient) -> None:
    two(bench)
    form = {"store": "1", "family_name": "高橋", "given_name": "はなこ", "phone": "09012345678"}
    warned = say(clerk, "/members", **form)
    assert warned.status_code == 422
    assert "電話番号が同じです" in warned.get_data(as_text=True)
    assert bench.count(Member) == 2
    assert say(clerk, "/members", **form, sure="1").status_code == 303
    assert bench.count(Member) == 3


def test_a_postal_code_fills_the_address_also_without_scripts(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    page = say(clerk, "/members/form", postal_code="1500043").get_data(as_text=True)
    for word in ("東京都", "渋谷区", "道玄坂"):
        assert f'value="{word}"' in page
    for here in (f"/members/{one}/form", f"/members/{one}/form?part=contact"):
        assert "道玄坂" in say(clerk, here, postal_code="1500043").get_data(as_text=True)
    several = text(clerk, "/members/towns?postal_code=498-0000")
    assert several.count("data-town") == 2
    assert "見つかりませんでした" in text(clerk, "/members/towns?postal_code=0000000")
    assert "郵便番号として読めません" in text(clerk, "/members/towns?postal_code=x")


def test_a_question_of_the_chain_is_asked_answered_and_searched(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    wrong = say(clerk, "/members/attributes", "/members/attributes", name="好きな色", kind="choice", choices="")
    assert wrong.status_code == 422
    made = say(clerk, "/members/attributes", "/members/attributes", name="好きな色", kind="choice", choices="赤\n青")
    assert made.status_code == 303
    assert "好きな色" in text(clerk, f"/members/{one}?edit=own")
    bad = say(clerk, f"/members/{one}/parts/own", **{"attribute-1": "緑"})
    assert bad.status_code == 422
    assert say(clerk, f"/members/{one}/parts/own", **{"attribute-1": "青"}).status_code == 303
    assert bench.count(MemberAttribute) == 1
    found = text(clerk, "/members?attribute-1=青")
    assert found.count(f"/members/{one}") == 1
    changed = say(clerk, "/members/attributes/1", "/members/attributes/1", name="色", choices="赤", place="2", gone="1")
    assert changed.status_code == 303
    assert "もう聞かない" in text(clerk, "/members/attributes")


def test_a_part_of_the_record_is_changed_in_place_and_noted(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    assert say(clerk, f"/members/{one}/parts/contact", phone="12").status_code == 422
    assert say(clerk, f"/members/{one}/parts/contact", phone="0699998888", email="Ｈ@Example.JP").status_code == 303
    assert say(clerk, f"/members/{one}/memos", text="お電話あり").status_code == 303
    assert say(clerk, f"/members/{one}/memos", text="").status_code == 422
    assert say(clerk, f"/members/{one}/consents", **{"consent-print": "no", "consent-mail": "yes"}).status_code == 303
    assert bench.count(MemberConsent) == 2
    page = text(clerk, f"/members/{one}")
    for word in ("●●●●-8888", "お電話あり", "電話番号", "カード面への宣伝の印字：お断り"):
        assert word in page
    with bench.database.reading() as session:
        found = session.get_one(Member, one)
        assert (found.birthday, found.email, found.may_print, found.may_mail) == (
            "1965-02-03",
            "h@example.jp",
            False,
            True,
        )
        assert session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act.like("members.%"))) == 3


def test_two_records_become_one_and_two_again(bench: Bench, clerk: FlaskClient) -> None:
    one, other = two(bench)
    page = text(clerk, "/members/candidates")
    assert "フリガナと誕生日が同じです" in page
    asked = text(clerk, f"/members/{one}/merges/new?with={format_member_no(other)}")
    assert "0312345678" in asked
    answer = say(clerk, f"/members/{one}/merges", gone=str(other), **{"side-phone": "gone"})
    assert answer.status_code == 303
    assert clerk.get(f"/members/{other}").headers["Location"].endswith(f"/members/{one}")
    record = text(clerk, f"/members/{one}")
    assert format_card_no(OTHER_CARD) in record
    assert "会員をまとめました" in record or "をまとめました" in record
    assert "候補はありません" in text(clerk, "/members/candidates")
    assert say(clerk, "/members/merges/1/undoings", "/members/merges/1").status_code == 303
    assert "すべて元どおりです。" in text(clerk, "/members/merges/1")
    assert say(clerk, "/members/merges/1/undoings", "/members/merges/1").status_code == 422
    assert say(clerk, "/members/apart", one=str(one), other=str(other)).status_code == 303
    assert "候補はありません" in text(clerk, "/members/candidates")


def test_a_family_has_one_heading_and_no_common_points(bench: Bench, clerk: FlaskClient) -> None:
    one, other = two(bench)
    text(clerk, f"/members/{one}/households/new")
    assert say(clerk, f"/members/{one}/households", kind="family", name="").status_code == 422
    assert say(clerk, f"/members/{one}/households", kind="family", name="高橋家").status_code == 303
    assert say(clerk, "/members/households/1/members", member=format_member_no(other)).status_code == 303
    assert say(clerk, "/members/households/1/members", member=format_member_no(other)).status_code == 422
    assert say(clerk, "/members/households/1", name="髙橋家").status_code == 303
    assert "髙橋家" in text(clerk, f"/members/{other}")
    for member in (one, other):
        assert say(clerk, f"/members/households/1/partings/{member}").status_code == 303
    text(clerk, "/members/households/1", 404)


def test_a_file_is_tried_taken_in_and_given_back(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    told = f"会員番号,氏名,フリガナ,電話,誕生日\r\n{format_member_no(one)},,,,S40.2.4\r\n"
    told += (
        ",山田 花,ヤマダ ハナ,0451112222,\r\n,鈴木 一,スズキ,12,\r\n,山田 花,ヤマダ ハナ,0451112222,\r\n,=1+1,,,\r\n"
    )
    page = text(clerk, "/members/imports")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    sent = {"csrf_token": token[1], "store": "1", "file": (io.BytesIO(told.encode("cp932")), "顧客.csv")}
    answer = clerk.post("/members/imports", data=sent)
    assert answer.status_code == 303
    here = answer.headers["Location"]
    assert "ヤマダ ハナ" in text(clerk, here)
    assert say(clerk, f"{here}/takings", here).status_code == 422
    columns = {
        "column-0": "member",
        "column-1": "name",
        "column-2": "kana",
        "column-3": "phone",
        "column-4": "birthday",
    }
    assert say(clerk, f"{here}/mapping", here, **(columns | {"column-4": "phone"})).status_code == 422
    assert say(clerk, f"{here}/mapping", here, **columns).status_code == 303
    worked(bench)
    page = text(clerk, here)
    assert "電話番号として読めません" in page
    assert "3行目と同じ会員です。" in page
    report = clerk.get(f"{here}/report.csv").get_data(as_text=True)
    assert "'=1+1" in report
    assert bench.count(Member) == 2
    assert say(clerk, f"{here}/takings", here).status_code == 303
    worked(bench)
    with bench.database.reading() as session:
        assert session.get_one(Member, one).birthday == "1965-02-04"
        assert members.search(session, "ヤマダ", ALL).count == 1
    assert say(clerk, f"{here}/undoings", here).status_code == 303
    worked(bench)
    with bench.database.reading() as session:
        assert session.get_one(Member, one).birthday == "1965-02-03"
        assert members.search(session, "ヤマダ", ALL).count == 0
    assert "元に戻しました" in text(clerk, here)


def test_a_card_is_stopped_found_again_and_replaced_with_its_points(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    here, new = f"/cards/{CARD}", make_card_no(500)
    text(clerk, f"{here}/stops/new")
    assert say(clerk, f"{here}/stops", why="").status_code == 422
    assert say(clerk, f"{here}/stops", why="lost", note="電話で").status_code == 303
    assert "停止中のカード" in text(clerk, here)
    assert say(clerk, f"{here}/stops", why="found").status_code == 303
    assert "停止中のカード" not in text(clerk, here)
    text(clerk, f"{here}/replacements/new")
    for wrong in (CARD, OTHER_CARD):
        assert say(clerk, f"{here}/replacements", card=format_card_no(wrong), store="1").status_code == 422
    assert say(clerk, f"{here}/replacements", card=format_card_no(new), store="1").status_code == 303
    with bench.database.reading() as session:
        assert session.get_one(Card, new).member == one
        assert ledger.balances(session, [CARD, new]) == {CARD: 0, new: 10}
    assert format_card_no(new) in text(clerk, here)
    assert say(clerk, f"{here}/stops", why="found").status_code == 422


def test_a_card_of_no_lot_is_served_and_a_person_is_told(bench: Bench, clerk: FlaskClient) -> None:
    lot = {"name": "2026-11", "first": format_card_no(make_card_no(1)), "last": format_card_no(make_card_no(99))}
    assert say(clerk, "/cards/stock", "/cards/stock", **(lot | {"first": "x"})).status_code == 422
    assert say(clerk, "/cards/stock", "/cards/stock", **lot).status_code == 303
    assert say(clerk, "/cards/stock", "/cards/stock", **lot).status_code == 422
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    assert terminal.push().quarantined == ()
    with bench.database.reading() as session:
        waiting = select(Case).where(Case.kind == STRAY, Case.state == OPEN)
        assert [case.card for case in session.scalars(waiting)] == [CARD]
        (check,) = [one for one in CHECKS if one.name == "stock"]
        assert len(check.look(session, START_MS).wrong) == 1
    assert "どの範囲にもありません" in text(clerk, f"/cards/{CARD}")
    text(clerk, "/reconciliation/cases/1")
    more = {"name": "2026-12", "first": format_card_no(make_card_no(100)), "last": format_card_no(make_card_no(199))}
    assert say(clerk, "/cards/stock", "/cards/stock", **more).status_code == 303
    with bench.database.reading() as session:
        assert not session.scalars(select(Case).where(Case.state == OPEN)).all()
    counted = {"count-first": more["first"], "count-last": more["last"], "counted": "98"}
    assert say(clerk, "/cards/stock/counts", "/cards/stock", **counted).status_code == 303
    page = text(clerk, "/cards/stock")
    assert "帳簿では99枚、数えたのは98枚です。" in page


def test_an_erased_person_is_gone_everywhere_and_every_point_is_left(bench: Bench, clerk: FlaskClient) -> None:
    one, other = two(bench)
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    say(clerk, f"/members/{one}/merges", gone=str(other))
    say(clerk, f"/members/{one}/memos", text="お電話あり")
    say(clerk, "/messages", "/messages/new", card=format_card_no(CARD), text="高橋さまへ", priority="0")
    with bench.database.reading() as session:
        before = ledger.outstanding(session), bench.books(), [len(one.look(session, START_MS).wrong) for one in CHECKS]
    assert say(clerk, "/privacy", "/privacy/new", member=format_member_no(one), kind="erasure").status_code == 303
    assert say(clerk, "/privacy/1/checks", "/privacy/1", identity="").status_code == 422
    assert say(clerk, "/privacy/1/checks", "/privacy/1", identity="運転免許証").status_code == 303
    with bench.database.transaction() as session:
        member = session.get_one(Member, one)
        erasing.erase(session, member, bench.settings.erasures_path, START_MS)
    with bench.database.reading() as session:
        after = ledger.outstanding(session), bench.books(), [len(one.look(session, START_MS).wrong) for one in CHECKS]
        assert after == before
        assert [session.get_one(Member, number).state for number in (one, other)] == [ERASED, ERASED]
        dump = "\n".join(session.connection().connection.driver_connection.iterdump())
    for word in (
        "高橋",
        "髙橋",
        "ハナコ",
        "タカハシ",
        "09012345678",
        "0312345678",
        "1965-02-03",
        "h@example.jp",
        "お電話あり",
    ):
        assert word not in dump, word
    told = [entry.item for entry in terminal.pull().items]
    assert [item.member for item in told if isinstance(item, TombstoneItem)] == [one, other]
    assert not [item for item in told if isinstance(item, MemberItem)]
    text(clerk, f"/members/{one}", 404)
    assert bench.settings.erasures_path.read_text().count("\n") == 2


def test_a_restored_backup_forgets_again_but_not_the_next_holder_of_a_number(bench: Bench) -> None:
    one, other = two(bench)
    path = bench.settings.erasures_path
    path.write_text(f"{one} {START_MS} {START_MS}\n{other} {START_MS - 1} {START_MS}\n")
    with bench.database.transaction() as session:
        assert erasing.again(session, path, START_MS) == 1
    with bench.database.transaction() as session:
        assert erasing.again(session, path, START_MS) == 0
        assert [session.get_one(Member, number).state for number in (one, other)] == [ERASED, ""]


def test_a_request_is_answered_in_time_and_only_to_whom_it_is_due(bench: Bench, clerk: FlaskClient) -> None:
    one, _ = two(bench)
    assert say(clerk, "/privacy", "/privacy/new", member="1", kind="disclosure").status_code == 422
    assert say(clerk, "/privacy", "/privacy/new", member=format_member_no(one), kind="disclosure").status_code == 303
    page = text(clerk, "/privacy/1")
    assert "2026年12月2日" in page
    assert say(clerk, "/privacy/1/ends", "/privacy/1", state="done", answer="渡した").status_code == 422
    assert say(clerk, "/privacy/1/checks", "/privacy/1", identity="運転免許証").status_code == 303
    assert say(clerk, "/privacy/1/ends", "/privacy/1", state="done", answer="渡した").status_code == 303
    assert "終わった" in text(clerk, "/privacy")
    say(clerk, "/privacy", "/privacy/new", member=format_member_no(one), kind="stop")
    with bench.database.transaction() as session:
        session.get_one(PrivacyRequest, 2).due = "2026-11-17"
    assert "期限を過ぎています" in text(clerk, "/privacy")
    assert "個人情報の求めの期限" in text(clerk, "/")


def test_what_is_disclosed_is_everything_and_harmless_to_a_spreadsheet(bench: Bench) -> None:
    one, _ = two(bench)
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    with bench.database.reading() as session:
        told = disclosing.chapters(session, session.get_one(Member, one), str)
    found = json.loads(disclosing.as_json(told))
    assert {"項目": "電話番号", "内容": "09012345678"} in found["登録の内容"]
    assert found["カード"] == [{"カード番号": format_card_no(CardNo(CARD))}]
    assert len(found["来店"]) == 1
    assert "高橋".encode() in disclosing.as_csv(told, str)
