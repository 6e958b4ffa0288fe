"""The one list of features, lowest first: each uses the services of those above it here, never their pages."""

from __future__ import annotations

from collections.abc import Mapping

from server.adjustments.web import FEATURE as ADJUSTMENTS
from server.api.hook_web import FEATURE as HOOKS
from server.api.web import FEATURE as API_KEYS
from server.approvals.web import FEATURE as APPROVALS
from server.benefits.web import FEATURE as BENEFITS
from server.cards.web import FEATURE as CARDS
from server.jobs.service import Kind
from server.jobs.web import FEATURE as JOBS_PAGE
from server.keys.web import FEATURE as KEYS
from server.layouts.web import FEATURE as LAYOUTS
from server.ledger.web import FEATURE as LEDGER
from server.members import intake_jobs
from server.members.web import FEATURE as MEMBERS
from server.messages.notice_web import FEATURE as NOTICES
from server.messages.web import FEATURE as MESSAGES
from server.messages.work import KINDS as NOTICE_WORK
from server.privacy.web import FEATURE as PRIVACY
from server.products.web import FEATURE as PRODUCTS
from server.programs.web import FEATURE as PROGRAMS
from server.reconcile.web import FEATURE as RECONCILE
from server.rulebook import rank_work, replay
from server.rulebook.web import FEATURE as RULEBOOK
from server.sales.web import FEATURE as SALES
from server.segments.web import FEATURE as SEGMENTS
from server.segments.work import KINDS as SEGMENT_WORK
from server.shop.web import FEATURE as SHOP
from server.staff.web import FEATURE as STAFF
from server.stores.web import FEATURE as STORES
from server.sync.web import FEATURE as SYNC
from server.sync.web import REPLACING
from server.terminals.web import FEATURE as TERMINALS
from server.web.feature import Feature
from shared.locale import N_

FEATURES: tuple[Feature, ...] = (
    SHOP, STAFF, APPROVALS, JOBS_PAGE, KEYS, STORES, TERMINALS, LAYOUTS, PROGRAMS, PRODUCTS, LEDGER, CARDS, MEMBERS,
    SALES, ADJUSTMENTS, SEGMENTS, MESSAGES, NOTICES, BENEFITS, RULEBOOK, SYNC, REPLACING, PRIVACY, RECONCILE,
    API_KEYS, HOOKS,
)  # fmt: skip

# What the worker knows to do, by the kind that ``server.jobs.service.start`` is given.
JOBS: Mapping[str, Kind] = {
    **intake_jobs.KINDS,
    **SEGMENT_WORK,
    **NOTICE_WORK,
    **rank_work.KINDS,
    replay.KIND: Kind(N_("ルールの試算"), replay.run),
}
