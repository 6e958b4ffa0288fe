"""Head office that cannot be reached."""

from __future__ import annotations

from shared.locale import N_
from simulators.scenarios.scenario import scenario

OFFICE_AWAY = (
    scenario(
        "head-office-away",
        N_("本部につながらない"),
        N_("お会計はいつもどおりできます。記録は端末にたまり、本部が戻ると届きます。"),
        "office off; serve new 1500; balance 15; office on; serve new 500; balance 20",
        office=True,
    ),
)
