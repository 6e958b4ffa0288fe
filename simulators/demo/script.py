"""The demo played without a browser: one card through four visits and a power cut, every figure at three places.

The clerk presses real keys, the terminals are real processes, head office is asked over HTTP. Amounts and expected
points are written down here by hand, so that no code of the product vouches for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.card.codec import Verdict, decode
from shared.card.image import CardImage
from shared.ids import CardNo, format_card_no
from shared.locale import N_, Translate
from simulators.bench.pictures import card_face, card_png, receipt_png
from simulators.bench.tray import TrayCard
from simulators.demo.books import TerminalBooks
from simulators.demo.clerk import Clerk
from simulators.demo.compare import Account, differences
from simulators.demo.face_check import shows
from simulators.demo.office import Office, OfficeCard
from simulators.demo.running import Running
from simulators.demo.set_up import check_books, head_office_url
from simulators.rig.counter import Counter

OFFICE_S = 20.0  # for head office or a terminal to hear of something
PAUSE_S = 0.1  # between two questions
RECEIPT_S = 10.0
LOGIN, PASSWORD = "demo", "kono-demo-dake-no-aikotoba"  # of a head office that lives for seconds
PERSON = {
    "family_name": "野原",
    "given_name": "つむぎ",
    "family_kana": "ノハラ",
    "given_kana": "ツムギ",
    "phone": "090-0000-0000",
    "postal_code": "259-9001",
    "prefecture": "神奈川県",
    "city": "桜野市",
    "street": "駅前1-2-3",
    "birthday": "1990-04-12",
}
NAME = "野原 つむぎ"
MESSAGE = "くるみパンが焼けました"
FIRST_YEN, SECOND_YEN, THIRD_YEN, FOURTH_YEN = 1_280, 9_650, 1_500, 2_390
USED_POINTS = 100
# 100 yen are a point; what points pay earns none: 12, 12 + 96, 108 - 100 + 14, 22 + 23
BALANCES = (12, 108, 22, 45)


class Differs(Exception):
    """Something is not as it must be; the text says what."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One line of the table: what was done, and what was seen."""

    done: str
    seen: str


