"""Pages of the layouts: what each store prints by, drafts with their preview, roll-out, versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.layouts import service
from server.layouts.checking import PART_NAMES, faults
from server.layouts.drawing import of_face, of_receipt
from server.layouts.examples import EXAMPLES, USUAL_EXAMPLE, example
from server.layouts.forms import MARGINS, layout_from, stock_from, typed_of
from server.layouts.models import NAME_MAX, LayoutDraft, LayoutVersion
from server.layouts.service import EVERYWHERE
from server.staff import service as staff
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, office, today
from server.web.feature import Feature, Group, MenuItem
from server.web.i18n import gettext as _
from server.web.i18n import translator
from shared.card.face import lay_out
from shared.card.layout import (
    HIDEABLE,
    OWN_LINES_MAX,
    PAPER_LINES_MAX,
    USUAL,
    Layout,
    replaced,
)
from shared.card.stock import GAP_MAX, FaceStock
from shared.card.trial import try_out
from shared.errors import EnishiError, Refused
from shared.locale import N_, Translate
from shared.visit.receipt import compose

BLUEPRINT = Blueprint("layouts", __name__, template_folder="templates", url_prefix="/layouts")
Answer = Response | str | tuple[str, int]
VERSIONS_SHOWN = 100


@BLUEPRINT.get("")
@needs(Right.TERMINALS_READ)
def overview() -> str:
    rows = service.versions(db())[:VERSIONS_SHOWN]
    return render_template(
        "layouts/overview.html", standing=service.standing(db(), scope()), drafts=service.open_drafts(db()),
        versions=rows, went=service.went_to(db(), [row.number for row in rows]), names=stores.names(db()),
        people=staff.names(db()),
    )  # fmt: skip


@BLUEPRINT.post("/drafts")
@needs(Right.LAYOUTS_EDIT)
def new() -> Response:
    """From a version, or from the product's usual."""
    base = service.version(db(), _number(request.form.get("version", "")))
    draft = service.new_draft(db(), base, _("いつもの形"), actor(), now_ms())
    audit.note(db(), actor(), "layouts.drafted", f"layout-draft:{draft.number}", {"version": draft.based_on}, now_ms())
    return redirect(url_for("layouts.draft", number=draft.number), 303)


@BLUEPRINT.get("/drafts/<int:number>")
@needs(Right.LAYOUTS_EDIT)
def draft(number: int) -> str:
    found = _draft(number)
    return _form(found, typed_of(found), _faults(service.layout_of(found), service.stock_of(found)))


@BLUEPRINT.post("/drafts/<int:number>")
@needs(Right.LAYOUTS_EDIT)
def save(number: int) -> Answer:
    """``then``: where to go; the next step only with what can be printed."""
    found, typed, errors = _draft(number), request.form, dict[str, Refused]()
    stock, layout = stock_from(typed, errors), layout_from(typed)
    try:
        service.checked_name(typed.get("name", ""))
    except EnishiError as error:
        errors["name"] = Refused(error.code, error.facts)
    errors = {**errors, **_faults(layout, stock)}
    if errors:
        return _form(found, typed, errors), 422
    service.save(db(), found, typed.get("name", ""), layout, stock, now_ms(), _printed())
    audit.note(db(), actor(), "layouts.changed", f"layout-draft:{number}", {}, now_ms())
    if typed.get("then") == "rollout":
        return redirect(url_for("layouts.ask_rollout", number=number), 303)
    return redirect(url_for("layouts.draft", number=number, _anchor="order" if typed.get("move") else None), 303)


@BLUEPRINT.post("/previews")
@needs(Right.LAYOUTS_EDIT, silent=True)
def preview() -> str:
    """For the form's live part: as it stands there, saved or not."""
    errors: dict[str, Refused] = {}
    stock, layout = stock_from(request.form, errors), layout_from(request.form)
    wrong = {**errors, **_faults(layout, stock)}
    return render_template("layouts/preview.html", wrong=wrong, **_pictures(layout, stock, request.form))


@BLUEPRINT.post("/drafts/<int:number>/removals")
@needs(Right.LAYOUTS_EDIT)
def drop(number: int) -> Response:
    service.drop(db(), _draft(number), now_ms())
    audit.note(db(), actor(), "layouts.dropped", f"layout-draft:{number}", {}, now_ms())
    return redirect(url_for("layouts.overview"), 303)


@BLUEPRINT.get("/drafts/<int:number>/rollouts/new")
@needs(Right.LAYOUTS_EDIT)
def ask_rollout(number: int) -> str:
    return _rollout_page(_draft(number), {})


@BLUEPRINT.post("/drafts/<int:number>/rollouts")
@needs(Right.LAYOUTS_EDIT)
def roll_out(number: int) -> Answer:
    return _rolled_out(_draft(number))


