"""Files of members: sent, their columns named, looked through without writing, taken in, given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from flask import Response as FlaskResponse
from flask import abort, redirect, render_template, request, url_for

from server.access.rights import Right
from server.jobs import service as jobs
from server.members import attributes, intake, intake_file, intake_jobs
from server.members.blueprint import BLUEPRINT, Answer, note, refused, typed
from server.members.intake_jobs import Payload
from server.members.models import MemberImport, MemberImportRow
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms
from server.web.i18n import gettext as _
from server.web.i18n import sentence
from shared.errors import EnishiError, Refused
from shared.locale import N_

WHATS: Mapping[str, str] = {
    intake.NEW: N_("新しい会員"), intake.CHANGED: N_("内容が変わる会員"), intake.SAME: N_("同じなので何もしない"),
    intake.WRONG: N_("読めない行"),
}  # fmt: skip
ROWS_SHOWN = 100
SAMPLES = 3  # cells of a column beside its name
_NEUTRAL = ("=", "+", "-", "@", "\t", "\r")


@BLUEPRINT.get("/imports")
@needs(Right.MEMBERS_IMPORT)
def imports() -> str:
    return _imports({})


@BLUEPRINT.post("/imports")
@needs(Right.MEMBERS_IMPORT)
def upload() -> Answer:
    sent = request.files.get("file")
    try:
        if not scope().allows(typed("store")):
            raise EnishiError("input.store_unknown", value=typed("store")[:20])
        table = intake_file.read(sent.read() if sent else b"")
        file = intake.upload(db(), (sent.filename or "") if sent else "", typed("store"), table, actor(), now_ms())
    except EnishiError as error:
        return _imports(refused("store" if error.code.startswith("input") else "file", error)), 422
    _note("import_read", file.id)
    return redirect(url_for("members.import_one", number=file.id), 303)


@BLUEPRINT.get("/imports/<int:number>")
@needs(Right.MEMBERS_IMPORT)
def import_one(number: int) -> str:
    return _import(_find(number), {})


@BLUEPRINT.post("/imports/<int:number>/mapping")
@needs(Right.MEMBERS_IMPORT)
def map_import(number: int) -> Answer:
    """The columns are named; then the dry run begins."""
    file = _find(number)
    chosen = {name.removeprefix("column-"): value for name, value in request.form.items() if name[:7] == "column-"}
    try:
        intake.map_columns(db(), file, chosen)
    except EnishiError as error:
        return _import(file, refused("mapping", error)), 422
    _note("import_mapped", number)
    return _start(intake_jobs.JUDGE, file)


@BLUEPRINT.post("/imports/<int:number>/takings")
@needs(Right.MEMBERS_IMPORT)
def take_import(number: int) -> Answer:
    file = _find(number)
    try:
        intake.demand(file, intake.READ)
        if intake.counts(db(), number).get("", 0):
            raise EnishiError("intake.state")
    except EnishiError as error:
        return _import(file, refused("mapping", error)), 422
    intake.set_state(db(), file, intake.RUNNING, now_ms())
    _note("import_running", number)
    return _start(intake_jobs.TAKE, file)


@BLUEPRINT.post("/imports/<int:number>/undoings")
@needs(Right.MEMBERS_IMPORT)
def undo_import(number: int) -> Answer:
    file = _find(number)
    try:
        intake.demand(file, intake.DONE)
    except EnishiError as error:
        return _import(file, refused("mapping", error)), 422
    _note("import_undoing", number)
    return _start(intake_jobs.BACK, file)


@BLUEPRINT.get("/imports/<int:number>/report.csv")
@needs(Right.MEMBERS_IMPORT, step_up=True)
def report(number: int) -> FlaskResponse:
    """Every line with what becomes of it, in words; for Excel."""
    file = _find(number)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_("行"), _("結果"), _("理由"), *map(_harmless, intake.header(db(), file))])
    for row in intake.rows(db(), number):
        writer.writerow([row.line, _(WHATS.get(row.what, "")), _why(row), *map(_harmless, intake.cells_of(row))])
    body = text.getvalue().encode("utf-8-sig")
    name = f"import-{number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FlaskResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def _start(kind: str, file: MemberImport) -> Answer:
    seen = scope().stores
    payload = Payload(file.id, None if seen is None else tuple(sorted(seen)))
    job = jobs.start(db(), kind, payload, actor(), now_ms())
    return redirect(url_for("members.import_one", number=file.id, job=job), 303)


def _imports(errors: Mapping[str, Refused]) -> str:
    seen = stores.all_stores(db(), scope())
    return render_template(
        "members/imports.html", files=intake.files(db(), scope()), stores=seen, names=stores.names(db()),
        errors=errors, typed=request.form, rows_max=intake_file.ROWS_MAX,
    )  # fmt: skip


def _import(file: MemberImport, errors: Mapping[str, Refused]) -> str:
    head, asked = intake.header(db(), file), attributes.definitions(db())
    first = [intake.cells_of(row) for row in intake.rows(db(), file.id, limit=SAMPLES)]
    what = request.args.get("what", "")
    shown = intake.rows(db(), file.id, what if what in WHATS else "", ROWS_SHOWN)
    job = request.args.get("job", "")
    number = int(job) if job.isdecimal() and len(job) < 19 else 0
    return render_template(
        "members/import.html", file=file, header=head, errors=errors, typed=request.form, whats=WHATS, what=what,
        samples=[[cells[n] for cells in first if n < len(cells) and cells[n]] for n in range(len(head))],
        fields={**intake_file.FIELDS, **{one.field: one.name for one in asked}}, mapping=intake.mapping_of(file),
        counts=intake.counts(db(), file.id), rows=shown, whys={row.line: _why(row) for row in shown},
        cells={row.line: intake.cells_of(row) for row in shown}, most=ROWS_SHOWN,
        job_number=number if number and jobs.find(db(), number) else 0,
    )  # fmt: skip


def _why(row: MemberImportRow) -> str:
    said = [sentence(one) for one in intake.why_of(row).values()]
    if row.undone:
        said.append(_("元に戻しました") if row.undone == intake.BACK else _("あとから変わったので、そのままにしました"))
    return " ".join(said)


def _harmless(cell: str) -> str:
    """No spreadsheet reckons with it."""
    return f"'{cell}" if cell.startswith(_NEUTRAL) else cell


def _find(number: int) -> MemberImport:
    file = intake.find(db(), number, scope())
    if file is None:
        abort(404)
    return file


def _note(act: str, number: int) -> None:
    note(act, number, "import")
