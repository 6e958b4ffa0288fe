"""API キー: made, shown once, renewed, revoked; and how to use them, drawn from the description itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.api import docs, hooks, keys, openapi
from server.api.calls import BODY_MAX, CALLS_BURST, CALLS_PER_MINUTE, PAGE_MAX
from server.api.events import KINDS
from server.api.keys import LIVES_D
from server.api.models import ApiKey
from server.api.scopes import AREAS, LEVEL_WORDS, LEVELS, SCOPES, decode_scopes, decode_stores, scope_name
from server.api.table import PREFIX
from server.audit import service as audit
from server.staff import service as staff
from server.stores import service as stores
from server.web.access import actor, needs
from server.web.context import db, now_ms, office
from server.web.feature import Feature, Group, MenuItem
from server.web.i18n import gettext as _
from server.web.i18n import language, translator
from shared.errors import EnishiError, Refused
from shared.locale import N_

BLUEPRINT = Blueprint("apikeys", __name__, template_folder="templates", url_prefix="/api-keys")
Answer = Response | str | tuple[str, int]
SOME = "some"  # only the stores that are ticked
LIFE_WORDS: Mapping[int, str] = {90: N_("3か月"), 365: N_("1年（おすすめ）"), 730: N_("2年"), 0: N_("期限なし")}
LIFE_DEFAULT = 365
_FIELDS = {"api.name": "name", "api.scopes": "scopes", "api.stores": "stores", "api.life": "life"}
assert set(LIFE_WORDS) == set(LIVES_D)


@BLUEPRINT.get("")
@needs(Right.API_KEYS)
def listing() -> str:
    rows = [(row, scopes_in_words(row), stores_in_words(row)) for row in keys.all_keys(db())]
    return render_template("apikeys/list.html", rows=rows, opens=lambda row: keys.opens(row, now_ms()))


@BLUEPRINT.get("/new")
@needs(Right.API_KEYS, step_up=True)
def new() -> str:
    return _form({"life": str(LIFE_DEFAULT), "reach": "all"}, (), (), {})


@BLUEPRINT.post("")
@needs(Right.API_KEYS, step_up=True)
def create() -> Answer:
    """The key is shown here and nowhere else, so this page answers itself."""
    form, scopes, codes = request.form, request.form.getlist("scopes"), request.form.getlist("stores")
    life = form.get("life", "")
    try:
        row, token = keys.make(
            db(), form.get("name", ""), scopes, codes if form.get("reach") == SOME else None,
            int(life) if life.isascii() and life.isdigit() and len(life) < 6 else -1, actor(), now_ms(),
        )  # fmt: skip
    except EnishiError as error:
        errors = {_FIELDS[error.code]: Refused(error.code, error.facts)}
        return _form(form, scopes, codes, errors), 422
    _note("key_made", row, scopes=sorted(decode_scopes(row.scopes)), stores=_codes(row))
    return _shown(row, token)


@BLUEPRINT.get("/<int:number>")
@needs(Right.API_KEYS, step_up=True)
def one(number: int) -> str:
    row = _find(number)
    return render_template(
        "apikeys/one.html", row=row, scopes=scopes_in_words(row), stores=stores_in_words(row),
        is_open=keys.opens(row, now_ms()), author=staff.names(db()).get(row.author, ""),
    )  # fmt: skip


@BLUEPRINT.post("/<int:number>/renewals")
@needs(Right.API_KEYS, step_up=True)
def renew(number: int) -> str:
    row = _find(number)
    token = keys.renew(db(), row, now_ms())
    _note("key_renewed", row)
    return _shown(row, token)


@BLUEPRINT.post("/<int:number>/revocations")
@needs(Right.API_KEYS, step_up=True)
def revoke(number: int) -> Response:
    row = _find(number)
    keys.revoke(db(), row, now_ms())
    _note("key_revoked", row)
    flash(_("このキーを無効にしました。もう使えません。"))
    return redirect(url_for("apikeys.one", number=number), 303)


@BLUEPRINT.get("/docs")
@needs(Right.API_KEYS)
def guide() -> str:
    """Nothing of it is loaded from elsewhere, and it is never older than the program."""
    described = openapi.document(translator(language()), office().settings.origin)
    return render_template(
        "apikeys/docs.html", areas=docs.parts(described), kinds=KINDS, base=office().settings.origin + PREFIX,
        problem=docs.fields(described, {"$ref": "#/components/schemas/Problem"}),
        told=docs.fields(described, {"$ref": "#/components/schemas/HookBody"}), secret_prefix=hooks.SECRET_PREFIX,
        per_minute=CALLS_PER_MINUTE, burst=CALLS_BURST, page_max=PAGE_MAX, body_kb=BODY_MAX >> 10,
        key_header=openapi.KEY_HEADER,
    )  # fmt: skip


def scopes_in_words(row: ApiKey) -> Sequence[str]:
    """会員（見る・変える）"""
    held = decode_scopes(row.scopes)
    found = []
    for area, title in AREAS.items():
        levels = [_(LEVEL_WORDS[level]) for level in LEVELS if scope_name(area, level) in held]
        if levels:
            found.append(_("{area}（{levels}）").format(area=_(title), levels=_("・").join(levels)))
    return found


def stores_in_words(row: ApiKey) -> Sequence[str] | None:
    """Names; None = all of them."""
    codes, names = _codes(row), stores.names(db())
    return None if codes is None else [names.get(code, code) for code in codes]


def _form(
    typed: Mapping[str, str], scopes: Sequence[str], codes: Sequence[str], errors: Mapping[str, Refused]
) -> str:  # fmt: skip
    return render_template(
        "apikeys/new.html", typed=typed, errors=errors, chosen=scopes, codes=codes, areas=AREAS, levels=LEVELS,
        level_words=LEVEL_WORDS, known=SCOPES, scope_name=scope_name, stores=stores.names(db()), lives=LIFE_WORDS,
        some=SOME,
    )  # fmt: skip


def _shown(row: ApiKey, token: str) -> str:
    return render_template("apikeys/made.html", row=row, token=token, base=office().settings.origin + PREFIX)


def _codes(row: ApiKey) -> Sequence[str] | None:
    codes = decode_stores(row.stores).stores
    return None if codes is None else sorted(codes)


def _find(number: int) -> ApiKey:
    row = keys.find(db(), number)
    if row is None:
        abort(404)
    return row


def _note(act: str, row: ApiKey, **facts: object) -> None:
    audit.note(db(), actor(), f"api.{act}", f"staff:{row.staff}", facts, now_ms())


FEATURE = Feature(
    "apikeys",
    BLUEPRINT,
    menu=(
        MenuItem(Group.ADMIN, "key-round", N_("API キー"), "apikeys.listing", 6, Right.API_KEYS),
        MenuItem(Group.ADMIN, "file-text", N_("API の使い方"), "apikeys.guide", 7, Right.API_KEYS),
    ),
    acts={
        "api.key_made": N_("API キーを作成"), "api.key_renewed": N_("API キーを作り直し"),
        "api.key_revoked": N_("API キーを無効に"), "api.member_registered": N_("API で会員を登録"),
        "api.member_changed": N_("API で会員の内容を変更"), "api.member_named": N_("API で会員に外部の番号を付け"),
        "api.member_unnamed": N_("API で会員の外部の番号をはずし"), "api.card_stopped": N_("API でカードを停止"),
        "api.points_given": N_("API でポイントを調整"), "api.points_asked": N_("API でポイントの調整を申請"),
        "api.message_written": N_("API でメッセージを作成"), "api.message_withdrawn": N_("API でメッセージを取り消し"),
    },
)  # fmt: skip
