"""Who may do what: rights that views ask for, and the roles that bundle them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from shared.locale import N_


class Right(Enum):
    """What a view may ask for."""

    MEMBERS_READ = "members.read"
    PII_REVEAL = "pii.reveal"
    MEMBERS_EDIT = "members.edit"
    MEMBERS_MERGE = "members.merge"
    MEMBERS_IMPORT = "members.import"
    EXPORT = "export"
    CARDS_EDIT = "cards.edit"
    POINTS_ADJUST = "points.adjust"
    POINTS_APPROVE = "points.approve"
    LEDGER_READ = "ledger.read"
    PROGRAMME_READ = "programme.read"
    PROGRAMME_EDIT = "programme.edit"
    PROGRAMME_ENACT = "programme.enact"
    SEGMENTS = "segments"
    MESSAGES = "messages"
    SALES_READ = "sales.read"
    PRODUCTS_EDIT = "products.edit"
    STORES_EDIT = "stores.edit"
    TERMINALS_READ = "terminals.read"
    TERMINALS_EDIT = "terminals.edit"
    LAYOUTS_EDIT = "layouts.edit"
    KEYS = "keys"
    STAFF_EDIT = "staff.edit"
    AUDIT_READ = "audit.read"
    PRIVACY = "privacy"
    API_KEYS = "api_keys"
    RECONCILE_READ = "reconcile.read"
    RECONCILE_DECIDE = "reconcile.decide"
    SETTINGS = "settings"


class Role(Enum):
    """Who signs in at head office. ``server.staff.models.COUNTER`` serves at a counter only."""

    ADMIN = "admin"
    OFFICE = "office"
    MANAGER = "manager"
    CLERK = "clerk"
    ASSOCIATION = "association"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.ADMIN: N_("本部管理者"),
    Role.OFFICE: N_("本部担当"),
    Role.MANAGER: N_("店長"),
    Role.CLERK: N_("店員（閲覧）"),
    Role.ASSOCIATION: N_("商店会事務局"),
    Role.AUDITOR: N_("監査"),
}

_READS = frozenset({
    Right.MEMBERS_READ, Right.LEDGER_READ, Right.PROGRAMME_READ, Right.SALES_READ, Right.TERMINALS_READ,
    Right.RECONCILE_READ,
})  # fmt: skip
_OFFICE = _READS | {
    Right.PII_REVEAL, Right.MEMBERS_EDIT, Right.MEMBERS_MERGE, Right.MEMBERS_IMPORT, Right.EXPORT, Right.CARDS_EDIT,
    Right.POINTS_ADJUST, Right.POINTS_APPROVE, Right.PROGRAMME_EDIT, Right.SEGMENTS, Right.MESSAGES,
    Right.PRODUCTS_EDIT, Right.STORES_EDIT, Right.TERMINALS_EDIT, Right.LAYOUTS_EDIT, Right.PRIVACY,
    Right.RECONCILE_DECIDE,
}  # fmt: skip
_MANAGER = _READS | {
    Right.PII_REVEAL, Right.MEMBERS_EDIT, Right.CARDS_EDIT, Right.POINTS_ADJUST, Right.SEGMENTS, Right.MESSAGES,
}  # fmt: skip

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.OFFICE: _OFFICE,
    Role.MANAGER: _MANAGER,
    Role.CLERK: frozenset({Right.MEMBERS_READ, Right.PROGRAMME_READ, Right.SALES_READ}),
    Role.ASSOCIATION: frozenset({Right.PROGRAMME_READ, Right.SALES_READ, Right.LEDGER_READ, Right.TERMINALS_READ}),
    Role.AUDITOR: _READS | {Right.AUDIT_READ},
}
