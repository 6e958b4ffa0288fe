"""What is heard of a newcomer: one JSON, sealed by whoever can, opened by head office, refused by name otherwise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.sync.holder import NOBODY, Holder, opened_holder, sealed_holder, to_nobody

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_a_holder_has_the_json_of_its_version() -> None:
    text = '{"phone":"09012345678","kana":"ヤマダ"}'.encode()
    assert sealed_holder(Holder("09012345678", "ヤマダ"), bytes) == text
    assert opened_holder(text, bytes) == Holder("09012345678", "ヤマダ")


@given(TEXTS, TEXTS)
def test_whatever_was_heard_comes_back(phone: str, kana: str) -> None:
    holder = Holder(phone, kana)
    assert opened_holder(sealed_holder(holder, bytes), bytes) == holder


def test_nothing_is_sealed_of_nobody_nor_to_nobody() -> None:
    assert sealed_holder(NOBODY, lambda content: b"sealed") == b""
    assert sealed_holder(Holder("09012345678", ""), to_nobody) == b""
    assert opened_holder(b"", lambda sealed: b"opened") == NOBODY


@given(st.binary(min_size=1, max_size=60))
def test_any_opened_bytes_are_a_holder_or_refused(content: bytes) -> None:
    try:
        assert isinstance(opened_holder(content, bytes), Holder)
    except EnishiError as error:
        if error.code != "sync.sealed":
            raise
