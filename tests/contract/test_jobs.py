"""Long work on both databases: it survives its worker, each step counts once, and it says what came of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.jobs import service
from server.jobs.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from server.jobs.service import ATTEMPTS_MAX, KEPT_MS, LEASE_MS, PAYLOAD_MAX, RETRY_MS, Kind, Outcome, Run, Stopped
from server.jobs.worker import Worker
from server.stores import service as stores
from server.stores.models import Store
from shared.errors import EnishiError
from tests.contract.head_office_bench import START_MS, Bench

ROOT = Path(__file__).resolve().parents[2]
STEPS = 5
ADDED = "1軒ずつ加えました: {stores}軒"


def add_stores(run: Run, stop_after: int = STEPS) -> Outcome:
    """Adds a store a step: a second time would be refused."""
    for step in range(run.done, STEPS):
        if step == stop_after:
            raise KeyboardInterrupt
        with run.step(step + 1, STEPS, "店舗を加えています") as session:
            stores.add(session, f"J{step}", f"店{step}", run.now_ms())
    return Outcome(ADDED, {"stores": STEPS}, "/stores")


KINDS = {"stores": Kind("店舗を加える", add_stores)}


def start(bench: Bench, kind: str = "stores", payload: object = None) -> int:
    with bench.database.transaction() as session:
        return service.start(session, kind, payload, 1, bench.now_ms)


def job(bench: Bench, number: int) -> Job:
    with bench.database.reading() as session:
        found = service.find(session, number)
        assert found is not None
        session.expunge(found)
        return found


def worker(bench: Bench, run: Callable[[Run], Outcome] = add_stores) -> Worker:
    return Worker(bench.database, {"stores": Kind("店舗を加える", run)}, lambda: bench.now_ms)


def take(bench: Bench) -> Run:
    run = worker(bench).take()
    assert run is not None
    return run


def work(bench: Bench, run: Callable[[Run], Outcome] = add_stores) -> bool:
    """The next job, in this thread; whether there was one."""
    hands = worker(bench, run)
    taken = hands.take()
    if taken is not None:
        hands.work(taken)
    return taken is not None


def test_a_job_is_done_step_by_step_and_says_what_came_of_it(bench: Bench) -> None:
    number = start(bench)
    assert job(bench, number).state == WAITING
    assert work(bench)
    done = job(bench, number)
    assert (done.state, done.done, done.of, done.path, done.payload) == (DONE, STEPS, STEPS, "/stores", b"")
    assert (done.result, service.facts_of(done)) == (ADDED, {"stores": STEPS})
    assert not work(bench)


def test_jobs_are_done_in_their_order_and_unknown_kinds_are_left_alone(bench: Bench) -> None:
    other, first, second = start(bench, "unknown"), start(bench), start(bench)
    assert take(bench).number == first
    assert take(bench).number == second
    assert worker(bench).take() is None
    assert job(bench, other).state == WAITING


def test_a_job_of_a_dead_worker_goes_on_where_it_stood(bench: Bench) -> None:
    number = start(bench)
    dead = take(bench)
    with dead.step(1, STEPS) as session:
        stores.add(session, "J0", "店0", START_MS)
    assert worker(bench).take() is None
    bench.now_ms += LEASE_MS + 1
    heir = take(bench)
    assert (heir.number, heir.done) == (number, 1)
    with pytest.raises(service.Lost), dead.step(2, STEPS) as session:
        stores.add(session, "J1", "店1", START_MS)
    service.work(heir, KINDS["stores"])
    assert job(bench, number).state == DONE
    assert bench.count(Store) == 2 + STEPS


def test_a_step_that_fails_is_taken_back_whole(bench: Bench) -> None:
    number = start(bench)
    run = take(bench)

    def add_twice() -> None:
        with run.step(1, STEPS) as session:
            stores.add(session, "J0", "店0", START_MS)
            stores.add(session, "J0", "店0", START_MS)

    with pytest.raises(EnishiError, match=r"input\.store_taken"):
        add_twice()
    assert job(bench, number).done == 0
    assert bench.count(Store) == 2


def test_a_refusal_ends_the_job_with_its_reason(bench: Bench) -> None:
    number = start(bench)

    def refuse(_run: Run) -> Outcome:
        raise EnishiError("input.store_taken", value="1")

    work(bench, refuse)
    failed = job(bench, number)
    assert (failed.state, failed.error, service.facts_of(failed)) == (FAILED, "input.store_taken", {"value": "1"})


def test_an_unforeseen_failure_is_tried_again_and_given_up_in_the_end(bench: Bench) -> None:
    number = start(bench)

    def break_down(_run: Run) -> Outcome:
        raise ZeroDivisionError

    for attempt in range(1, ATTEMPTS_MAX + 1):
        with pytest.raises(ZeroDivisionError):
            work(bench, break_down)
        assert (job(bench, number).state, job(bench, number).attempts) == (WAITING, attempt)
        assert not work(bench, break_down)
        bench.now_ms += RETRY_MS + 1
    assert not work(bench, break_down)
    given_up = job(bench, number)
    assert (given_up.state, given_up.error) == (FAILED, "jobs.given_up")


def test_a_waiting_job_is_stopped_at_once_and_a_running_one_before_its_next_step(bench: Bench) -> None:
    waiting, running = start(bench), start(bench)
    with bench.database.transaction() as session:
        service.stop(session, session.get_one(Job, waiting), bench.now_ms)
    assert job(bench, waiting).state == CANCELLED
    run = take(bench)
    assert run.number == running
    with run.step(1, STEPS) as session:
        service.stop(session, session.get_one(Job, running), bench.now_ms)
    with pytest.raises(Stopped), run.step(2, STEPS):
        pytest.fail("a stopped job took another step")
    service.work(run, Kind("", add_stores))
    stopped = job(bench, running)
    assert (stopped.state, stopped.done) == (CANCELLED, 1)
    with pytest.raises(EnishiError, match=r"jobs\.over"), bench.database.transaction() as session:
        service.stop(session, session.get_one(Job, running), bench.now_ms)


def test_a_stopped_job_of_a_dead_worker_ends_too(bench: Bench) -> None:
    number = start(bench)
    take(bench)
    with bench.database.transaction() as session:
        service.stop(session, session.get_one(Job, number), bench.now_ms)
    assert job(bench, number).state == RUNNING
    bench.now_ms += LEASE_MS + 1
    assert worker(bench).take() is None
    assert job(bench, number).state == CANCELLED


def test_more_than_a_job_can_carry_is_refused(bench: Bench) -> None:
    with pytest.raises(EnishiError, match=r"jobs\.large"):
        start(bench, payload="あ" * (PAYLOAD_MAX // 3 + 1))
    assert bench.count(Job) == 0


def test_old_results_are_forgotten(bench: Bench) -> None:
    old = start(bench)
    work(bench)
    bench.now_ms += KEPT_MS + 1
    new = start(bench)
    with bench.database.reading() as session:
        assert service.find(session, old) is None
        assert service.find(session, new) is not None


def test_the_stamp_of_all_jobs_differs_after_every_step(bench: Bench) -> None:
    def stamp() -> str:
        with bench.database.reading() as session:
            return service.stamp(session)

    seen = [stamp()]
    start(bench)
    seen.append(stamp())
    run = take(bench)
    for step in range(2):
        with run.step(step + 1, STEPS):
            pass
        seen.append(stamp())
    assert len(set(seen)) == len(seen)


KILLED = """
import sys, threading
from server.app import system_now_ms
from server.db.database import Database
from server.jobs.worker import Worker
from server.jobs.service import Kind

