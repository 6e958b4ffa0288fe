"""Every screen of the kiosk with figures that strain it, and a counter with nobody behind it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared.errors import EnishiError
from shared.ids import make_card_no, make_member_no
from shared.visit import screens as s
from shared.visit.events import Key
from shared.visit.facts import Member
from terminal.app.kiosk.render import Renderer
from terminal.app.kiosk.stage import Stage, Status
from terminal.app.kiosk.web import create_app
from terminal.app.language import translation

CARD = make_card_no(123_456_789)
MICHIKO = Member(
    make_member_no(12_345), "高橋 美智子", "タカハシ ミチコ", "ゴールド", "前回「領収書の宛名」でお問い合わせあり。", 5,
    "2026-11-14", "熱田店",
)  # fmt: skip
LONG = Member(
    make_member_no(99), "勅使河原 権左衛門太郎", "テシガワラ ゴンザエモンタロウ", "プラチナ会員",
    "重いお荷物は車までお運びください。お孫さんのお名前はひなたさん。次のご来店で預かり品の引き替えがあります。", 1234,
    "2025-01-03", "ひまわり商店街本店",
)  # fmt: skip
KEYING = s.Keying(
    card=CARD, member=MICHIKO, new_card=False, balance=12_480, expiring_points=300, expiring_month=36,
    days_since_last=7, field="amount", amount_yen=3_800, use_points=0, earn=38, due_yen=3_800, balance_after=12_518,
    messages=("お誕生日おめでとうございます。ケーキ券をどうぞ。", "冬物入荷"),
)  # fmt: skip
DONE = s.Done("高橋 美智子", 12_013, 33, 500, 3_300, 1042, "printing", recovered=False, take_card=False)

SCENES: dict[str, s.Screen] = {
    "starting": s.Starting(),
    "waiting": s.Waiting(),
    "reading": s.Reading(),
    "keying": KEYING,
    "keying-points": s.Keying(
        CARD, MICHIKO, False, 12_480, 300, 36, 0, "points", 3_800, 500, 33, 3_300, 12_013, ()
    ),
    "keying-birthday": replace(KEYING, birthday="2026-11-21"),
    "keying-new-card": s.Keying(CARD, None, True, 0, 0, 0, -1, "amount", 0, 0, 0, 0, 0, ()),
    "keying-notice": s.Keying(
        CARD, MICHIKO, False, 12_480, 0, 0, 1, "points", 3_800, 99_999, 0, 3_800, 12_480, (),
        (s.Notice("points.too_few", {"needed": 87_519, "balance": 3_800}),),
    ),
    "keying-longest": s.Keying(
        CARD, LONG, False, 1_048_575, 104_857, 30, 688, "points", 9_999_999, 100_000, 98_999, 9_899_999, 1_047_574,
        ("春の大感謝祭のご案内。三月二十日から二十七日まで全品一割引です。",) * 3, birthday="2026-11-30",
    ),
    "writing": s.Writing(),
    "done-printing": DONE,
    "done-take": s.Done("高橋 美智子", 12_013, 33, 500, 3_300, 1042, "printed", recovered=False, take_card=True),
    "done-recovered": s.Done(
        "勅使河原 権左衛門太郎", 1_048_575, 98_999, 100_000, 9_899_999, 4_294_967, "failed", recovered=True,
        take_card=True, notices=(s.Notice("device.card_rewriter.no_answer"),),
    ),
    "stopped": s.Stopped("card.foreign", take_card=True),
    "stopped-device": s.Stopped("device.card_rewriter.no_answer"),
    "take-card": s.TakeCard(),
    "unfinished": s.Unfinished(CARD, 3_800, 33, 500, 2),
    "type-number": s.TypeNumber("1234567", wrong=False),
    "type-number-wrong": s.TypeNumber("", wrong=True),
    "confirm-face": s.ConfirmFace(CARD, 12_480, "2026-11-14"),
    "keying-adjusted": replace(
        KEYING, amount_yen=0, earn=0, balance_after=12_480,
        notices=(s.Notice("visit.adjusted", {"points": "+30"}), s.Notice("points.offline_soon")),
    ),
    "keying-owed": replace(
        KEYING, balance=0, balance_after=19,
        notices=(s.Notice("visit.adjusted", {"points": "-30"}), s.Notice("visit.owed", {"points": 70})),
    ),
    "keying-online-only": replace(KEYING, notices=(s.Notice("points.repaired_card"),)),
    "done-adjusted": replace(DONE, adjusted=-30, face="printed", take_card=True),
    "off-card-stale": s.OffCardKeying(CARD, MICHIKO, s.Notice("card.stale"), 3_800, 38, False),
    "off-card-checked": s.OffCardKeying(
        CARD, None, s.Notice("card.stale"), 0, 0, False, (s.Notice("visit.confirm_later"),)
    ),
    "off-card-old": s.OffCardKeying(CARD, MICHIKO, s.Notice("card.old_generation"), 3_800, 38, True),
    "off-card-longest": s.OffCardKeying(
        CARD, LONG, s.Notice("device.card_rewriter.read_parity"), 9_999_999, 99_999, False,
        (s.Notice("visit.repair_late"),),
    ),
    "off-card-done": s.OffCardDone("高橋 美智子", CARD, 38, 3_800, 1042, s.Notice("card.stale"), take_card=False),
    "off-card-done-longest": s.OffCardDone(
        "勅使河原 権左衛門太郎", CARD, 99_999, 9_999_999, 4_294_967, s.Notice("visit.honoured"), True,
        (s.Notice("device.receipt_printer.paper_out"),),
    ),
    "not-used": s.Stopped("visit.not_used", {"amount": 3_800}, take_card=True),
    "repairing": s.Repairing(CARD),
    "confirm-repair": s.ConfirmRepair(CARD, LONG, 1_048_575),
    "confirm-repair-nobody": s.ConfirmRepair(CARD, None, 0),
    "repaired": s.Repaired("高橋 美智子", CARD, 12_480, "printing", take_card=False),
    "repaired-take": s.Repaired(
        "勅使河原 権左衛門太郎", CARD, 1_048_575, "failed", True, (s.Notice("device.card_rewriter.no_answer"),)
    ),
    "locked": s.Locked(10),
}  # fmt: skip
ONLINE = Status(online=True, visits_today=12)
OFFLINE = Status(online=False, unsent=36, visits_today=12)
TROUBLE = Status(online=True, troubles=(s.Notice("device.link_missing", {"port": "/dev/enishi/card_rewriter"}),))


class Counter:
    """A kiosk with nobody behind it: keeps the keys, can refuse them."""

    def __init__(self, language: str = "ja") -> None:
        self.stage = Stage()
        self.keys: list[Key] = []
        self.refuse = False
        self.renderer = Renderer("ひまわりマート 熱田店　レジ1", language, translation(language), "test")
        icons = Path(__file__).parents[2] / "assets/icons.svg"
        self.app = create_app(self.stage, self.renderer, self.press, lambda: {"state": "Idle"}, icons)

    def press(self, key: Key) -> None:
        if self.refuse:
            raise EnishiError("visit.inbox_full", limit=1)
        self.keys.append(key)

    def show(self, name: str, status: Status = ONLINE) -> None:
        self.stage.show(SCENES[name])
        self.stage.surround(status)
