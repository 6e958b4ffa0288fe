"""What is thought of a terminal: every figure at its edge, one below, on it and one above."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.terminals.judging import (
    CLOCK_ACT_MS,
    CLOCK_LOOK_MS,
    DAY_MS,
    FREE_ACT_MB,
    FREE_LOOK_MB,
    HEAD_LIFE_PRINTS,
    HEAD_LOOK_PRINTS,
    HOUR_MS,
    SILENT_ACT_MS,
    SILENT_LOOK_MS,
    UNSENT_ACT,
    UNSENT_LOOK,
    Level,
    Seen,
    judge,
    level,
    told,
    worst,
)
from server.terminals.models import ACTIVE, FROZEN, PENDING, REPLACED, REVOKED
from shared.errors import TEXTS, explain
from shared.locale import japanese
from shared.release import RELEASE
from shared.sync.health import DeviceHealth, Health

NOW = 1_795_000_000_000
WELL = Seen(ACTIVE, NOW, 0, RELEASE, health=Health(prints=10, free_mb=9_000))
ACT, LOOK, GOOD = Level.ACT, Level.LOOK, Level.GOOD

Case = tuple[int, Level, str]  # the figure, what is thought of it, the sentence's code


def edges(edge: int, below: Level, above: Level, low: str, high: str) -> list[Case]:
    return [(edge - 1, below, low), (edge, above, high), (edge + 1, above, high)]


SILENCE = [
    *edges(SILENT_LOOK_MS, GOOD, LOOK, "", "health.silent_minutes"),
    *edges(HOUR_MS, LOOK, LOOK, "health.silent_minutes", "health.silent_hours"),
    *edges(SILENT_ACT_MS, LOOK, ACT, "health.silent_hours", "health.silent_days"),
]
UNSENT = [
    (0, GOOD, ""),
    *edges(UNSENT_LOOK, GOOD, LOOK, "", "health.unsent"),
    *edges(UNSENT_ACT, LOOK, ACT, "health.unsent", "health.unsent"),
]
HEAD = [
    *edges(HEAD_LOOK_PRINTS, GOOD, LOOK, "", "health.head_soon"),
    *edges(HEAD_LIFE_PRINTS, LOOK, ACT, "health.head_soon", "health.head"),
]
CLOCK = [
    *edges(CLOCK_LOOK_MS, GOOD, LOOK, "", "health.clock_{way}"),
    *edges(CLOCK_ACT_MS, LOOK, ACT, "health.clock_{way}", "health.clock_{way}"),
    *edges(DAY_MS, ACT, ACT, "health.clock_{way}", "health.clock_days"),
]
SPACE = [
    *edges(FREE_ACT_MB, ACT, LOOK, "health.space", "health.space"),
    *edges(FREE_LOOK_MB, LOOK, GOOD, "health.space", ""),
    (0, ACT, "health.space"),
]


def found(seen: Seen) -> tuple[Level, list[str]]:
    return level(seen, NOW), [finding.code for finding in judge(seen, NOW)]


def one(wanted: Level, code: str) -> tuple[Level, list[str]]:
    return wanted, [code] if code else []


def test_a_terminal_that_is_well_has_no_finding() -> None:
    assert found(WELL) == (GOOD, [])


@pytest.mark.parametrize(("silent_ms", "wanted", "code"), SILENCE)
def test_silence_is_judged_by_how_long_it_lasts(silent_ms: int, wanted: Level, code: str) -> None:
    assert found(replace(WELL, contact_ms=NOW - silent_ms)) == one(wanted, code)


@pytest.mark.parametrize(("waiting", "wanted", "code"), UNSENT)
def test_unsent_records_are_judged_by_their_number(waiting: int, wanted: Level, code: str) -> None:
    assert found(replace(WELL, waiting=waiting)) == one(wanted, code)


@pytest.mark.parametrize(("prints", "wanted", "code"), HEAD)
def test_the_head_is_judged_by_its_prints(prints: int, wanted: Level, code: str) -> None:
    assert found(replace(WELL, head_prints=prints)) == one(wanted, code)


def test_a_unit_without_a_head_is_not_judged_by_it() -> None:
    assert found(replace(WELL, health=Health(rewrites=9), head_prints=HEAD_LIFE_PRINTS)) == (GOOD, [])


@pytest.mark.parametrize("way", ["ahead", "behind"])
@pytest.mark.parametrize(("off_ms", "wanted", "code"), CLOCK)
def test_the_clock_is_judged_by_how_far_it_is_off(off_ms: int, wanted: Level, code: str, way: str) -> None:
    skew_ms = off_ms if way == "ahead" else -off_ms
    assert found(replace(WELL, skew_ms=skew_ms)) == one(wanted, code.format(way=way))


@pytest.mark.parametrize(("free_mb", "wanted", "code"), SPACE)
def test_the_disk_is_judged_by_what_is_free(free_mb: int, wanted: Level, code: str) -> None:
    assert found(replace(WELL, health=Health(free_mb=free_mb))) == one(wanted, code)


NEXT = RELEASE.rsplit(".", 1)[0] + f".{int(RELEASE.rsplit('.', 1)[1]) + 1}"


@pytest.mark.parametrize(
    ("software", "wanted", "code"),
    [
        (RELEASE, GOOD, ""), (f"enishi {RELEASE}", GOOD, ""), (NEXT, GOOD, ""), ("", GOOD, ""), ("unknown", GOOD, ""),
        ("0.1.9", LOOK, "health.old"), ("enishi 0.1", LOOK, "health.old"), ("9" * 40, GOOD, ""),
    ],
)  # fmt: skip
def test_an_older_release_is_told_from_a_newer_one(software: str, wanted: Level, code: str) -> None:
    assert found(replace(WELL, software=software)) == one(wanted, code)


@pytest.mark.parametrize(
    ("device", "wanted"),
    [
        (DeviceHealth("card_rewriter", "tcp300"), GOOD),
        (DeviceHealth("card_rewriter", "tcp300", "device.silent"), ACT),
        (DeviceHealth("card_rewriter", "tcp300", "device.card_rewriter.no_answer"), ACT),
        (DeviceHealth("receipt_printer", "escpos", "device.receipt_printer.paper_low"), LOOK),
        (DeviceHealth("receipt_printer", "escpos", "device.receipt_printer.paper_out"), ACT),
        (DeviceHealth("keypad", "usb_numpad", "device.link_missing"), ACT),
        (DeviceHealth("scanner", "wedge", "device.link_missing"), LOOK),
        (DeviceHealth("robot", "r2", "robot.tired"), LOOK),
    ],
)
def test_a_device_is_judged_by_whether_the_counter_needs_it(device: DeviceHealth, wanted: Level) -> None:
    assert found(replace(WELL, health=Health(devices=(device,)))) == one(wanted, device.code)


@pytest.mark.parametrize(
    ("seen", "wanted", "code"),
    [
        (replace(WELL, contact_ms=0), LOOK, "health.never"),
        (replace(WELL, state=PENDING, contact_ms=0), LOOK, "health.never"),
        (replace(WELL, state=FROZEN), ACT, "health.frozen"),
        (replace(WELL, alarms=1), ACT, "health.alarm"),
        (replace(WELL, health=Health(mirror="ok")), GOOD, ""),
        (replace(WELL, health=Health(mirror="store.mirror_missing")), LOOK, "store.mirror_missing"),
        (replace(WELL, health=Health(training=True)), LOOK, "health.training"),
        (replace(WELL, health=None), GOOD, ""),
    ],
)
def test_everything_else_has_its_own_word(seen: Seen, wanted: Level, code: str) -> None:
    assert found(seen) == one(wanted, code)


@pytest.mark.parametrize("state", [REVOKED, REPLACED])
def test_nothing_is_expected_of_a_terminal_that_was_closed(state: str) -> None:
    assert found(Seen(state, 0, UNSENT_ACT, "0.0.1", 3)) == (Level.CLOSED, [])


seen_at_all = st.builds(
    Seen,
    st.sampled_from([PENDING, ACTIVE, FROZEN, REVOKED, REPLACED]),
    st.integers(0, NOW + DAY_MS),
    st.integers(0, 50_000),
    st.sampled_from(["", RELEASE, "0.1.0"]),
    st.integers(0, 3),
    st.none() | st.builds(Health, prints=st.integers(0, 99_999), free_mb=st.integers(0, 900), training=st.booleans()),
    st.integers(-(1 << 53), 1 << 53),
    st.integers(0, 99_999),
)


@given(seen_at_all)
def test_every_finding_has_its_two_sentences_and_the_worst_stands_first(seen: Seen) -> None:
    findings = judge(seen, NOW)
    assert list(findings) == sorted(findings, key=lambda finding: finding.level)
    if seen.state not in (REVOKED, REPLACED):
        assert level(seen, NOW) == worst(findings) <= worst(told(seen))
    for finding in findings:
        assert finding.code in TEXTS
        assert "…" not in "".join(explain(finding.code, finding.facts, japanese))
