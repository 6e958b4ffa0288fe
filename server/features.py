"""The one list of features, lowest first: each uses the services of those above it here, never their pages."""

from __future__ import annotations

from server.benefits.web import FEATURE as BENEFITS
from server.cards.web import FEATURE as CARDS
from server.keys.web import FEATURE as KEYS
from server.ledger.web import FEATURE as LEDGER
from server.members.web import FEATURE as MEMBERS
from server.messages.web import FEATURE as MESSAGES
from server.products.web import FEATURE as PRODUCTS
from server.programs.web import FEATURE as PROGRAMS
from server.reconcile.web import FEATURE as RECONCILE
from server.sales.web import FEATURE as SALES
from server.shop.web import FEATURE as SHOP
from server.staff.web import FEATURE as STAFF
from server.stores.web import FEATURE as STORES
from server.sync.web import FEATURE as SYNC
from server.terminals.web import FEATURE as TERMINALS
from server.web.feature import Feature

FEATURES: tuple[Feature, ...] = (
    SHOP, STAFF, KEYS, STORES, TERMINALS, PROGRAMS, PRODUCTS, LEDGER, CARDS, MEMBERS, SALES, MESSAGES, BENEFITS, SYNC,
    RECONCILE,
)  # fmt: skip