class Script:
    """Plays once. ``say`` gets each scene when it is over; Differs or RigTimeout ends the play."""

    def __init__(self, running: Running, translate: Translate, say: Callable[[Scene], None]) -> None:
        self._running = running
        self._translate = translate
        self._say = say
        self._station, self._green = running.counters
        self._office = Office(head_office_url(running.prepared.ports))
        self._card: TrayCard = next(card for card in running.table.cards if card.kind == "new")
        self._pictures = 0
        self._member_page = ""

    @property
    def _number(self) -> CardNo:
        assert self._card.number is not None, "a new card of the tray is numbered"
        return self._card.number

    def play(self) -> None:
        """All scenes, in order."""
        self._sign_in()
        self._first_visit()
        self._register()
        self._second_visit()
        self._use_points()
        self._power_cut()
        self._compare()

    # --- scenes --------------------------------------------------------------------------------------------------

    def _sign_in(self) -> None:
        self._office.sign_in_by(self._running.prepared.admin_link, LOGIN, PASSWORD)
        self._scene(N_("本部に管理者を登録"), N_("1回かぎりのリンクで入りました"))

    def _first_visit(self) -> None:
        Clerk(self._station).serve(self._card.plastic, FIRST_YEN)
        self._keep(self._station, "first")
        self._expect_balance(BALANCES[0])
        self._await_office(1, BALANCES[0])
        self._scene(
            N_("駅前店：新しいカードでお買上げ {yen:,}円"),
            N_("カード {card}、残高 {points} 点。本部にも届きました"),
            yen=FIRST_YEN, card=format_card_no(self._number), points=BALANCES[0],
        )  # fmt: skip

    def _register(self) -> None:
        self._member_page = self._office.register(self._number, PERSON)
        self._office.write_message(self._number, MESSAGE)
        books = self._books(self._green)
        self._await(lambda: books.knows_member(self._number) == NAME, "the name at counter 2")
        self._await(lambda: books.due_message(self._number) == MESSAGE, "the message at counter 2")
        self._scene(
            N_("本部：会員とメッセージを登録"),
            N_("{name} 様「{text}」が緑町店の端末に届きました"),
            name=NAME,
            text=MESSAGE,
        )

    def _second_visit(self) -> None:
        Clerk(self._green).serve(self._card.plastic, SECOND_YEN)
        self._keep(self._green, "second")
        self._expect_balance(BALANCES[1])
        self._expect_on_face(NAME)
        self._expect_on_face(MESSAGE)
        self._await(lambda: self._office.is_printed(MESSAGE), "the proof of printing at head office")
        self._scene(
            N_("緑町店：2回目の来店 {yen:,}円"),
            N_("カードの面に名前とメッセージ、残高 {points} 点。印字の証拠が本部に戻りました"),
            yen=SECOND_YEN, points=BALANCES[1],
        )  # fmt: skip

    def _use_points(self) -> None:
        Clerk(self._green).serve(self._card.plastic, THIRD_YEN, USED_POINTS)
        self._keep(self._green, "third")
        self._expect_balance(BALANCES[2])
        self._scene(
            N_("緑町店：{used} 点を使って {yen:,}円"), N_("残高 {points} 点"),
            used=USED_POINTS, yen=THIRD_YEN, points=BALANCES[2],
        )  # fmt: skip

    def _power_cut(self) -> None:
        clerk = Clerk(self._station)
        clerk.key_in(self._card.plastic, FOURTH_YEN)
        self._station.cut_power_while_writing()
        self._station.press("enter")
        self._station.wait_power_cut()
        if not self._card.plastic.torn:
            raise Differs("the power cut missed the magnetic pass")
        self._scene(N_("駅前店：{yen:,}円の書込み中に電源断"), N_("磁気の記録は途中で切れています"), yen=FOURTH_YEN)
        self._station.restore_power()
        clerk.recover(self._card.plastic, self._number)
        self._keep(self._station, "recovered")
        self._expect_balance(BALANCES[3])
        self._scene(
            N_("駅前店：電源を入れ、同じカードを入れる"),
            N_("来店は1回だけ数えられ、残高 {points} 点"), points=BALANCES[3],
        )  # fmt: skip

    def _compare(self) -> None:
        office_card = self._await_office(len(BALANCES), BALANCES[3])
        self._await(
            lambda: not any(self._books(counter).unsent() for counter in self._running.counters), "an empty outbox"
        )
        account = Account(
            self._image(),
            self._card.plastic.track or "",
            tuple(self._books(counter).visits(self._number) for counter in self._running.counters),
            office_card,
            self._office.points_of_member(self._member_page),
        )
        found = differences(account, BALANCES[3], (FIRST_YEN, SECOND_YEN, THIRD_YEN, FOURTH_YEN))
        all_agree, said = check_books(self._running.prepared.places, self._running.prepared.ports)
        if not all_agree:
            found.append(said)
        if found:
            raise Differs("\n".join(found))
        self._scene(
            N_("端末・カード・本部をくらべる"),
            N_("残高、来店、金額、最後の記録がすべて一致。本部の検算も一致しました"),
        )

    # --- looking -------------------------------------------------------------------------------------------------

    def _image(self) -> CardImage:
        decoded = decode(self._card.plastic.track or "", self._running.prepared.ring)
        if decoded.verdict is not Verdict.OK or decoded.image is None or self._card.plastic.torn:
            raise Differs(f"the card's stripe: {decoded.verdict.value}")
        return decoded.image

    def _expect_balance(self, points: int) -> None:
        balance = self._image().balance
        if balance != points:
            raise Differs(f"balance on the card: {balance} instead of {points}")

    def _expect_on_face(self, text: str) -> None:
        if not shows(card_face(self._card.plastic), text, self._running.table.fonts):
            raise Differs(f"not printed on the face: {text}")

    def _books(self, counter: Counter) -> TerminalBooks:
        return TerminalBooks(counter.plan.data_dir / "journal.db", counter.plan.journal_key_file)

    def _await_office(self, seq: int, balance: int) -> OfficeCard:
        """Until head office knows the card's ``seq``-th visit. Raises Differs."""
        seen: list[OfficeCard | None] = [None]

        def arrived() -> bool:
            seen[0] = self._office.card(self._number)
            return seen[0] is not None and (seen[0].seq, seen[0].balance) == (seq, balance)

        self._await(arrived, f"visit {seq} with {balance} points at head office")
        card = seen[0]
        assert card is not None, "it has just arrived"
        return card

    def _await(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + OFFICE_S
        while not is_so():
            trouble = self._running.stopped()
            if trouble:
                raise Differs(f"a process ended by itself: {trouble}")
            if time.monotonic() > deadline:
                raise Differs(f"{what}: not within {OFFICE_S:g} s; logs in {self._running.prepared.places.root}")
            time.sleep(PAUSE_S)

    # --- telling -------------------------------------------------------------------------------------------------

    def _scene(self, done: str, seen: str, **facts: str | int) -> None:
        self._say(Scene(self._translate(done).format(**facts), self._translate(seen).format(**facts)))

    def _keep(self, counter: Counter, name: str) -> None:
        """The face and the visit's receipt as pictures."""
        printer = counter.receipt_printer
        counter.wait_until(lambda: bool(printer.slips) and not printer.open_lines, RECEIPT_S, "a receipt")
        slip = counter.look(lambda: printer.slips[-1])
        self._pictures += 1
        folder = self._running.prepared.places.pictures
        folder.mkdir(exist_ok=True)
        (folder / f"{self._pictures}-{name}-face.png").write_bytes(card_png(self._card.plastic))
        (folder / f"{self._pictures}-{name}-receipt.png").write_bytes(receipt_png(slip, self._running.table.fonts))
