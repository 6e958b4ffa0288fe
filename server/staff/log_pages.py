"""操作履歴: who did what and when; and showing what hides behind ●, which is a line of it."""

from __future__ import annotations

from datetime import date

from flask import abort, render_template, request, url_for

from server.access.rights import ROLE_NAMES, Right
from server.audit import service as audit
from server.audit.models import AuditRow
from server.staff import service
from server.staff.blueprint import BLUEPRINT, Answer
from server.staff.log_words import in_words
from server.stores import service as stores
from server.web.access import actor, needs, opens
from server.web.context import db, now_ms, office
from server.web.masking import KINDS
from shared.ids import CardNo, MemberNo, format_card_no, format_member_no
from shared.locale import N_
from shared.units import format_number

ABOUT = {  # what a line is about -> what it is called
    "member": N_("会員"), "card": N_("カード"), "store": N_("店舗"), "terminal": N_("端末"), "staff": N_("利用者"),
    "message": N_("メッセージ"), "benefit": N_("お渡しするもの"), "case": N_("確認の件"), "enrolment": N_("端末の登録"),
    "approval": N_("承認の件"), "shop": N_("販売の設定"), "export": N_("書き出し"), "report": N_("照合"),
    "segment": N_("対象者リスト"), "programme": N_("ポイントのルール"), "job": N_("作業"), "import": N_("取り込み"),
    "household": N_("家族・会社"), "attribute": N_("会員の項目"), "request": N_("個人情報の求め"),
    "lot": N_("カードの入荷"), "count": N_("カードの棚卸"), "hook": N_("外部への通知"),
    "notice": N_("お知らせの配信"), "draft": N_("ルールの変更案"), "version": N_("ルールの版"), "day": N_("日"),
    "layout": N_("カード面・レシート"), "layout-draft": N_("カード面・レシートの案"),
    "office": N_("本部のコンピューター"),
    # of a list that became a file: its name in files
    "members": N_("会員の一覧"), "segment-members": N_("対象者の一覧"), "notice-members": N_("お知らせの対象の一覧"),
    "stores": N_("店舗の一覧"), "terminals": N_("端末の一覧"), "days": N_("日報の一覧"),
    "voices": N_("お客さまの声の一覧"), "products": N_("商品の一覧"), "messages": N_("メッセージの一覧"),
    "benefits": N_("お渡しするものの一覧"), "cases": N_("確認の件の一覧"), "jobs": N_("作業の一覧"),
}  # fmt: skip
PAGES = {  # where it can be looked at
    "member": "members.one", "card": "cards.one", "terminal": "terminals.one", "staff": "staff.person",
    "case": "reconcile.case", "approval": "approvals.one", "segment": "segments.one", "job": "jobs.one",
    "import": "members.import_one", "household": "members.household", "attribute": "members.attribute",
    "request": "privacy.one", "hook": "hooks.one", "notice": "notices.one", "draft": "rulebook.draft",
    "enrolment": "terminals.enrolled", "layout": "layouts.version", "layout-draft": "layouts.draft",
}  # fmt: skip
NUMBER_DIGITS_MAX = 18


@BLUEPRINT.get("/audit")
@needs(Right.AUDIT_READ)
def log() -> str:
    wanted = _wanted()
    rows = audit.lines(db(), wanted)
    words, people = _words(), service.names(db())
    return render_template(
        "staff/log.html",
        rows=rows,
        total=audit.count(db(), wanted),
        wanted=wanted,
        words=words,
        acts=sorted(audit.acts(db()), key=lambda act: words.get(act, act)),
        people=people,
        roles={role.value: name for role, name in ROLE_NAMES.items()},
        about=_about,
        said={row.n: in_words(audit.facts_of(row), people, stores.names(db())) for row in rows},
        more=rows[-1].n if len(rows) == audit.LISTED_MAX else 0,
    )


@BLUEPRINT.post("/reveal/<kind>/<int:member>")
@needs(Right.PII_REVEAL)
def reveal(kind: str, member: int) -> Answer:
    """The words behind ●, as a part of the page or, without scripts, as a page of their own."""
    shown = None
    if kind in KINDS:
        found = (feature.reveal(kind, member) for feature in office().features if feature.reveal)
        shown = next((one for one in found if one is not None), None)
    if shown is None:
        abort(404)
    audit.note(db(), actor(), "members.revealed", f"member:{member}", {"kind": kind}, now_ms())
    part = request.headers.get("HX-Request")
    return render_template("staff/revealed_part.html" if part else "staff/revealed.html", shown=shown, member=member)


def _wanted() -> audit.Wanted:
    """Whatever was typed; what cannot be meant is left out."""
    day = request.args.get("day", "").strip()
    try:
        date.fromisoformat(day)
    except ValueError:
        day = ""
    actor_, before = request.args.get("person", ""), request.args.get("before", "")
    return audit.Wanted(_number(actor_, -1), request.args.get("act", "")[:60], day, _number(before, 0))


def _number(typed: str, otherwise: int) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else otherwise


def _words() -> dict[str, str]:
    """What each deed is called, as its feature says."""
    return {act: words for feature in office().features for act, words in feature.acts.items()}


def _about(row: AuditRow) -> tuple[str, str, str]:
    """What a line is about: its kind in words, which one, and where it is to be seen ("" = nowhere)."""
    kind, _colon, which = row.about.partition(":")
    number = _number(which, 0)
    endpoint = PAGES.get(kind, "")
    url = url_for(endpoint, number=number) if number and opens(endpoint) else ""
    if kind == "staff":
        which = service.names(db()).get(number, which)
    elif kind == "store":
        which = stores.names(db()).get(which, which)
    elif kind in ("member", "card") and number:
        which = format_member_no(MemberNo(number)) if kind == "member" else format_card_no(CardNo(number))
    elif number:
        which = format_number(number)
    return ABOUT.get(kind, kind), which, url
