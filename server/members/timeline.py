"""What happened to a member, newest first: visits and points, words on the card, what staff wrote and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import msgspec
from sqlalchemy import func, select

from server.cards import service as cards
from server.ledger.models import COUNTED, Entry, Visit
from server.ledger.postings import FROM_CARD, GRANT, LAPSE, LOSS, OFF_CARD, TO_CARD
from server.members import consents, merging, service
from server.members.intake_file import FIELDS
from server.members.models import CardEnrolment, MemberChange, MemberConsent, MemberImportRow, MemberMemo
from server.staff import service as staff
from server.web.context import db, office
from server.web.feature import Happened
from server.web.i18n import gettext as _
from shared.ids import CardNo, MemberNo, format_card_no, format_member_no
from shared.locale import N_
from shared.units import format_number

PAGE = 50  # lines
FOREVER = 1 << 62
KINDS: Mapping[str, tuple[str, str]] = {  # kind -> icon, Japanese source text
    "visit": ("store", N_("来店")), "points": ("coins", N_("ポイント")), "message": ("message-square", N_("カード面")),
    "benefit": ("gift", N_("特典")), "voice": ("bell", N_("お客さまの声")), "memo": ("pencil", N_("メモ")),
    "change": ("clipboard-list", N_("登録の変更")), "consent": ("mail", N_("お知らせの承諾")),
    "card": ("credit-card", N_("カード")), "merge": ("users", N_("統合")),
}  # fmt: skip
_HOW = {service.EDITED: N_("登録の内容を変えました"), service.REGISTERED: N_("会員登録しました")}
_POSTINGS: Mapping[str, str] = {
    GRANT: N_("本部で加えた点"), LOSS: N_("本部で引いた点"), LAPSE: N_("期限が過ぎて失効"),
    OFF_CARD: N_("カードなしの来店"), TO_CARD: N_("新しいカードへ移動"), FROM_CARD: N_("前のカードから移動"),
}  # fmt: skip


def lines(number: int, before_ms: int = FOREVER, limit: int = PAGE, kind: str = "") -> Sequence[Happened]:
    """One page of them; ``kind``: only those."""
    numbers = service.numbers_of(db(), number)
    held = [card for owned in cards.of_members(db(), numbers).values() for card in owned]
    found = [
        *_visits(held, before_ms, limit), *_points(held, before_ms, limit), *_memos(numbers, before_ms, limit),
        *_changes(numbers, before_ms, limit), *_consents(numbers, before_ms, limit),
        *_enrolments(held, before_ms, limit), *_merges(numbers, before_ms),
    ]  # fmt: skip
    for feature in office().features:
        if feature.timeline is not None and held:
            found += feature.timeline(held, before_ms, limit)
    wanted = (one for one in found if not kind or one.kind == kind)
    return list(islice(sorted(wanted, key=lambda one: -one.at_ms), limit))


def _visits(held: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    wanted = select(Visit).where(Visit.card.in_(held), Visit.at_ms < before_ms).order_by(Visit.at_ms.desc())
    for visit in db().scalars(wanted.limit(limit)):
        told = [_("お買上 {yen}円").format(yen=format_number(visit.amount_yen))]
        if visit.earn:
            told.append(_("＋{n}点").format(n=format_number(visit.earn)))
        if visit.redeem:
            told.append(_("{n}点を使用").format(n=format_number(visit.redeem)))
        if visit.expired:
            told.append(_("{n}点が失効").format(n=format_number(visit.expired)))
        states = {COUNTED: "", "aborted": _("取りやめ"), "honoured": _("カードの外で付与"), "undecided": _("結果待ち")}
        words = _("来店") if visit.kind == "sale" else _("返金")
        yield Happened(visit.at_ms, "visit", f"{words}　{'　'.join(told)}", states.get(visit.state, ""), visit.store)


def _points(held: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    """Postings that belong to no visit; what only moved between lots is left out."""
    points = func.sum(Entry.points)
    wanted = (
        select(Entry.at_ms, Entry.kind, points)
        .where(Entry.card.in_(held), Entry.visit.is_(None), Entry.at_ms < before_ms)
        .group_by(Entry.at_ms, Entry.kind)
        .having(points != 0)
        .order_by(Entry.at_ms.desc())
        .limit(limit)
    )
    for at_ms, kind, total in db().execute(wanted):
        said = _(_POSTINGS.get(kind, N_("ポイントの記帳")))
        yield Happened(at_ms, "points", f"{said}　{int(total):+,}{_('点')}")


def _memos(numbers: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    people = staff.names(db())
    wanted = select(MemberMemo).where(MemberMemo.member.in_(numbers), MemberMemo.at_ms < before_ms)
    for memo in db().scalars(wanted.order_by(MemberMemo.at_ms.desc(), MemberMemo.id.desc()).limit(limit)):
        yield Happened(memo.at_ms, "memo", memo.text, people.get(memo.author, ""))


def _changes(numbers: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    people = staff.names(db())
    wanted = select(MemberChange).where(MemberChange.member.in_(numbers), MemberChange.at_ms < before_ms)
    for change in db().scalars(wanted.order_by(MemberChange.at_ms.desc(), MemberChange.id.desc()).limit(limit)):
        fields: list[str] = msgspec.json.decode(change.fields)
        named = "、".join(_(FIELDS[name]) for name in fields if name in FIELDS)
        words = _(_HOW.get(change.how, N_("登録の内容を変えました")))
        yield Happened(change.at_ms, "change", f"{words}{'：' + named if named else ''}", people.get(change.author, ""))
    taken = select(MemberImportRow).where(MemberImportRow.member.in_(numbers), MemberImportRow.after != b"")
    for row in db().scalars(taken.order_by(MemberImportRow.file.desc()).limit(limit)):
        at_ms = int(msgspec.json.decode(row.after)["columns"].get("changed_ms", 0))
        if at_ms < before_ms:
            yield Happened(at_ms, "change", _("ファイルから取り込みました"), _("{n}行目").format(n=row.line))


def _consents(numbers: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    wanted = select(MemberConsent).where(MemberConsent.member.in_(numbers), MemberConsent.at_ms < before_ms)
    for event in db().scalars(wanted.order_by(MemberConsent.at_ms.desc()).limit(limit)):
        answer = _("承諾") if event.yes else _("お断り")
        version = _("文面の版 {version}").format(version=event.version)
        yield Happened(event.at_ms, "consent", f"{_(consents.TITLES[event.channel])}：{answer}", version, event.place)


def _enrolments(held: Sequence[int], before_ms: int, limit: int) -> Iterator[Happened]:
    wanted = select(CardEnrolment).where(CardEnrolment.card.in_(held), CardEnrolment.at_ms < before_ms)
    for told in db().scalars(wanted.order_by(CardEnrolment.at_ms.desc()).limit(limit)):
        words = _("店頭で入会：カード {card}").format(card=format_card_no(CardNo(told.card)))
        yield Happened(told.at_ms, "card", words, "", told.store)


def _merges(numbers: Sequence[int], before_ms: int) -> Iterator[Happened]:
    for row in merging.of_members(db(), numbers):
        names = format_member_no(MemberNo(row.gone)), format_member_no(MemberNo(row.kept))
        if row.at_ms < before_ms:
            yield Happened(
                row.at_ms, "merge", _("会員 {gone} を {kept} に統合しました").format(gone=names[0], kept=names[1])
            )
        if row.undone_ms and row.undone_ms < before_ms:
            yield Happened(row.undone_ms, "merge", _("会員 {gone} の統合を取り消しました").format(gone=names[0]))
