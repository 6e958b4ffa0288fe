"""Head office on both databases: what a contract test shows of one it shows of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest

from server.config import Settings
from tests.contract.head_office_bench import Bench, furnish
from tests.postgres import PostgresServer

THREADS = 16
Offices = Callable[[], AbstractContextManager[Bench]]


@pytest.fixture(scope="session")
def furnished(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The PostgreSQL database that every bench gets a copy of."""
    name = postgres.create()
    furnish(Settings(data_dir=tmp_path_factory.mktemp("furnished"), database_url=postgres.url(name)))
    return name


@pytest.fixture
def sqlite_offices(tmp_path: Path) -> Offices:
    numbers = count(1)

    @contextmanager
    def office() -> Iterator[Bench]:
        bench = Bench(tmp_path / f"sqlite-{next(numbers)}")
        yield bench
        bench.close()

    return office


@pytest.fixture
def postgres_offices(postgres: PostgresServer, furnished: str, tmp_path: Path) -> Offices:
    numbers = count(1)

    @contextmanager
    def office() -> Iterator[Bench]:
        with postgres.fresh(furnished) as url:
            bench = Bench(tmp_path / f"postgres-{next(numbers)}", database_url=url)
            yield bench
            bench.close()

    return office


@pytest.fixture(params=["sqlite", "postgres"])
def offices(request: pytest.FixtureRequest) -> Offices:
    """As many new head offices as a test wants, all on one kind of database."""
    made: Offices = request.getfixturevalue(f"{request.param}_offices")
    return made


@pytest.fixture
def postgres_bench(postgres_offices: Offices) -> Iterator[Bench]:
    with postgres_offices() as bench:
        yield bench


@pytest.fixture
def bench(offices: Offices) -> Iterator[Bench]:
    with offices() as bench:
        yield bench


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """More threads than any test has transactions at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield pool
