"""The three kinds of card unit as the page shows them: what each does, and what hands may do to it now."""

from __future__ import annotations

from typing import Any

from shared.locale import N_, Translate
from simulators.bench import words
from simulators.card_rewriter import Tcp300Simulator
from simulators.magnetic import MagneticSimulator
from simulators.rig.counter import Counter
from simulators.rig.models import CARD_UNITS, MODELS
from simulators.rig.phases import phase_of

State = dict[str, Any]

BITMAP_FONT = "jiskan24"  # the font of the real unit's dots; everything else is a substitute
_SWIPES = {
    "read": N_("カードを通してください（読取り）"),
    "write": N_("もう一度通してください（書込み）"),
    "": N_("待機"),
}


def unit_of(counter: Counter, translate: Translate) -> State:
    """``inside``: out of hands' reach. ``pullable``: hands may take the card."""
    unit, swiped = counter.find(Tcp300Simulator), counter.find(MagneticSimulator)
    if unit is not None:
        return _rewriter(unit, translate)
    if swiped is not None:
        word = _SWIPES[swiped.awaits] if swiped.powered else N_("電源が入っていません")
        return {"inside": False, "pullable": False, "phase": translate(word), "font": ""}
    return _reader(counter, translate)


def _rewriter(unit: Tcp300Simulator, translate: Translate) -> State:
    substitute = translate(N_("代替フォント：{name}")).format(name=unit.font_name)
    return {
        "inside": unit.card is not None,
        "pullable": unit.slot_card is not None,
        "phase": translate(words.PHASES[phase_of(unit)]),
        "font": "" if unit.font_name == BITMAP_FONT else substitute,
    }


def _reader(counter: Counter, translate: Translate) -> State:
    port = counter.reader
    lies = port.device.card is not None
    word = N_("カードが置いてあります") if lies else N_("カードを置いてください")
    if not port.powered:
        word = N_("電源が入っていません")
    elif not port.connected:
        word = N_("pcscd が止まっています")
    return {"inside": False, "pullable": lies, "phase": translate(word), "font": ""}


def unit_words(counter: Counter, translate: Translate) -> State:
    """What the page says of the unit that stands here, and of those that could. ``lack``: a package to install."""
    model = counter.card_unit
    lacks = {one: MODELS[one].missing() for one in CARD_UNITS}
    return {
        "unit": model,
        "unit_name": translate(words.CARD_UNITS[model]),
        "unit_hint": translate(words.UNIT_HINTS[model]),
        "units": [(one, translate(words.CARD_UNITS[one]), lack) for one, lack in lacks.items()],
        "has_chips": not lacks["ic_card"],
        "chips": [(kind, translate(name)) for kind, name in words.CHIPS.items()],
        "menu_hint": translate(words.MENU_HINT),
    }
