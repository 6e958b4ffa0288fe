"""The programme in force and the templates by kind of shop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from server.programs import service
from shared.errors import EnishiError
from shared.points.program import Programme, validate_programme
from tests.contract.head_office_bench import START_MS, Bench


def test_every_template_is_a_programme_that_means_something() -> None:
    names = [path.stem for path in service.TEMPLATES.glob("*.toml")]
    assert "bakery" in names
    for name in names:
        validate_programme(service.template(name))


@pytest.mark.parametrize("name", ["nothing", "../bakery", "", "bakery.toml"])
def test_a_template_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(EnishiError, match=r"input\.programme_template"):
        service.template(name)


def test_a_new_version_gets_the_next_number_and_the_old_one_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        enacted = service.enact(session, Programme(version=77, name="新しいルール"), START_MS)
        assert enacted.version == 2
        assert service.current(session) == enacted
    bench.close()


def test_rules_that_mean_nothing_are_not_enacted(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "office")
    wrong = replace(Programme(), day_start_minute=-1)
    with pytest.raises(EnishiError, match=r"input\.programme"), bench.database.transaction() as session:
        service.enact(session, wrong, START_MS)
    with bench.database.reading() as session:
        current = service.current(session)
        assert current is not None
        assert current.version == 1
    bench.close()
