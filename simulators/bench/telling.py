"""Scenarios in words: what each step is for a person, what is on the stage, and how it went."""

from __future__ import annotations

from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.bench.faults import faults_of
from simulators.bench.theatre import Showing
from simulators.rig.counter import Counter
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.steps import VERBS, Step, write_steps

STATES = {
    "preparing": N_("台を片付けています"),
    "playing": N_("再生中"),
    "done": N_("すべて台本どおりでした"),
    "failed": N_("台本どおりになりませんでした"),
    "stopped": N_("途中で止めました"),
}
CARDS = {
    "new": N_("新しいカード"),
    "chip": N_("新しいICカード"),
    "tag": N_("新しいICタグ"),
    "copy": N_("写したカード"),
    "foreign": N_("よそのお店のカード"),
    "blank": N_("何も書いていないカード"),
    "member": N_("会員のカード"),
}
SCREENS = {  # shared.visit.screens
    "Waiting": N_("カードを入れてください"),
    "Keying": N_("金額"),
    "Done": N_("終わりました"),
    "Stopped": N_("できません"),
    "TakeCard": N_("カードをお返しください"),
    "Unfinished": N_("途中のお会計"),
    "TypeNumber": N_("カードの番号"),
    "ConfirmFace": N_("面の確認"),
    "OffCardKeying": N_("カードの外で付ける"),
    "OffCardDone": N_("カードの外で付けました"),
    "Repaired": N_("作り直しました"),
    "ConfirmRepair": N_("作り直しの確認"),
    "Swiping": N_("もう一度通す"),
    "Menu": N_("メニュー"),
    "Asking": N_("数字か文字を打つ"),
    "Choosing": N_("一覧から選ぶ"),
    "Confirming": N_("よければ実行"),
    "Told": N_("結果"),
}
WORDS = {
    "on": N_("動かす"),
    "off": N_("止める"),
    "ok": N_("正しい記録"),
    "torn": N_("途中で切れた記録"),
    "worn": N_("すり減った記録"),
    "blank": N_("記録なし"),
    "forged": N_("署名が合わない"),
    "foreign": N_("当店の記録ではない"),
    "printed": N_("印字あり"),
    "white": N_("印字なし"),
    "green": N_("緑"),
    "yellow": N_("黄"),
    "red": N_("赤"),
}
_OF_CARD = (
    "insert",
    "lay",
    "swipe",
    "number",
    "phone",
    "enrol",
    "grant",
    "serve",
    "copy",
    "wear",
    "wipe",
    "tear",
    "forge",
    "call",
)
_FAULTS = ("break", "mend", "unplugged")


def line_of(step: Step, counter: Counter, translate: Translate) -> str:
    """The step as a person would say it."""
    said = [_word(step, place, word, counter, translate) for place, word in enumerate(step.words)]
    return translate(VERBS[step.verb].text).format(*said, all=" ".join(said), goods=" ".join(said[1:]))


def bill_of(scenario: Scenario, counter: Counter, translate: Translate) -> dict[str, Any]:
    """What is going to be played."""
    return {
        "name": scenario.name,
        "title": translate(scenario.title),
        "outcome": translate(scenario.outcome),
        "steps": [line_of(step, counter, translate) for step in scenario.steps],
        "source": write_steps(scenario.steps),
    }


def news_of(showing: Showing | None, translate: Translate) -> dict[str, Any] | None:
    """How far it is; None before the first play."""
    if showing is None:
        return None
    outcome = showing.outcome
    return {
        "name": showing.scenario.name,
        "source": write_steps(showing.scenario.steps),
        "counter": showing.counter,
        "on": showing.is_on,
        "state": outcome.state,
        "word": translate(STATES[outcome.state]),
        "step": outcome.step,
        "why": outcome.why,
    }


def _word(step: Step, place: int, word: str, counter: Counter, translate: Translate) -> str:
    if step.verb in _FAULTS:
        return _fault(word, counter, translate)
    if step.verb == "await":
        return translate(SCREENS.get(word, word))
    if step.verb == "unit":
        return translate(words.CARD_UNITS.get(word, word))
    if step.verb in ("keys", "menu"):
        return translate(words.KEY_NAMES.get(word, word))
    if step.verb in _OF_CARD and place == 0:
        return name_of(word, translate)
    return translate(WORDS[word]) if word in WORDS and step.verb not in ("log", "shows") else word


def name_of(label: str, translate: Translate) -> str:
    """What a scenario calls a card, in words."""
    name = label.rstrip("0123456789")
    return translate(CARDS[name]) + label.removeprefix(name) if name in CARDS else label


def _fault(name: str, counter: Counter, translate: Translate) -> str:
    fault = faults_of(counter).get(name)
    if fault is None:
        return name
    device = translate(words.DEVICES[name.partition(".")[0]])
    return f"{device} — {translate(fault.text)}"