def run(job):
    for step in range(2):
        with job.step(step + 1, 5) as session:
            from server.stores import service as stores
            stores.add(session, f"J{step}", f"店{step}", job.now_ms())
    with job.step(3, 5) as session:
        stores.add(session, "J2", "店2", job.now_ms())
        session.flush()
        sys.stdout.write("in the third step\\n"); sys.stdout.flush()
        threading.Event().wait()

Worker(Database(sys.argv[1]), {"stores": Kind("", run)}, lambda: int(sys.argv[2])).run()
"""


def test_a_worker_killed_in_mid_step_loses_nothing_and_does_nothing_twice(bench: Bench) -> None:
    number = start(bench)
    command = [sys.executable, "-c", KILLED, bench.settings.url, str(bench.now_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the third step\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (job(bench, number).state, job(bench, number).done) == (RUNNING, 2)
    assert worker(bench).take() is None
    bench.now_ms += LEASE_MS + 1
    assert work(bench)
    assert (job(bench, number).state, job(bench, number).attempts) == (DONE, 2)
    assert bench.count(Store) == 2 + STEPS


def test_a_worker_in_its_thread_does_what_comes_and_ends_when_it_is_told(bench: Bench) -> None:
    number = start(bench, payload={"a": 1})
    seen: list[bytes] = []
    hands: Worker

    def look(run: Run) -> Outcome:
        seen.append(run.payload)
        hands.stop()
        return Outcome("見ました")

    hands = worker(bench, look)
    hands.run()
    assert msgspec.json.decode(seen[0]) == {"a": 1}
    assert job(bench, number).state == DONE
