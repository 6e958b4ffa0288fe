"""Every line of 照合結果: what is looked at, what it is called, and how bad an exception is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.orm import Session

from server.audit import service as log
from server.ledger import cases
from server.ledger.models import OPEN, Case
from server.reconcile.holes import lives
from server.sales import service as sales
from server.sales.models import DIFFERS
from server.segments import copying
from server.sync import audit
from server.sync.audit import Finding, Wrong
from server.sync.models import Backup, JournalStream, QuarantinedEvent
from server.terminals.models import Terminal, TerminalAlarm
from shared.locale import N_

HOUR_MS = 3_600_000
QUARANTINE_H = 48  # an event may wait this long for a person (faults L12)
BACKUP_H = 24  # without a fresh verified copy, terminals keep everything (faults S7)

GREEN, YELLOW, RED = "green", "yellow", "red"
Look = Callable[[Session, int], Finding]

_SET_ASIDE = select(func.count()).select_from(QuarantinedEvent)
_SET_ASIDE_LONG = (
    select(QuarantinedEvent.stream, QuarantinedEvent.seq, QuarantinedEvent.code)
    .where(QuarantinedEvent.at_ms <= bindparam("since_ms", type_=BigInteger))
    .order_by(QuarantinedEvent.at_ms)
)
_TERMINALS = select(func.count()).select_from(Terminal)
_OPEN_ALARMS = (
    select(TerminalAlarm.terminal, TerminalAlarm.kind).where(TerminalAlarm.settled_ms == 0).order_by(TerminalAlarm.id)
)
_NEWEST_BACKUP = select(func.max(Backup.at_ms))
_STREAMS = select(func.count()).select_from(JournalStream)
_SAFE_AHEAD = select(JournalStream.stream, JournalStream.terminal).where(
    JournalStream.durable_seq > JournalStream.head_seq
)
_OF_KINDS = Case.kind.in_(bindparam("kinds", expanding=True))
_CASES = select(func.count()).select_from(Case).where(_OF_KINDS)
_OPEN_CASES = (
    select(Case.kind, Case.subject, Case.card, Case.terminal, Case.id)
    .where(_OF_KINDS, Case.state == OPEN)
    .order_by(Case.opened_ms, Case.id)
)


@dataclass(frozen=True, slots=True)
class Check:
    """Japanese source texts: ``title``; ``meaning``, what is true while the line is green; ``remedy``, what to do when
    it is not. ``colour``: of an exception. ``of_points``: a red line means that points are not right.
    """

    name: str
    title: str
    meaning: str
    remedy: str
    look: Look
    colour: str = RED
    of_points: bool = False


def forks(session: Session, _now_ms: int) -> Finding:
    """I4, I5: copies that nobody has looked into yet."""
    return _cases(session, "forks", "cards of which a copy exists", (cases.FORK,))


def witnesses(session: Session, _now_ms: int) -> Finding:
    """I15: what images prove that no journal told."""
    return _cases(session, "witnesses", "images that nobody told of", (cases.WITNESS, cases.PENDING, cases.CAP))


def strangers(session: Session, _now_ms: int) -> Finding:
    """Tracks that no key of ours made."""
    return _cases(session, "strangers", "tracks that are not ours", (cases.FORGED,))


def stock(session: Session, _now_ms: int) -> Finding:
    """Cards in use that nobody has bought: numbers outside every lot."""
    return _cases(session, "stock", "cards of no lot", (cases.STRAY,))


def owed(session: Session, _now_ms: int) -> Finding:
    """I7: what cannot be brought onto a card because it has no numbers left."""
    return _cases(session, "owed", "cards that can be corrected no more", (cases.WORN,))


def quarantine(session: Session, now_ms: int) -> Finding:
    """I17: events that no rule could book, and that have waited too long for a person."""
    wrong = [
        Wrong(f"{stream.hex()} event {seq}: {code}", terminal=int.from_bytes(stream[:2], "big"))
        for stream, seq, code in session.execute(_SET_ASIDE_LONG, {"since_ms": now_ms - QUARANTINE_H * HOUR_MS})
    ]
    total = session.scalar(_SET_ASIDE) or 0
    return Finding("quarantine", f"events set aside for more than {QUARANTINE_H} h", total, tuple(wrong))


def alarms(session: Session, _now_ms: int) -> Finding:
    """I12: terminals that came back from the past, live twice, or moved into another machine."""
    total = session.scalar(_TERMINALS) or 0
    wrong = [Wrong(f"terminal {number}: {kind}", terminal=number) for number, kind in session.execute(_OPEN_ALARMS)]
    return Finding("alarms", "terminals with an open alarm", total, tuple(wrong))


def losses(session: Session, now_ms: int) -> Finding:
    """Ends of boots of which a later boot speaks and which never came: their cards will be witnesses."""
    wrong = []
    known = lives(session, now_ms)
    for number, life in sorted(known.items()):
        heads = {boot.stream: boot.head for boot in life.boots}
        for boot in life.boots:
            if boot.parent and heads.get(boot.parent, 0) < boot.parent_seq:
                missing = boot.parent_seq - heads.get(boot.parent, 0)
                wrong.append(Wrong(f"{boot.parent.hex()}: {missing} events never came", terminal=number))
    return Finding(
        "losses", "boots whose end never came", sum(len(life.boots) for life in known.values()), tuple(wrong)
    )


def backup(session: Session, now_ms: int) -> Finding:
    """S7: without a verified copy of today nothing may be forgotten anywhere."""
    newest = session.scalar(_NEWEST_BACKUP)
    late = newest is None or newest < now_ms - BACKUP_H * HOUR_MS
    age = "none" if newest is None else f"{(now_ms - newest) // HOUR_MS} h old"
    return Finding(
        "backup", "a verified copy of the books", 1, (Wrong(f"newest verified copy: {age}"),) if late else ()
    )


def durable(session: Session, _now_ms: int) -> Finding:
    """I13: nobody was told that more is safe than is held."""
    total = session.scalar(_STREAMS) or 0
    wrong = [
        Wrong(f"{stream.hex()}: called safe beyond its head", terminal=number)
        for stream, number in session.execute(_SAFE_AHEAD)
    ]
    return Finding("durable", "streams called safe no further than they reach", total, tuple(wrong))


def search_copy(session: Session, _now_ms: int) -> Finding:
    """Segments are answered from a copy of the books: it says what they say."""
    wrong = [
        Wrong(f"{name}: {ours:,} in the copy, {books:,} in the books")
        for name, (books, ours) in copying.differences(session).items()
    ]
    return Finding("search_copy", "figures of the copy for searches", copying.FIGURES, tuple(wrong))


def enrolments(session: Session, _now_ms: int) -> Finding:
    """Cards that got a holder or took a place, where two words stand against each other."""
    return _cases(session, "enrolments", "enrolments and replacements for a person", (cases.HOLDER, cases.REPLACED))


def days(session: Session, _now_ms: int) -> Finding:
    """Days that terminals closed with other figures than their own events have. What has not come yet is no fault."""
    wrong = [
        Wrong(f"{row.business_day} {name}: {theirs}, head office {ours}", terminal=row.terminal)
        for row in sales.open_days(session)
        if row.state == DIFFERS
        for name, (theirs, ours) in sales.closed_day(row).differences.items()
    ]
    return Finding("days", "closed days that equal their events", sales.count_closed(session), tuple(wrong))


def audit_log(session: Session, _now_ms: int) -> Finding:
    """Lines of the audit log that do not follow each other any more."""
    proof = log.verify(session)
    return Finding("audit_log", "lines of the audit log, in one chain", proof.lines, tuple(map(Wrong, proof.faults)))


def _cases(session: Session, name: str, subject: str, kinds: tuple[str, ...]) -> Finding:
    wanted = {"kinds": kinds}
    total = session.scalar(_CASES, wanted) or 0
    wrong = [
        Wrong(f"{kind} {subject[:16]}", card, terminal, number)
        for kind, subject, card, terminal, number in session.execute(_OPEN_CASES, wanted)
    ]
    return Finding(name, subject, total, tuple(wrong))


def _books(look: Callable[[Session], Finding]) -> Look:
    return lambda session, _now_ms: look(session)


_TO_SUPPORT = N_("記録はそのまま残し、システムの担当者に見せてください。直すまで、月の締めはしないでください。")
_TO_CASES = N_("確認を待っているものを1件ずつ開き、内容を読んで答えてください。")

CHECKS: tuple[Check, ...] = (
    Check(
        "streams", N_("端末の記録"), N_("どの端末の記録も、初めから終わりまで、抜けも書き換えもなく届いています。"),
        _TO_SUPPORT, _books(audit.streams), RED, True,
    ),
    Check(
        "accounts", N_("帳簿の釣り合い"), N_("すべての記帳に相手の勘定があり、合計が釣り合っています。"),
        _TO_SUPPORT, _books(audit.accounts), RED, True,
    ),
    Check(
        "figures", N_("来店と帳簿"), N_("来店で付けた点と使った点が、一点も残らず帳簿に載っています。"),
        _TO_SUPPORT, _books(audit.figures), RED, True,
    ),
    Check(
        "derived", N_("計算のやり直し"), N_("すべてのカードを初めから計算し直しても、帳簿は1行も変わりません。"),
        N_("今夜の照合で直ることがあります。あすも残っていたら、システムの担当者に見せてください。"),
        _books(audit.derived), RED, True,
    ),
    Check(
        "once", N_("二重計上"), N_("同じ来店を二度数えていません。"), _TO_SUPPORT, _books(audit.once), RED, True,
    ),
    Check(
        "images", N_("カードの中身"), N_("カードに書いた点数は、来店の記録どおりです。"),
        _TO_CASES, _books(audit.images), RED, True,
    ),
    Check(
        "expiry", N_("有効期限"), N_("期限の過ぎた点は残らず、期限の前に消えた点もありません。"),
        _TO_SUPPORT, _books(audit.expiry), RED, True,
    ),
    Check(
        "forks", N_("複製のうたがい"), N_("1枚のカードに、2通りの続きは見つかっていません。"), _TO_CASES, forks, YELLOW,
    ),
    Check(
        "witnesses", N_("届いていない来店"), N_("カードだけが知っている来店は、すべて説明がついています。"),
        _TO_CASES, witnesses, YELLOW,
    ),
    Check(
        "strangers", N_("確かめられないカード"), N_("本部の鍵で確かめられないカードは、使われていません。"),
        _TO_CASES, strangers, YELLOW,
    ),
    Check(
        "stock", N_("在庫にないカード"), N_("使われているカードは、すべて在庫に登録した番号です。"),
        _TO_CASES, stock, YELLOW,
    ),
    Check(
        "owed", N_("カードへの調整"), N_("帳簿とカードの差は、すべて次の来店で直せます。"), _TO_CASES, owed, YELLOW,
    ),
    Check(
        "enrolments", N_("入会と取り替え"), N_("入会したカードと取り替えたカードの持ち主は、すべて決まっています。"),
        _TO_CASES, enrolments, YELLOW,
    ),
    Check(
        "days", N_("日報"), N_("端末が締めた日の数字は、届いた記録の合計と一致しています。"),
        N_("日報のページで違う数字を見て、その端末のソフトウェアの版をシステムの担当者に伝えてください。点は正しいままです。"),
        days,
    ),
    Check(
        "quarantine", N_("取り置きの記録"), N_("読めずに48時間より長く取り置いた記録はありません。"),
        N_("端末のソフトウェアの版を確かめ、システムの担当者に見せてください。"), quarantine,
    ),
    Check(
        "alarms", N_("端末の異常"), N_("記録が過去に戻った端末や、同じ番号の2台目はありません。"),
        N_("その端末のページを開き、書かれているとおりに確かめてください。"), alarms,
    ),
    Check(
        "losses", N_("端末に残った記録"), N_("端末と一緒に失われたかもしれない記録はありません。"),
        N_("その端末の古いSDカードがあれば捨てずに残してください。なくても、カードが来店すれば点は戻ります。"),
        losses, YELLOW,
    ),
    Check(
        "audit_log", N_("操作履歴"), N_("だれが何をしたかの記録は、初めから終わりまで、抜けも書き換えもありません。"),
        N_("記録を書き換えた人がいるかもしれません。何も消さずに、システムの担当者に見せてください。"), audit_log,
    ),
    Check(
        "search_copy", N_("検索用の写し"), N_("対象者リストの検索に使う写しは、帳簿と一致しています。"),
        N_("サーバーを止め、データのフォルダーの members-0.duckdb を消して始め直してください。帳簿から作り直します。"),
        search_copy, YELLOW,
    ),
    Check(
        "durable", N_("控えの範囲"), N_("端末に「消してよい」と伝えた記録は、すべて控えにあります。"),
        _TO_SUPPORT, durable,
    ),
    Check(
        "backup", N_("控え（バックアップ）"), N_("確かめ済みの控えが、24時間以内に取れています。"),
        N_("サーバーで「python -m server backup フォルダー」を毎日動かしてください。それまで端末は記録を消しません。"),
        backup,
    ),
)  # fmt: skip
BY_NAME = {check.name: check for check in CHECKS}