@BLUEPRINT.get("/versions/<int:number>")
@needs(Right.TERMINALS_READ)
def version(number: int) -> str:
    found = _version(number)
    pictures = _pictures(service.layout_of(found), service.stock_of(found), request.args)
    return render_template(
        "layouts/version.html", version=found, went=service.went_to(db(), [number]), names=stores.names(db()),
        people=staff.names(db()), wrong={}, **pictures,
    )  # fmt: skip


@BLUEPRINT.get("/versions/<int:number>/rollouts/new")
@needs(Right.LAYOUTS_EDIT)
def ask_return(number: int) -> str:
    return _rollout_page(_version(number), {})


@BLUEPRINT.post("/versions/<int:number>/rollouts")
@needs(Right.LAYOUTS_EDIT)
def go_back(number: int) -> Answer:
    """Back to a version is a new version of the same content."""
    return _rolled_out(_version(number))


def _form(found: LayoutDraft, typed: MultiDict[str, str], errors: dict[str, Refused]) -> str:
    layout, stock = layout_from(typed), stock_from(typed, {})
    return render_template(
        "layouts/draft.html", draft=found, typed=typed, errors=errors, order=layout.order, hidden=layout.hidden,
        hideable=HIDEABLE, part_names=PART_NAMES, margins=MARGINS, own_max=OWN_LINES_MAX, lines_max=PAPER_LINES_MAX,
        gap_max=GAP_MAX, name_max=NAME_MAX, wrong={}, **_pictures(layout, stock, typed),
    )  # fmt: skip


def _rollout_page(found: LayoutDraft | LayoutVersion, errors: dict[str, Refused]) -> str:
    layout, stock = service.layout_of(found), service.stock_of(found)
    return render_template(
        "layouts/rollout.html", found=found, is_draft=isinstance(found, LayoutDraft), errors=errors,
        shops=stores.all_stores(db(), scope()), chosen=request.form.getlist("stores"),
        may_all=scope().stores is None, wrong=_faults(layout, stock), **_pictures(layout, stock, request.args),
    )  # fmt: skip


def _rolled_out(found: LayoutDraft | LayoutVersion) -> Answer:
    """All stores and single ones together are refused: nobody knows which was meant."""
    targets = set(request.form.getlist("stores")) | ({EVERYWHERE} if request.form.get("where") == "all" else set())
    try:
        note = request.form.get("note", "")
        made = service.roll_out(db(), found, targets, note, actor(), now_ms(), scope(), _printed())
    except EnishiError as error:
        return _rollout_page(found, {"where": Refused(error.code, error.facts)}), 422
    facts = {"version": made.based_on, "stores": [store or "*" for store in sorted(targets)]}
    audit.note(db(), actor(), "layouts.rolled_out", f"layout:{made.number}", facts, now_ms())
    return redirect(url_for("layouts.overview"), 303)


def _pictures(layout: Layout, stock: FaceStock, typed: MultiDict[str, str]) -> dict[str, Any]:
    """For the template of the preview; ``sample`` chooses the example."""
    sample = typed.get("sample", USUAL_EXAMPLE)
    shops = stores.all_stores(db(), scope())
    told = example(sample, shops[0].name if shops else _("お店の名前"), today(), now_ms())
    face = lay_out(stock, told.face, _printed(), layout)
    return {
        "sample": sample, "samples": EXAMPLES, "face": of_face(face.face, stock),
        "receipt": of_receipt(compose(told.receipt, _printed(), layout=layout)), "no_room": len(face.no_room),
        "replaced": replaced(layout), "free_rows": try_out(layout, stock, _printed()).free_rows,
        "is_usual": layout == USUAL,
    }  # fmt: skip


def _faults(layout: Layout, stock: FaceStock) -> dict[str, Refused]:
    return faults(layout, stock, _printed(), _)


def _printed() -> Translate:
    """The language of this installation's cards."""
    return translator(office().settings.language)


def _draft(number: int) -> LayoutDraft:
    found = service.draft(db(), number)
    if found is None:
        abort(404)
    return found


def _version(number: int) -> LayoutVersion:
    found = service.version(db(), number)
    if found is None:
        abort(404)
    return found


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


FEATURE = Feature(
    "layouts",
    BLUEPRINT,
    menu=(
        MenuItem(Group.STORES, "receipt", N_("カード面・レシート"), "layouts.overview", 7, Right.TERMINALS_READ),
    ),
    acts={
        "layouts.drafted": N_("カード面・レシートの案を作った"),
        "layouts.changed": N_("カード面・レシートの案を直した"),
        "layouts.dropped": N_("カード面・レシートの案を消した"),
        "layouts.rolled_out": N_("カード面・レシートを店に配った"),
    },
)  # fmt: skip
