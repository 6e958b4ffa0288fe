"""Every named scenario, in the order in which a person would try them."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.scenarios.bad_cards import BAD_CARDS
from simulators.scenarios.broken_devices import BROKEN_DEVICES
from simulators.scenarios.cuts import CUTS
from simulators.scenarios.office_away import OFFICE_AWAY
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.visits import VISITS

GROUPS: tuple[tuple[Scenario, ...], ...] = (VISITS, CUTS, BAD_CARDS, BROKEN_DEVICES, OFFICE_AWAY)
SCENARIOS: Mapping[str, Scenario] = {one.name: one for group in GROUPS for one in group}
