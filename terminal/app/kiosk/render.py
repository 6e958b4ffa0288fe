"""From a scene to HTML: one template per screen, rendered without a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shared.errors import Fact, explain
from shared.ids import format_card_no
from shared.locale import Translate
from shared.text.phone import group
from shared.units import format_number
from shared.visit.calls import REASONS, Offer
from shared.visit.screens import Keying, Waiting
from terminal.app.kiosk import words
from terminal.app.kiosk.hints import hints
from terminal.app.kiosk.stage import Scene

# The kana keys row by row; 　 is a gap.
BOARD = (
    "アカサタナハマヤラワ",
    "イキシチニヒミ　リヲ",
    "ウクスツヌフムユルン",
    "エケセテネヘメ　レ　",
    "オコソトノホモヨロ　",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of the page that change."""

    main: str
    status: str
    foot: str
    call: str


class Renderer:
    """``language`` is "ja" or "en"; ``place`` is the shop's name in the header, ``version`` the software's."""

    def __init__(self, place: str, language: str, translate: Translate, version: str) -> None:
        self._page_facts = {"place": place, "language": language, "version": version}
        self.translate = translate
        self._env = environment(translate)
        self._env.globals["language"] = language  # the honorific is Japanese grammar, not a text

    def words(self, code: str, **facts: Fact) -> str:
        """An error in two sentences and its code, for an answer without a page."""
        return "\n".join((*explain(code, facts, self.translate), f"({code})"))

    def page(self, scene: Scene) -> str:
        """The whole page, complete before its script runs."""
        frame = self.frame(scene)
        return self._env.get_template("page.html").render(frame=frame, **self._page_facts)

    def frame(self, scene: Scene) -> Frame:
        name = template_name(type(scene.screen).__name__)
        known = {"screen": scene.screen, "status": scene.status, "screen_name": name}
        return Frame(
            main=self._env.get_template(f"screens/{name}.html").render(known),
            status=self._env.get_template("status.html").render(known),
            foot=self._env.get_template("foot.html").render(known),
            call="" if scene.line.shown is None else self._call(scene),
        )

    def _call(self, scene: Scene) -> str:
        """The call on the screen: large while the counter is empty, else a band beside what is being done."""
        call, screen = scene.line.shown, scene.screen
        is_large = isinstance(screen, Waiting) and not (screen.basket or screen.notices or screen.replaces)
        is_new_card = isinstance(screen, Keying) and screen.new_card and screen.member is None
        known = {"call": call, "rings": scene.line.rings, "is_large": is_large, "reasons": REASONS}
        may_open = isinstance(screen, Waiting) or (is_new_card and call is not None and call.offer is Offer.ENROL)
        return self._env.get_template("call.html").render(known, may_open=may_open)


def template_name(class_name: str) -> str:
    """``TypeNumber`` -> ``type_number``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def environment(translate: Translate) -> Environment:
    """Jinja with the screen's words as filters. An unknown name in a template is an error, not a blank."""
    env = Environment(
        loader=PackageLoader("terminal.app.kiosk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["_"] = translate
    env.globals["icon"] = icon
    env.globals["board"] = BOARD
    env.filters |= {
        "number": format_number,
        "card_no": format_card_no,
        "furigana": words.furigana,
        "grouped": words.grouped_digits,
        "points": partial(words.points, translate=translate),
        "yen": partial(words.yen, translate=translate),
        "day": partial(words.day, translate=translate),
        "full_date": partial(words.full_date, translate=translate),
        "month_end": partial(words.month_end, translate=translate),
        "days_ago": partial(words.days_ago, translate=translate),
        "moment": words.moment,
        "phone": words.grouped_phone,
        "whole_phone": group,
        "clock": words.clock,
        "dots": words.dots,
        "hints": partial(hints, translate=translate),
        "explained": lambda notice: words.said(notice.code, notice.facts, translate),
        "sign": lambda notice: words.sign(notice.code),
    }
    return env


def icon(name: str) -> Markup:
    """One picture of the sprite; it always stands beside a word."""
    drawn = Markup('<svg class="ic" aria-hidden="true" focusable="false"><use href="/static/icons.svg#{}"></use></svg>')
    return drawn.format(name)
