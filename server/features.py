"""The one list of features, lowest first: each uses the services of those above it here, never their pages."""

from __future__ import annotations

from server.cards.web import FEATURE as CARDS
from server.keys.web import FEATURE as KEYS
from server.ledger.web import FEATURE as LEDGER
from server.members.web import FEATURE as MEMBERS
from server.messages.web import FEATURE as MESSAGES
from server.programs.web import FEATURE as PROGRAMS
from server.reconcile.web import FEATURE as RECONCILE
from server.staff.web import FEATURE as STAFF
from server.stores.web import FEATURE as STORES
from server.sync.web import FEATURE as SYNC
from server.terminals.web import FEATURE as TERMINALS
from server.web.feature import Feature

FEATURES: tuple[Feature, ...] = (
    STAFF, KEYS, STORES, TERMINALS, PROGRAMS, LEDGER, CARDS, MEMBERS, MESSAGES, SYNC, RECONCILE,
)  # fmt: skip
