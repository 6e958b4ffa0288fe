"""Every named scenario, in the order in which a person would try them."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.scenarios.afterwards import AFTERWARDS
from simulators.scenarios.bad_cards import BAD_CARDS
from simulators.scenarios.broken_devices import BROKEN_DEVICES
from simulators.scenarios.broken_lines import BROKEN_LINES
from simulators.scenarios.cuts import CUTS
from simulators.scenarios.members import MEMBERS
from simulators.scenarios.office_away import OFFICE_AWAY
from simulators.scenarios.other_units import OTHER_UNITS
from simulators.scenarios.people_and_day import PEOPLE_AND_DAY
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.selling import SELLING
from simulators.scenarios.visits import VISITS

GROUPS: tuple[tuple[Scenario, ...], ...] = (
    VISITS, SELLING, MEMBERS, AFTERWARDS, PEOPLE_AND_DAY, CUTS, BAD_CARDS, OTHER_UNITS,
    BROKEN_DEVICES, BROKEN_LINES, OFFICE_AWAY,
)  # fmt: skip
SCENARIOS: Mapping[str, Scenario] = {one.name: one for group in GROUPS for one in group}
