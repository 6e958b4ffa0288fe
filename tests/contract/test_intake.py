"""A file of members is judged before it is taken in, and giving it back leaves everything as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.scope import ALL, Scope
from server.cards import service as cards
from server.db.base import Base
from server.members import attributes, intake, intake_back, intake_file, service
from server.members.models import Member, MemberImport, MemberMemo
from server.members.values import Person
from shared.errors import EnishiError
from shared.ids import format_member_no, make_card_no
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import DAY, START_MS

TODAY = date.fromisoformat(DAY)
BESIDE = {"member_import", "member_import_row", "feed_item", "feed_state", "audit_row", "copy_due"}
HEAD = ("会員番号", "氏名", "フリガナ", "電話", "生年月日", "カード番号", "好きな色", "メール")
KNOWN = Person("高橋", "花子", "タカハシ", "ハナコ", "09012345678", memo="くるみ")
OTHER = Person("山田", "花", "ヤマダ", "ハナ", "0312345678")
ROWS = st.tuples(
    st.sampled_from(["", "", "known", "9"]),
    st.sampled_from(["高橋 花子", "鈴木 一", "山田 花", ""]),
    st.sampled_from(["タカハシ ハナコ", "すずき", ""]),
    st.sampled_from(["090-1234-5678", "0451112222", "12", ""]),
    st.sampled_from(["S40.2.3", "", "きのう"]),
    st.sampled_from(["", "", str(make_card_no(7)).zfill(10), str(make_card_no(1)).zfill(10)]),
    st.sampled_from(["青", "", "緑"]),
    st.sampled_from(["h@example.jp", "", "@"]),
)


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    session.flush()
    session.expire_all()
    return {
        name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for name, table in Base.metadata.tables.items()
        if name not in BESIDE
    }


def shop(session: Session) -> int:
    attributes.define(session, "好きな色", "choice", ["赤", "青"])
    number = service.register(session, KNOWN, make_card_no(1), "1", DAY, START_MS)
    service.register(session, OTHER, None, "2", DAY, START_MS)
    return number


def sent(session: Session, rows: Sequence[Sequence[str]], known: int) -> MemberImport:
    """A file as somebody sends it, tried and taken in."""
    told = [[format_member_no(known) if cell == "known" else cell for cell in row] for row in rows]
    lines = "\r\n".join(",".join(row) for row in (HEAD, *told))
    file = intake.upload(session, "顧客.csv", "1", intake_file.read(lines.encode("cp932")), 1, START_MS)
    intake.keep_judgement(session, file.id, list(intake.judge_all(session, file, ALL, TODAY)))
    return file


def lines(session: Session, file: MemberImport) -> list[int]:
    return [row.line for row in intake.rows(session, file.id)]


def test_taking_a_file_in_and_giving_it_back_leaves_everything_as_it_was(offices: Offices) -> None:
    with offices() as bench:

        @examples(max_examples=60)
        @given(st.lists(ROWS.filter(any), min_size=1, max_size=8))
        def one_file(rows: list[tuple[str, ...]]) -> None:
            session = bench.database.open_session(writes=True)
            try:
                known = shop(session)
                before = everything(session)
                file = sent(session, rows, known)
                assert everything(session) == before  # trying changes nothing
                intake.take_in(session, file, lines(session, file), ALL, TODAY, START_MS + 1)
                counts = intake.counts(session, file.id)
                assert sum(counts[what] for what in intake.WHATS) == len(lines(session, file))
                intake_back.give_back(session, file, lines(session, file), START_MS + 2)
                assert intake.counts(session, file.id)[intake.KEPT] == 0
                assert everything(session) == before
            finally:
                session.rollback()
                session.close()

        one_file()


def test_what_was_touched_since_stays_and_is_named(offices: Offices) -> None:
    with offices() as bench, bench.database.transaction() as session:
        known = shop(session)
        rows = [["known", "", "", "", "S40.2.3", "", "青", ""], ["", "鈴木 一", "", "0451112222", "", "", "", ""]]
        file = sent(session, [*rows, ["", "佐藤 二", "", "0453334444", "", "", "", ""]], known)
        intake.take_in(session, file, lines(session, file), ALL, TODAY, START_MS + 1)
        found = session.get_one(Member, known)
        assert (found.birthday, found.memo) == ("1965-02-03", "くるみ")  # an empty cell takes nothing away
        service.change(session, found, Person("高橋", "花子", birthday="1970-01-01", phone=found.phone), START_MS + 2)
        (suzuki,) = service.search(session, "鈴木", ALL).found
        session.add(MemberMemo(member=suzuki.member.number, text="お電話あり", author=1, at_ms=START_MS))
        intake_back.give_back(session, file, lines(session, file), START_MS + 3)
        undone = {row.line: row.undone for row in intake.rows(session, file.id)}
        assert undone == {2: intake.KEPT, 3: intake.KEPT, 4: intake.BACK}
        assert session.get_one(Member, known).birthday == "1970-01-01"
        assert attributes.values_of(session, [known])[known] == {}
        assert (service.search(session, "鈴木", ALL).count, service.search(session, "佐藤", ALL).count) == (1, 0)


def test_a_line_about_another_stores_member_or_anothers_card_is_refused(offices: Offices) -> None:
    with offices() as bench, bench.database.transaction() as session:
        shop(session)
        row = ["", "山田 花", "ヤマダ ハナ", "0312345678", "", "", "", "x@example.jp"]
        taken = ["", "鈴木 一", "", "", "", str(make_card_no(1)).zfill(10), "", ""]
        told = "\r\n".join(",".join(one) for one in (HEAD, row, taken))
        file = intake.upload(session, "x", "1", intake_file.read(told.encode()), 1, START_MS)
        judged = list(intake.judge_all(session, file, Scope(frozenset({"1"})), TODAY))
        codes = [next(iter((one.why or {}).values())).code for one in judged]
        assert codes == ["intake.foreign", "input.card_taken"]
        assert cards.holders(session, [make_card_no(1)]) != {}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "intake.columns"),
        ("氏名\r\n".encode(), "intake.empty"),
        (b"\x81", "intake.encoding"),
        (b"x" * (intake_file.FILE_BYTES_MAX + 1), "intake.large"),
        (b"a\n" * (intake_file.ROWS_MAX + 2), "intake.large"),
        (b"," * intake_file.COLUMNS_MAX + b"a\nb\n", "intake.columns"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(EnishiError, match=code.replace(".", r"\.")):
        intake_file.read(data)


def refusal(data: bytes) -> str:
    """The code, or nothing for a file that was read."""
    try:
        table = intake_file.read(data)
    except EnishiError as error:
        return error.code
    return "" if all(len(cells) <= len(table.header) for _, cells in table.rows) else "a row wider than its head"


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reading(data: bytes) -> None:
    assert refusal(data) in ("", "intake.empty", "intake.columns", "intake.encoding")
