"""One screen of each kind, about a person: what the loop can send to whatever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from shared.ids import CardNo, make_card_no, make_member_no
from shared.visit import screens as s
from shared.visit.facts import Member
from shared.visit.unit import Swipe


@dataclass(frozen=True, slots=True)
class Person:
    """Everything of a screen that is nobody's business but the staff's."""

    card: CardNo
    member: Member
    message: str
    notice: s.Notice


HANAKO = Person(
    make_card_no(123_456_789),
    Member(
        make_member_no(1),
        "エニシ ハナコ",
        kana="エニシ ハナコ",
        rank="ゴールド",
        memo="クドイセツメイヲキラウ",
        birthday="1990-04-01",
    ),
    "オタンジョウビオメデトウ",
    s.Notice("card.stale", {"card": "HANAKO"}),
)
TARO = Person(
    make_card_no(987_654_321),
    Member(
        make_member_no(2),
        "YAMADA TARO",
        kana="ヤマダ タロウ",
        rank="SILVER",
        memo="2-CHOME 3-4",
        birthday="1985-12-31",
    ),
    "THANK YOU",
    s.Notice("card.blank"),
)


def screens_of(person: Person) -> list[s.Screen]:
    """Every kind at least once, in its longer form. What belongs to the bill is the same for everybody."""
    card, member, why = person.card, person.member, person.notice
    facts = {"name": person.member.name, "card": str(person.card)}
    return [
        s.Starting(), s.Waiting(), s.Reading(), s.Writing(), s.TakeCard(), s.Locked(15),
        s.Keying(
            card, member, False, 12_480, 300, 30, 12, "points", 1_980, 500, 19, 1_480, 11_999, (person.message,),
            (why,), guides=(why, s.Notice("guide.bought", {"goods": person.message})), as_of_ms=1,
        ),
        s.Keying(card, member, True, 0, 0, 0, -1, "amount", 0, 0, 0, 0, 0, (person.message,), (why,)),
        s.Done(member.name, 12_499, 19, 0, 1_980, 42, "printed", False, True, (why,)),
        s.Stopped(why.code, facts, take_card=True),
        s.Stopped(why.code, facts),
        s.Unfinished(card, 1_980, 19, 0, 1),
        s.TypeNumber(str(card)[:4], wrong=False),
        s.ConfirmFace(card, 12_480, member.birthday),
        s.OffCardKeying(card, member, why, 1_980, 19, can_repair=True, notices=(why,)),
        s.OffCardDone(member.name, card, 19, 1_980, 42, why, True, (why,)),
        s.Repairing(card),
        s.ConfirmRepair(card, member, 12_480),
        s.Repaired(member.name, card, 12_480, "printed", True, (why,)),
        s.Menu("メニュー", (s.MenuItem("1", "入会", "user-plus"), s.MenuItem("2", "開閉店", "store", is_open=False))),
        s.Asking("お電話番号", "phone", member.birthday, "市外局番から", why),
        s.Choosing("お客様", (s.Option(member.name, str(card)), s.Option(member.kana, member.memo)), more=True),
        s.Confirming("カードの停止", "このカードは使えなくなります。", (("お名前", member.name),), is_dangerous=True),
        s.Told(why, "本日のご入会", ((member.name, str(card)),)),
        *(s.Swiping(swipe, again) for swipe in Swipe for again in (False, True)),
    ]  # fmt: skip


KINDS: frozenset[type] = frozenset(get_args(s.Screen))
