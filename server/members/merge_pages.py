"""Records that may be of one person: the candidates, the choice field by field, the merge and its undoing."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for

from server.access.rights import Right
from server.cards import service as cards
from server.members import attributes, consents, duplicates, merging, service
from server.members.blueprint import BLUEPRINT, Answer, find, looked, note, typed
from server.members.intake_file import FIELDS
from server.members.models import Member, MemberMerge
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.i18n import gettext as _
from server.web.i18n import sentence
from shared.errors import EnishiError, Refused
from shared.ids import parse_member_no
from shared.locale import N_

WORDS: Mapping[str, str] = {**FIELDS, "rank": N_("ランク"), "household": N_("家族・会社")}


@BLUEPRINT.get("/candidates")
@needs(Right.MEMBERS_MERGE)
def candidates() -> str:
    return render_template(
        "members/candidates.html", pairs=duplicates.pairs(db(), scope()), reasons=duplicates.REASONS,
        most=duplicates.PAIRS_MAX, typed=request.args, errors={},
    )  # fmt: skip


@BLUEPRINT.post("/apart")
@needs(Right.MEMBERS_MERGE)
def apart() -> Answer:
    """They are two people."""
    one, other = _number("one"), _number("other")
    duplicates.keep_apart(db(), one.number, other.number, actor(), now_ms())
    note("apart", one.number, other=other.number)
    return redirect(url_for("members.candidates"), 303)


@BLUEPRINT.get("/<int:number>/merges/new")
@needs(Right.MEMBERS_MERGE)
def ask_merge(number: int) -> Answer:
    """``with``: the number of the other record."""
    kept = find(number)
    try:
        gone = service.find(db(), parse_member_no(request.args.get("with", "")), scope())
        if gone is None or gone.number == kept.number:
            raise EnishiError("merge.same" if gone else "intake.unknown_member", value=request.args["with"][:20])
    except EnishiError as error:
        refused = Refused(error.code, {"value": request.args.get("with", "")[:20]})
        page = render_template(
            "members/candidates.html", pairs=duplicates.pairs(db(), scope()), reasons=duplicates.REASONS,
            most=duplicates.PAIRS_MAX, typed=request.args, errors={"with": refused},
        )  # fmt: skip
        return page, 422
    for one in (kept, gone):
        looked(one.number, "merge")
    return _choice(kept, gone)


@BLUEPRINT.post("/<int:number>/merges")
@needs(Right.MEMBERS_MERGE)
def merge(number: int) -> Answer:
    kept, gone = find(number), _number("gone")
    chosen = {name.removeprefix("side-"): value for name, value in request.form.items() if name.startswith("side-")}
    try:
        row = merging.merge(db(), kept, gone, chosen, actor(), now_ms())
    except EnishiError as error:
        flash(sentence(Refused(error.code, error.facts)))
        return redirect(url_for("members.candidates"), 303)
    note("merged", kept.number, gone=gone.number, merge=row.id)
    flash(_("2つの登録を1つにまとめました。まちがいなら、下の「統合」から取り消せます。"))
    return redirect(url_for("members.one", number=kept.number), 303)


@BLUEPRINT.get("/merges/<int:number>")
@needs(Right.MEMBERS_MERGE)
def merged(number: int) -> str:
    row = _merge(number)
    return _merged_page(row, merging.why_not(db(), row))


@BLUEPRINT.post("/merges/<int:number>/undoings")
@needs(Right.MEMBERS_MERGE)
def undo_merge(number: int) -> Answer:
    row = _merge(number)
    try:
        remains = merging.undo(db(), row, actor(), now_ms())
    except EnishiError as error:
        return _merged_page(row, error.code), 422
    note("unmerged", row.kept, gone=row.gone, merge=row.id, remains=list(remains))
    flash(_("統合を取り消して、2人の会員に戻しました。"))
    return redirect(url_for("members.merged", number=number), 303)


def _merged_page(row: MemberMerge, against: str) -> str:
    known = {one.field: one.name for one in attributes.definitions(db(), gone=True)}
    remains = [known.get(name) or (_(WORDS[name]) if name in WORDS else name) for name in merging.remains_of(row)]
    why = sentence(Refused(against)) if against else ""
    names = service.names(db(), [row.kept, row.gone])
    return render_template("members/merged.html", row=row, why=why, remains=remains, names=names)


def _choice(kept: Member, gone: Member) -> str:
    pair = (kept, gone)
    told = attributes.values_of(db(), [kept.number, gone.number])
    fields = [
        (name, _(WORDS[name]), getattr(kept, name), getattr(gone, name))
        for name in merging.FIELDS
        if getattr(kept, name) != getattr(gone, name)
    ]
    own = [
        (one.field, one.name, told[kept.number].get(one.id, ""), told[gone.number].get(one.id, ""))
        for one in attributes.definitions(db())
        if told[kept.number].get(one.id, "") != told[gone.number].get(one.id, "")
    ]
    suggested = {**merging.suggestion(kept, gone), **{name: "kept" if mine else "gone" for name, _t, mine, _o in own}}
    allowed = consents.strictest(consents.now(kept), consents.now(gone))
    return render_template(
        "members/merge.html", kept=kept, gone=gone, fields=[*fields, *own], suggested=suggested,
        cards=cards.of_members(db(), [one.number for one in pair]), allowed=allowed, channels=consents.TITLES,
        likeness=duplicates.compare(kept, gone), reasons=duplicates.REASONS,
    )  # fmt: skip


def _number(field: str) -> Member:
    text = typed(field)
    return find(int(text) if text.isdecimal() and len(text) < 19 else 0)


def _merge(number: int) -> MemberMerge:
    row = merging.find(db(), number)
    if row is None or not (service.is_known(db(), row.kept, scope()) or service.is_known(db(), row.gone, scope())):
        abort(404)
    return row
