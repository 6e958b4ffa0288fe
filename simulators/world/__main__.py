"""``python -m simulators.world --seeds 500``: many worlds on two processes; a failing seed says how to see it again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from simulators.world.run import Kind, Outcome, play


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="enishi sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds (default 100)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed (default 1)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default 2)")
    kinds = [kind.value for kind in Kind]
    parser.add_argument("--kind", choices=kinds, default="mixed", help="every byte on wires, weeks of a chain, or both")
    given = parser.parse_args(arguments)
    if given.seeds < 1 or given.jobs < 1:
        parser.error("--seeds and --jobs begin at 1")
    seeds = [given.seed] if given.seed is not None else list(range(given.first, given.first + given.seeds))
    started = time.monotonic()
    failed, totals = 0, dict[str, int]()
    for done, outcome in enumerate(play(seeds, min(given.jobs, len(seeds)), Kind(given.kind)), 1):
        for name, count in outcome.counts.items():
            totals[name] = totals.get(name, 0) + count
        if outcome.violations:
            failed += 1
            _tell_failure(outcome, given.kind)
        _progress(done, len(seeds), failed, time.monotonic() - started)
    _say(f"\n{len(seeds)} seeds, {failed} with violations, {time.monotonic() - started:.1f} s")
    _say(", ".join(f"{name} {count:,}" for name, count in sorted(totals.items())))
    return 1 if failed else 0


def _tell_failure(outcome: Outcome, kind: str) -> None:
    _say(f"\nseed {outcome.seed}: see it again with ./enishi sim --kind {kind} --seed {outcome.seed}")
    for violation in outcome.violations:
        _say(f"  {violation}")


def _progress(done: int, total: int, failed: int, seconds: float) -> None:
    if sys.stdout.isatty() or done == total or done % 50 == 0:
        end = "\r" if sys.stdout.isatty() else "\n"
        sys.stdout.write(f"{done}/{total} seeds, {failed} failed, {seconds:.0f} s{end}")
        sys.stdout.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
