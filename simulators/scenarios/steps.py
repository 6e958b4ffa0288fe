"""The language of scenarios: one step a line, a verb and its words. Links carry the same text, joined by ";".

insert new; await Keying; keys 1 2 8 0 enter; await Done; pull; balance 12
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.locale import N_

STEPS_MAX = 200  # of one scenario
TEXT_MAX = 3_500  # characters of all steps in a link; browsers and logs bear twice as many
BETWEEN = ";"
MANY = 20  # words


@dataclass(frozen=True, slots=True)
class Verb:
    """How many words it takes, and what the step is for a person: ``{0}`` first word, ``{all}`` all of them,
    ``{goods}`` all but the first."""

    fewest: int
    most: int
    text: str


VERBS: Mapping[str, Verb] = {
    # hands
    "insert": Verb(1, 1, N_("{0}を入れる")),
    "pull": Verb(0, 0, N_("カードが出たら抜く")),
    "unit": Verb(1, 1, N_("カード機を「{0}」に替える")),
    "lay": Verb(1, 1, N_("{0}をリーダーに置く")),
    "take": Verb(0, 0, N_("リーダーのカードを取る")),
    "swipe": Verb(1, 1, N_("{0}を通す")),
    "keys": Verb(1, MANY, N_("キー {all}")),
    "menu": Verb(0, 3, N_("メニューを開いて {all}")),
    "text": Verb(1, MANY, N_("画面のキーで「{all}」と打つ")),
    "number": Verb(1, 1, N_("{0}の面の番号を打って実行")),
    "phone": Verb(1, 1, N_("{0}の持ち主の電話番号を打つ")),
    "enrol": Verb(2, 2, N_("{0}で入会し、お会計 {1}円")),
    "serve": Verb(2, 3, N_("{0}でお会計 {1}円")),
    "copy": Verb(1, 1, N_("{0}を写したカードを作る")),
    "wear": Verb(1, 1, N_("{0}の磁気をすり減らす")),
    "wipe": Verb(1, 1, N_("{0}の磁気を消す")),
    "tear": Verb(1, 1, N_("{0}の記録を途中で切る")),
    "forge": Verb(1, 1, N_("{0}の残高を書き換える（偽造）")),
    "scan": Verb(1, MANY, N_("バーコードを読ませる：{all}")),
    "scan-torn": Verb(1, 1, N_("バーコード {0} を途中まで読ませる")),
    "call": Verb(1, 1, N_("{0} から電話がかかる")),
    "call-withheld": Verb(1, 1, N_("番号を出さずに電話をかける")),
    "hang-up": Verb(0, 0, N_("電話を切る")),
    "break": Verb(1, 1, N_("こわす：{0}")),
    "mend": Verb(1, 1, N_("元に戻す：{0}")),
    "office": Verb(1, 1, N_("本部：{0}")),
    "grant": Verb(2, MANY, N_("本部で{0}に「{goods}」を付ける")),
    "pos": Verb(2, MANY, N_("レジから会計「{0}」を送る：{goods}")),
    "pos-file": Verb(2, MANY, N_("レジが会計「{0}」のファイルを置く：{goods}")),
    "at": Verb(1, 1, N_("{0}番の台へ行く")),
    "wait": Verb(1, 1, N_("{0} 秒待つ")),
    # eyes
    "await": Verb(1, MANY, N_("画面が「{all}」になる")),
    "dark": Verb(0, 0, N_("電源が落ちる")),
    "unplugged": Verb(1, 1, N_("ケーブルが抜ける：{0}")),
    "gone": Verb(0, 0, N_("カードがリーダーから離れる")),
    "balance": Verb(1, 2, N_("カードの残高は {0} 点")),
    "stripe": Verb(1, 2, N_("磁気の記録は「{0}」")),
    "face": Verb(1, 2, N_("カードの面は「{0}」")),
    "receipt": Verb(1, MANY, N_("レシートに「{all}」")),
    "no-receipt": Verb(0, 0, N_("レシートは出ない")),
    "display": Verb(1, MANY, N_("お客さま表示に「{all}」")),
    "lamp": Verb(1, 1, N_("ランプ {0} が点く")),
    "shows": Verb(1, MANY, N_("端末の画面に {all}")),
    "log": Verb(1, MANY, N_("端末の記録に {all}")),
    "sent": Verb(0, 0, N_("本部がすべて受け取るまで待つ")),
    "pos-hears": Verb(2, 3, N_("レジへの答え：会計「{0}」は {1}")),
    "pos-done": Verb(1, 1, N_("会計「{0}」のファイルは done に移る")),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that hands do, or eyes must see."""

    verb: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.verb, *self.words))


class BadStep(Exception):
    """A line is no step; the text is the line."""


def read_step(line: str) -> Step:
    """Raises BadStep."""
    verb, *words = line.split()[: MANY + 2] or [""]
    known = VERBS.get(verb)
    if known is None or not known.fewest <= len(words) <= known.most:
        raise BadStep(line.strip()[:80])
    return Step(verb, tuple(words))


def read_steps(text: str) -> tuple[Step, ...]:
    """The steps of a link. Empty lines count for nothing. Raises BadStep."""
    lines = [line for line in text.split(BETWEEN) if line.strip()]
    if not lines or len(lines) > STEPS_MAX or len(text) > TEXT_MAX:
        raise BadStep(f"{len(lines)} steps, {len(text)} characters")
    return tuple(read_step(line) for line in lines)


def write_steps(steps: Iterable[Step]) -> str:
    """What a link carries."""
    return BETWEEN.join(str(step) for step in steps)
