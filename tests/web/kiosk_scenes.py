"""Every screen of the kiosk with figures that strain it, and a counter with nobody behind it.

``ENISHI_SHOTS=FOLDER pytest tests/web/test_kiosk_browser.py`` keeps pictures of all, in both languages and two sizes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shared.errors import EnishiError
from shared.ids import make_card_no, make_member_no
from shared.points.reward import NextReward
from shared.visit import screens as s
from shared.visit.events import Key, KeyPressed
from shared.visit.facts import Member
from shared.visit.receipt import ReceiptLine
from shared.visit.unit import CardUnit, Swipe
from terminal.app.kiosk.guard import LOOPBACK
from terminal.app.kiosk.pos_web import PosDoor
from terminal.app.kiosk.render import Renderer
from terminal.app.kiosk.stage import Stage, Status
from terminal.app.kiosk.web import Touched, create_app
from terminal.app.language import translation
from terminal.app.pos import PosBoard

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
BIRTHDAY = s.Notice("guide.birthday", {"month": 11, "day": 23})
BOUGHT = s.Notice("guide.bought", {"goods": "しぼりたて牛…、ひまわりの食…"})
LAPSING = s.Notice("guide.lapsing", {"points": "1,300", "month": 12})
AWAY = s.Notice("guide.long_away", {"days": "94"})
NEAR = s.Notice("guide.reward", {"points": "8", "yen": "500", "spend": "800"})
REWARD = NextReward(482, 13_000, 13_000, 48_200)
AS_OF_MS = 1_795_000_000_000
KEYING = s.Keying(
    card=CARD, member=MICHIKO, new_card=False, balance=12_480, expiring_points=300, expiring_month=36,
    days_since_last=7, field="amount", amount_yen=3_800, use_points=0, earn=38, due_yen=3_800, balance_after=12_518,
    messages=("お誕生日おめでとうございます。ケーキ券をどうぞ。", "冬物入荷"), reward=REWARD, as_of_ms=AS_OF_MS,
    rank=MICHIKO.rank,
)  # fmt: skip
MILK = s.BasketLine("しぼりたて牛乳 1000ml", 2, 198, 396, 0, True)
BREAD = s.BasketLine("ひまわりの食パン 6枚切", 1, 238, 188, 50, True)
BAG = s.BasketLine("レジ袋 大", 1, 5, 5, 0, False)
SOAP = s.BasketLine("ハンドソープ つめかえ用 たっぷり 3回分 せっけんの香り", 12, 1_280, 15_360, 0, False)
GIFT = s.BasketLine("商品券", 100, 99_999, 9_999_900, 0, False)
BASKET = s.BasketView((MILK, BREAD, BAG), 0, 4, 589, 43, 0, "")
FULL = s.BasketView((MILK, BREAD, BAG, SOAP, GIFT), 95, 1_116, 9_999_999, 908_181, 10_000, "R1-20261121-0042")
MENU = (
    ("カードを忘れた", "user-search", True), ("カードをなくした", "ban", False), ("お客様の声", "message-square", True),
    ("担当者", "user", True), ("日報・一日の締め", "clipboard-list", True), ("レシート再印字", "receipt", True),
    ("練習", "graduation-cap", False),
)  # fmt: skip
CARD_MENU = (
    ("入会", "user-plus", True), ("返品・取消", "undo-2", False), ("お客様の声", "message-square", True),
    ("明細の訂正", "list", True),
)  # fmt: skip
PEOPLE = (
    s.Option("高橋 美智子", "タカハシ ミチコ　…5678　1234-567-890"),
    s.Option("勅使河原 権左衛門太郎", "テシガワラ ゴンザエモンタロウ　…0001　9999-999-990"),
    s.Option("サトウ", "…1234　1111-222-333"), s.Option("Maria Gonzalez", "…9876　1234-999-000"),
    s.Option("佐藤 花子", "サトウ ハナコ　…2222　1234-111-555"), s.Option("1234-777-222", "…4444　1234-777-222"),
)  # fmt: skip
DAY_LINES = (
    ("営業日", "2026/11/21"), ("来店", "128件"), ("差引売上", "1,234,560円"), ("発行ポイント", "12,345点"),
    ("使用ポイント", "3,210点"), ("本部へ未送信", "0件"),
)  # fmt: skip
REPORT = (
    ReceiptLine("ひまわりマート 熱田店", centred=True, large=True), ReceiptLine("日報", centred=True),
    ReceiptLine("2026/11/21", "12:34"), ReceiptLine(rule=True),
    *(ReceiptLine(f"部門 {number}", f"{number * 12_345:,}円") for number in range(1, 40)),
)  # fmt: skip


def menu(title: str, items: tuple[tuple[str, str, bool], ...]) -> s.Menu:
    entries = enumerate(items, 1)
    return s.Menu(title, tuple(s.MenuItem(str(key), text, icon, is_open) for key, (text, icon, is_open) in entries))


DONE = s.Done("高橋 美智子", 12_013, 33, 500, 3_300, 1042, "printing", recovered=False, take_card=False)

SCENES: dict[str, s.Screen] = {
    "starting": s.Starting(),
    "waiting": s.Waiting(),
    "reading": s.Reading(),
    "keying": KEYING,
    "keying-points": s.Keying(
        CARD, MICHIKO, False, 12_480, 300, 36, 0, "points", 3_800, 500, 33, 3_300, 12_013, ()
    ),
    "keying-birthday": replace(KEYING, guides=(BIRTHDAY,)),
    "keying-card-rank": replace(KEYING, member=None, messages=()),
    "keying-guided": replace(KEYING, messages=(), guides=(LAPSING, BOUGHT), as_of_ms=AS_OF_MS),
    "keying-away": replace(KEYING, days_since_last=94, guides=(AWAY, BOUGHT), reward=None, expiring_points=0),
    "keying-near": replace(KEYING, guides=(NEAR,), reward=NextReward(8, 500, 500, 800), expiring_points=0),
    "keying-enrolled": s.Keying(CARD, None, True, 0, 0, 0, -1, "amount", 0, 0, 0, 0, 0, (), enrolled=True,
        notices=(s.Notice("member.enrolled"),), reward=REWARD),
    "keying-new-card": s.Keying(CARD, None, True, 0, 0, 0, -1, "amount", 0, 0, 0, 0, 0, ()),
    "keying-notice": s.Keying(
        CARD, MICHIKO, False, 12_480, 0, 0, 1, "points", 3_800, 99_999, 0, 3_800, 12_480, (),
        (s.Notice("points.too_few", {"needed": 87_519, "balance": 3_800}),),
    ),
    "keying-longest": s.Keying(
        CARD, LONG, False, 1_048_575, 104_857, 30, 688, "points", 9_999_999, 100_000, 98_999, 9_899_999, 1_047_574,
        ("春の大感謝祭のご案内。三月二十日から二十七日まで全品一割引です。",) * 3, guides=(BIRTHDAY, BOUGHT),
        reward=NextReward(99_999, 1_048_000, 1_048_000, 9_999_900), as_of_ms=AS_OF_MS, rank=LONG.rank,
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
    "waiting-reader": s.Waiting(unit=CardUnit.READER),
    "waiting-swipe": s.Waiting(unit=CardUnit.SWIPE),
    "waiting-swipe-again": s.Waiting(3_800, notices=(s.Notice("device.card_rewriter.swipe"),), unit=CardUnit.SWIPE),
    "waiting-swipe-replacing": s.Waiting(replaces=CARD, unit=CardUnit.SWIPE),
    "waiting-reader-basket": s.Waiting(589, BASKET, unit=CardUnit.READER),
    "writing-reader": s.Writing(CardUnit.READER),
    "writing-swipe": s.Writing(CardUnit.SWIPE),
    "swiping-write": s.Swiping(Swipe.WRITE, again=False),
    "swiping-prove": s.Swiping(Swipe.PROVE, again=False),
    "swiping-prove-again": s.Swiping(Swipe.PROVE, again=True),
    "swiping-read": s.Swiping(Swipe.READ, again=False),
    "type-number-weak": s.TypeNumber("1234567", False, "card.weak_chip", CardUnit.READER),
    "done-faceless": replace(DONE, face="none"),
    "off-card-weak": s.OffCardKeying(CARD, MICHIKO, s.Notice("card.weak_chip"), 3_800, 38, False),
    "locked": s.Locked(10),
    "waiting-amount": s.Waiting(3_800),
    "waiting-notice": s.Waiting(9_999_999, notices=(s.Notice("sale.unknown_product", {"value": "4901234567894"}),)),
    "waiting-basket": s.Waiting(589, BASKET),
    "waiting-basket-longest": s.Waiting(9_999_999, FULL, notices=(s.Notice("sale.two_references"),)),
    "waiting-replacing": s.Waiting(replaces=CARD),
    "waiting-replacing-notice": s.Waiting(replaces=CARD, notices=(s.Notice("sale.unknown_product"),)),
    "keying-basket": replace(
        KEYING, amount_yen=589, due_yen=589, earn=5, basket=BASKET, balance_after=12_485, messages=(),
        guides=(BOUGHT,),
    ),
    "keying-basket-points": replace(
        KEYING, amount_yen=589, due_yen=89, use_points=500, field="points", earn=0, basket=BASKET,
        balance_after=11_980, benefits=("誕生日の花束",),
    ),
    "keying-basket-longest": s.Keying(
        CARD, LONG, False, 1_048_575, 104_857, 30, 688, "points", 9_999_999, 100_000, 98_999, 9_899_999, 1_047_574,
        (), (s.Notice("points.too_few", {"needed": 87_519, "balance": 3_800}), s.Notice("visit.adjusted")),
        basket=FULL, benefits=("花束",), rank=LONG.rank,
    ),
    "keying-hints": replace(
        KEYING, guides=(BIRTHDAY, BOUGHT), benefits=("誕生日の花束", "新しいカップ"),
    ),
    "keying-no-purchase": replace(KEYING, amount_yen=0, earn=0, due_yen=0, balance_after=12_480, no_purchase=True),
    "off-card-basket": s.OffCardKeying(
        CARD, LONG, s.Notice("card.stale"), 9_999_999, 99_999, False, (s.Notice("visit.repair_late"),), FULL
    ),
    "off-card-basket-short": s.OffCardKeying(CARD, MICHIKO, s.Notice("card.stale"), 589, 5, True, (), BASKET),
    "menu": menu("メニュー", MENU),
    "menu-card": menu("このカードのメニュー", CARD_MENU),
    "asking-phone": s.Asking("入会", "phone", "0901234", "電話番号。聞けないときは、そのまま実行"),
    "asking-phone-wrong": s.Asking(
        "カードを忘れた方", "phone", "", "電話番号、または下4けた。名前で探すときは、そのまま実行",
        s.Notice("input.phone", {"value": "0901"}),
    ),
    "asking-pin": s.Asking("担当者の暗証番号", "pin", "12345678", "4〜8けたの数字"),
    "asking-pin-wrong": s.Asking("担当者の暗証番号", "pin", "", "4〜8けたの数字", s.Notice("visit.amount_missing")),
    "asking-kana": s.Asking("入会", "kana", "タカハシ ミチコ", "名前のカナ。なければ、そのまま実行"),
    "asking-kana-wrong": s.Asking(
        "カードを忘れた方", "kana", "", "名前のカナのはじめ", s.Notice("visit.amount_missing")
    ),
    "asking-yen": s.Asking("返品・取消", "yen", "1980", "返す金額。全部なら、そのまま実行"),
    "asking-count": s.Asking("数量", "count", "12"),
    "choosing": s.Choosing("カードを忘れた方", PEOPLE, more=True),
    "choosing-few": s.Choosing("明細の訂正", PEOPLE[:2]),
    "choosing-nine": s.Choosing("お客様の声", tuple(s.Option(f"見出し {number}") for number in range(1, 10))),
    "confirming": s.Confirming(
        "カードなしで会計", "カードのないお客様の会計として記録します。ポイントはつきません。", (("お会計", "3,800円"),)
    ),
    "confirming-danger": s.Confirming(
        "カードを止めますか", "このカードは、どの店でも使えなくなります。ポイントは新しいカードに移ります。",
        (("お名前", "勅使河原 権左衛門太郎"), ("カード", "1234-567-890")), is_dangerous=True,
    ),
    "confirming-day": s.Confirming(
        "一日を締める", "日報を印字して、今日を締めます。締めたあとの来店も、今日の数字に入ります。", DAY_LINES
    ),
    "told-lines": s.Told(None, "今日の数字", DAY_LINES),
    "told-long": s.Told(
        None, "今日の入会", tuple((f"担当者 {number}", f"{number}人") for number in range(1, 31))
    ),
    "told-notice": s.Told(s.Notice("points.card_full", {"maximum": 1_048_575}), "返品・取消"),
    "told-alone": s.Told(s.Notice("card.locked")),
    "told-report": s.Told(None, "日報", report=REPORT),
}  # fmt: skip
ONLINE = Status(online=True, visits_today=12, duty="山田")
OFFLINE = Status(online=False, unsent=36, visits_today=12)
TRAINING = Status(online=True, unsent=3, visits_today=12, duty="熱田 さくら", is_training=True)
STRAINED = Status(online=False, unsent=12_345, visits_today=12, duty="勅使河原 権左衛門太郎", is_training=True)
TROUBLE = Status(online=True, troubles=(s.Notice("device.link_missing", {"port": "/dev/enishi/card_rewriter"}),))


class Counter:
    """A kiosk with nobody behind it: keeps the keys, can refuse them."""

    def __init__(self, language: str = "ja") -> None:
        self.stage = Stage()
        self.touched: list[Touched] = []
        self.refuse = False
        self.sales: list[str] = []  # handed over by the POS
        self.withdrawn: list[str] = []
        self.board = PosBoard(lambda came: self.sales.append(came.basket.reference), self.withdrawn.append)
        self.renderer = Renderer("ひまわりマート 熱田店　レジ1", language, translation(language), "test")
        icons = Path(__file__).parents[2] / "assets/icons.svg"
        self.app = create_app(
            self.stage, self.renderer, self.press, lambda: {"state": "Idle"}, icons, LOOPBACK, PosDoor(self.board)
        )

    @property
    def keys(self) -> list[Key]:
        return [touched.key for touched in self.touched if isinstance(touched, KeyPressed)]

    def press(self, touched: Touched) -> None:
        if self.refuse:
            raise EnishiError("visit.inbox_full", limit=1)
        self.touched.append(touched)

    def show(self, name: str, status: Status = ONLINE) -> None:
        self.stage.show(SCENES[name])
        self.stage.surround(status)
