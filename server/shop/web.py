"""The form of the shops' settings."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.shop import service
from server.shop.service import VOICE_CHARS_MAX, VOICES_MAX, Settings
from server.web.access import actor, needs
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.sale.codes import PriceInCode
from shared.sale.rules import PriceBasis, SaleRules
from shared.units import Rounding

BLUEPRINT = Blueprint("shop", __name__, template_folder="templates", url_prefix="/shop")
FEATURE = Feature(
    "shop",
    BLUEPRINT,
    menu=(MenuItem(Group.SALES, "settings", N_("販売の設定"), "shop.form", 9, Right.STORES_EDIT),),
    acts={"shop.changed": N_("販売の設定を変更")},
)
_FIELDS = {"shop.invoice_number": "invoice_number", "shop.voices": "voices"}
_ROUNDINGS = {
    Rounding.FLOOR.value: N_("切り捨て"), Rounding.CEIL.value: N_("切り上げ"), Rounding.HALF_UP.value: N_("四捨五入"),
}  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.STORES_EDIT)
def form() -> str:
    return _page(_typed(service.settings(db())), {})


@BLUEPRINT.post("")
@needs(Right.STORES_EDIT)
def save() -> Response | tuple[str, int]:
    try:
        wanted = _settings(request.form)
        service.change(db(), wanted, now_ms())
        audit.note(db(), actor(), "shop.changed", "shop:", _facts(wanted), now_ms())
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "prefixes"): Refused(error.code, error.facts)}
        return _page(request.form, errors), 422
    return redirect(url_for("shop.form"), 303)


def _page(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    return render_template(
        "shop/form.html", typed=typed, errors=errors, roundings=_ROUNDINGS, voices_max=VOICES_MAX,
        chars_max=VOICE_CHARS_MAX,
    )  # fmt: skip


def _facts(held: Settings) -> dict[str, object]:
    """For the audit log."""
    return {name: value for name, value in _typed(held).items() if name != "voices"} | {"voices": len(held.voices)}


def _typed(held: Settings) -> dict[str, str]:
    rules, label = held.sale_rules, held.sale_rules.price_in_code
    return {
        "price_basis": rules.price_basis.value,
        "tax_rounding": str(rules.tax_rounding.value),
        "prefixes": " ".join(label.prefixes),
        "price_digits": str(label.price_digits),
        "has_price_check": "1" if label.has_price_check else "",
        "invoice_number": held.invoice_number,
        "voices": "\n".join(held.voices),
        "needs_duty": "1" if held.needs_duty else "",
    }


def _settings(typed: Mapping[str, str]) -> Settings:
    """Anything can be sent; what no choice of the form is means the first one."""
    bases = {one.value: one for one in PriceBasis}
    digits = unicodedata.normalize("NFKC", typed.get("price_digits", "")).strip()
    label = PriceInCode(
        tuple(unicodedata.normalize("NFKC", typed.get("prefixes", "")).replace(",", " ").split()),
        int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 3 else -1,
        bool(typed.get("has_price_check")),
    )
    rules = SaleRules(
        bases.get(typed.get("price_basis", ""), PriceBasis.INCLUSIVE),
        {one.value: one for one in Rounding}.get(typed.get("tax_rounding", ""), Rounding.FLOOR),
        label,
    )
    number = unicodedata.normalize("NFKC", typed.get("invoice_number", "")).strip().upper()
    return Settings(rules, number, tuple(service.headings(typed.get("voices", ""))), bool(typed.get("needs_duty")))
