"""Synthetic people of one invented town: the same dice give the same neighbours.

Nobody here exists. Telephone numbers lie in the never assigned blocks ``090-0000`` and ``03-0000``; the town
and its postal codes are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

PHONE_NUMBERS_MAX = 10_000  # four free digits behind each invented exchange
AGE_MIN_YEARS = 19
AGE_SPAN_YEARS = 66
PREFECTURE = "神奈川県"
CITY = "桜野市"  # invented

_FAMILY = (
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("髙橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"), ("山本", "ヤマモト"), ("中村", "ナカムラ"), ("小林", "コバヤシ"), ("加藤", "カトウ"),
    ("吉田", "ヨシダ"), ("山田", "ヤマダ"), ("佐々木", "ササキ"), ("山口", "ヤマグチ"), ("松本", "マツモト"),
    ("井上", "イノウエ"), ("木村", "キムラ"), ("林", "ハヤシ"), ("斎藤", "サイトウ"), ("清水", "シミズ"),
    ("山崎", "ヤマザキ"), ("森", "モリ"), ("池田", "イケダ"), ("橋本", "ハシモト"), ("阿部", "アベ"),
    ("石川", "イシカワ"), ("前田", "マエダ"), ("藤田", "フジタ"), ("小川", "オガワ"), ("後藤", "ゴトウ"),
    ("岡田", "オカダ"), ("長谷川", "ハセガワ"), ("村上", "ムラカミ"), ("近藤", "コンドウ"), ("石井", "イシイ"),
    ("坂本", "サカモト"), ("遠藤", "エンドウ"), ("青木", "アオキ"), ("藤井", "フジイ"), ("西村", "ニシムラ"),
)  # fmt: skip
_GIVEN = (
    ("さくら", "サクラ"), ("美咲", "ミサキ"), ("陽子", "ヨウコ"), ("恵子", "ケイコ"), ("由美", "ユミ"),
    ("真由美", "マユミ"), ("明美", "アケミ"), ("久美子", "クミコ"), ("智子", "トモコ"), ("直美", "ナオミ"),
    ("裕子", "ユウコ"), ("葵", "アオイ"), ("結衣", "ユイ"), ("陽菜", "ヒナ"), ("七海", "ナナミ"),
    ("和子", "カズコ"), ("幸子", "サチコ"), ("千尋", "チヒロ"), ("彩", "アヤ"), ("美穂", "ミホ"),
    ("健一", "ケンイチ"), ("誠", "マコト"), ("大輔", "ダイスケ"), ("翔太", "ショウタ"), ("拓也", "タクヤ"),
    ("隆", "タカシ"), ("浩", "ヒロシ"), ("修", "オサム"), ("蓮", "レン"), ("悠斗", "ユウト"),
    ("一郎", "イチロウ"), ("正", "タダシ"), ("茂", "シゲル"), ("直樹", "ナオキ"), ("和也", "カズヤ"),
    ("学", "マナブ"), ("亮", "リョウ"), ("健太", "ケンタ"), ("剛", "ツヨシ"), ("清", "キヨシ"),
)  # fmt: skip
_TOWNS = (  # postal code, town; invented
    ("2599001", "駅前"),
    ("2599002", "本町"),
    ("2599003", "緑町"),
    ("2599004", "川端町"),
    ("2599005", "東山"),
    ("2599006", "西が丘"),
    ("2599007", "若葉台"),
    ("2599008", "新田"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a shop asks on an application form. ``postal_code`` is seven digits, kana are full-width katakana."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    postal_code: str
    prefecture: str
    city: str
    street: str
    phone: str
    birthday: date

    @property
    def name(self) -> str:
        """As a person is addressed: family name first."""
        return f"{self.family_name} {self.given_name}"


def make_people(dice: Random, count: int, today: date) -> tuple[Person, ...]:
    """``count`` people with different names and telephone numbers, all of age on ``today``."""
    names = [(family, given) for family in _FAMILY for given in _GIVEN]
    if count > min(len(names), PHONE_NUMBERS_MAX):
        raise ValueError(f"the town has no more than {len(names)} people")
    lines = dice.sample(range(PHONE_NUMBERS_MAX), count)
    chosen = zip(dice.sample(names, count), lines, strict=True)
    return tuple(_person(dice, family, given, line, today) for (family, given), line in chosen)


def _person(dice: Random, family: tuple[str, str], given: tuple[str, str], line: int, today: date) -> Person:
    postal_code, town = dice.choice(_TOWNS)
    street = f"{town}{dice.randint(1, 5)}-{dice.randint(1, 20)}-{dice.randint(1, 15)}"
    if dice.random() < 0.35:
        street += f" {town}ハイツ{dice.randint(101, 812)}"
    exchange = "090-0000" if dice.random() < 0.8 else "03-0000"
    age_days = int((AGE_MIN_YEARS + dice.random() * AGE_SPAN_YEARS) * 365.25)
    return Person(
        family_name=family[0],
        given_name=given[0],
        family_kana=family[1],
        given_kana=given[1],
        postal_code=postal_code,
        prefecture=PREFECTURE,
        city=CITY,
        street=street,
        phone=f"{exchange}-{line:04d}",
        birthday=today - timedelta(days=age_days),
    )
