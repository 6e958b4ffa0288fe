"""The door: second factors, fresh tokens, links that set a password, proving it again, who may make whom what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.access.rights import Role
from server.staff import factors, people
from server.staff import service as staff
from server.staff.models import ADMIN, Staff
from tests.contract.head_office_bench import LOGIN, PASSWORD, START_MS, Bench, post

MINUTE_MS = 60_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def enrolled(bench: Bench) -> tuple[FlaskClient, pyotp.TOTP, list[str]]:
    """Somebody who has just set up an app: the client, the app, the sheet of paper codes."""
    client = bench.signed_in()
    page = text(client.post("/me/totps", data={"csrf_token": token_of(client, "/me")}, follow_redirects=True))
    app = pyotp.TOTP(page.partition('secret">')[2].partition("<")[0].replace(" ", ""))
    sheet = text(post(client, "/me/totp", "/me/totp", code=app.at(bench.now_ms // 1000)))
    return client, app, re.findall(r"<code>([A-Z0-9-]+)</code>", sheet)


def token_of(client: FlaskClient, path: str) -> str:
    return text(client.get(path)).partition('name="csrf_token" value="')[2].partition('"')[0]


def code(bench: Bench, app: pyotp.TOTP) -> str:
    """A minute later, so that it is none that was used."""
    bench.now_ms += MINUTE_MS
    return app.at(bench.now_ms // 1000)


def give_password(bench: Bench) -> FlaskClient:
    client = bench.app.test_client()
    answer = post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD, next="/stores")
    assert answer.headers["Location"].startswith("/second-factor")
    return client


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("enishi")
    assert found is not None
    return found.value


def test_the_picture_is_part_of_the_page_and_the_sheet_has_ten_codes(bench: Bench) -> None:
    client, _, sheet = enrolled(bench)
    assert len(set(sheet)) == factors.CODES
    assert "登録済み" in text(client.get("/me"))
    assert client.get("/me/totp").status_code == 303


def test_the_secret_does_not_lie_open_in_the_database(bench: Bench) -> None:
    _, app, _ = enrolled(bench)
    assert app.secret.encode() not in (bench.folder / "enishi.sqlite").read_bytes()


def test_after_the_password_nothing_opens_but_the_second_factor(bench: Bench) -> None:
    _, app, _ = enrolled(bench)
    client = give_password(bench)
    for path in ("/", "/members", "/me", "/staff", "/step-up"):
        assert client.get(path).headers["Location"].startswith("/second-factor"), path
    assert client.post("/stores", data={"csrf_token": token_of(client, "/second-factor")}).status_code == 303
    answer = post(client, "/second-factor", "/second-factor", code=code(bench, app), next="/stores")
    assert answer.headers["Location"] == "/stores"
    assert client.get("/stores").status_code == 200


def test_a_code_counts_once_and_drifts_one_step_at_most(bench: Bench) -> None:
    _, app, _ = enrolled(bench)
    now = code(bench, app)
    assert post(give_password(bench), "/second-factor", "/second-factor", code=now).status_code == 303
    assert post(give_password(bench), "/second-factor", "/second-factor", code=now).status_code == 422
    bench.now_ms += 10 * MINUTE_MS
    late = app.at(bench.now_ms // 1000 - 2 * factors.STEP_S)
    assert post(give_password(bench), "/second-factor", "/second-factor", code=late).status_code == 422
    near = app.at(bench.now_ms // 1000 - factors.STEP_S)
    assert post(give_password(bench), "/second-factor", "/second-factor", code=near).status_code == 303


def test_a_paper_code_opens_once(bench: Bench) -> None:
    _, _, sheet = enrolled(bench)
    typed = sheet[3].lower().replace("-", " ")
    assert post(give_password(bench), "/second-factor", "/second-factor", code=typed).status_code == 303
    assert post(give_password(bench), "/second-factor", "/second-factor", code=typed).status_code == 422


def test_guessing_the_second_factor_is_stopped_whatever_the_address(bench: Bench) -> None:
    _, app, _ = enrolled(bench)
    client = give_password(bench)
    for _ in range(staff.FAILURES_MAX):
        post(client, "/second-factor", "/second-factor", code="000000")
        bench.now_ms += 31_000
    answer = post(client, "/second-factor", "/second-factor", code=app.at(bench.now_ms // 1000))
    assert answer.status_code == 429


def test_failures_slow_the_next_try_down(bench: Bench) -> None:
    client = bench.app.test_client()
    for _ in range(3):
        post(client, "/sign-in", "/sign-in", login=LOGIN, password="wrong password")
    assert post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD).status_code == 429
    bench.now_ms += 1_000
    assert post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD).status_code == 303


# --- session fixation ------------------------------------------------------------------------------------------------


def test_a_planted_cookie_opens_nothing_after_somebody_signs_in_with_it(bench: Bench) -> None:
    _, app, _ = enrolled(bench)
    victim = bench.app.test_client()
    victim.get("/sign-in")
    planted = cookie(victim)
    post(victim, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
    half = cookie(victim)
    post(victim, "/second-factor", "/second-factor", code=code(bench, app))
    whole = cookie(victim)
    assert len({planted, half, whole}) == 3
    for old in (planted, half):
        thief = bench.app.test_client()
        thief.set_cookie("enishi", old)
        assert thief.get("/me").headers["Location"].startswith("/sign-in")


def test_proving_it_again_changes_the_token_and_the_old_one_is_worthless(bench: Bench) -> None:
    client = bench.signed_in()
    before = cookie(client)
    assert post(client, "/step-up", "/step-up", password=PASSWORD, next="/staff/new").status_code == 303
    thief = bench.app.test_client()
    thief.set_cookie("enishi", before)
    assert thief.get("/").status_code == 303
    assert client.get("/").status_code == 200


def test_a_deed_with_consequences_asks_again_after_ten_minutes(bench: Bench) -> None:
    client, app, _ = enrolled(bench)
    assert client.get("/staff/new").status_code == 200
    bench.now_ms += staff.FRESH_MS
    asked = client.get("/staff/new").headers["Location"]
    assert asked == "/step-up?next=/staff/new"
    assert client.get("/staff").status_code == 200
    assert post(client, asked, "/step-up", code="000000").status_code == 422
    answer = post(client, asked, "/step-up", code=code(bench, app), next="/staff/new")
    assert answer.headers["Location"] == "/staff/new"
    assert client.get("/staff/new").status_code == 200


def test_idleness_and_the_working_day_end_a_session(bench: Bench) -> None:
    client = bench.signed_in()
    bench.now_ms += bench.settings.session_idle_s * 1000
    assert client.get("/").status_code == 303
    client = bench.signed_in()
    for _ in range(bench.settings.session_absolute_s // 600):
        bench.now_ms += 600_000
        client.get("/")
    assert client.get("/").status_code == 303


def test_what_a_page_asks_by_itself_keeps_no_session_alive(bench: Bench) -> None:
    client = bench.signed_in()
    for _ in range(3):
        bench.now_ms += 400_000
        client.get("/", headers={"Enishi-Automatic": "1"})
    assert client.get("/").status_code == 303


# --- a second factor is due ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "must"), [("admin", True), ("office", True), ("manager", False), ("auditor", False)])
def test_after_the_grace_only_the_own_settings_open_without_a_second_factor(
    bench: Bench, role: str, must: bool
) -> None:
    first = bench.client_of(role, "1", login="late")
    assert first.get("/").status_code == 200
    assert ("あと14日" in text(first.get("/"))) is must
    bench.now_ms += staff.GRACE_D * staff.DAY_MS
    with bench.database.transaction() as session:
        person = session.query(Staff).filter_by(login="late").one()
        token = staff.open_session(session, staff.identity_of(session, person), "late", "", bench.now_ms)
    client = bench.app.test_client()
    with client.session_transaction() as held:
        held["_user_id"] = token
    assert client.get("/").status_code == (303 if must else 200)
    page = client.get("/me")
    assert ("もうひとつの確認の方法が要ります" in text(page)) is must


# --- links -----------------------------------------------------------------------------------------------------------


def invited(bench: Bench, **changes: str) -> TestResponse:
    fields = {"name": "店長 一郎", "login": "tencho", "role": "manager", "stores": "1"} | changes
    return post(bench.signed_in(), "/staff/new", "/staff", **fields)


def link_in(answer: TestResponse) -> str:
    return str(re.findall(r"/passwords/[\w-]+", text(answer))[0])


def test_an_invitation_opens_once_and_only_the_own_stores(bench: Bench) -> None:
    link = link_in(invited(bench))
    client = bench.app.test_client()
    assert "店長 一郎" in text(client.get(link))
    new = "かもめ 八百屋 三時のおやつ"
    assert post(client, link, link, password=new, password_again=new).headers["Location"] == "/"
    assert "駅前店" in text(client.get("/me"))
    assert client.get("/staff").status_code == 403
    assert bench.app.test_client().get(link).status_code == 409
    again = bench.app.test_client()
    assert post(again, "/sign-in", "/sign-in", login="TENCHO", password=new).status_code == 303


@pytest.mark.parametrize(
    "password", ["tencho tencho", "123456789012", "駅前店駅前店駅前店駅前店", "passwordpassword", "aaaaaaaaaaaa"]
)
def test_a_password_that_anybody_would_try_is_refused(bench: Bench, password: str) -> None:
    link = link_in(invited(bench))
    answer = post(bench.app.test_client(), link, link, password=password, password_again=password)
    assert answer.status_code == 422
    assert "すぐに言い当てられます" in text(answer)


def test_a_reset_ends_every_session_and_asks_for_the_second_factor(bench: Bench) -> None:
    old, app, _ = enrolled(bench)
    other = bench.client_of("admin", login="second")
    link = link_in(post(other, "/staff/1", "/staff/1/links"))
    new = "かもめ 八百屋 三時のおやつ"
    client = bench.app.test_client()
    assert post(client, link, link, password=new, password_again=new).headers["Location"] == "/second-factor"
    assert client.get("/members").headers["Location"].startswith("/second-factor")
    assert old.get("/").status_code == 303
    assert post(client, "/second-factor", "/second-factor", code=code(bench, app)).status_code == 303


def test_nobody_takes_the_last_administrator_away_or_raises_the_own_role(bench: Bench) -> None:
    client = bench.signed_in()
    for path in ("/staff/1/departures", "/staff/1/lost-factors"):
        assert post(client, "/me", path).status_code == 409, path
    assert post(client, "/me", "/staff/1/roles", role="clerk", stores="1").status_code == 422
    with bench.database.transaction() as session:
        second = staff.add(session, "second", "二人目", Role.ADMIN, "", START_MS)
        number = second.id
    assert post(client, "/me", f"/staff/{number}/departures").status_code == 303
    with bench.database.reading() as session:
        assert [one.role for one in people.people(session) if one.active] == [ADMIN]


def test_what_no_form_has_changes_nothing(bench: Bench) -> None:
    """Mass assignment: fields of the row that stand in no form."""
    client = bench.client_of("manager", "1", login="boss")
    extra = {"role": "admin", "rights": "staff.edit", "active": "1", "id": "1", "factor_due_ms": "0", "stores": "2"}
    post(client, "/me", "/me/session-endings", **extra)
    post(client, "/me/password", "/me/password", password="x", password_again="x", **extra)
    post(
        client, "/members/new", "/members", family_name="山田", store="1", rank="gold", number="99", provisional="1",
        search_key="x", state="erased", joined="2000-01-01",
    )  # fmt: skip
    with bench.database.reading() as session:
        person = session.query(Staff).filter_by(login="boss").one()
        assert (person.role, people.stores_of(session, person)) == ("manager", frozenset({"1"}))
    page = text(client.get("/members?q=山田"))
    assert "gold" not in page
    assert "2000" not in page


def test_sessions_are_listed_and_ended_one_by_one_or_all(bench: Bench) -> None:
    here, there, third = bench.signed_in(), bench.signed_in(), bench.signed_in()
    page = text(here.get("/me"))
    marks = re.findall(r'name="mark" value="(\w+)"', page)
    assert len(marks) == 2
    post(here, "/me", "/me/session-endings", mark=marks[0])
    assert sorted(one.get("/").status_code for one in (there, third)) == [200, 303]
    post(here, "/me", "/me/session-endings")
    assert [one.get("/").status_code for one in (there, third)] == [303, 303]
    assert here.get("/").status_code == 200


def test_a_changed_password_ends_the_other_sessions_only(bench: Bench) -> None:
    here, there = bench.signed_in(), bench.signed_in()
    new = "かもめ 八百屋 三時のおやつ"
    assert post(here, "/me/password", "/me/password", password=new, password_again=new).status_code == 303
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
