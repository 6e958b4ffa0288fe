"""Which tests stay with one worker: those of a file that share what takes half a minute to make, a whole demo."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

FILES = ("test_kiosk_keyboard", "test_long_plays", "test_scenarios")


class Together(LoadScopeScheduling):
    """Every other test by itself goes to the next free worker."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if PurePath(file).stem in FILES else nodeid


def make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """For ``pytest_xdist_make_scheduler``. The largest groups begin first."""
    return Together(config, log)
