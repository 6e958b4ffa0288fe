"""How fast the two framings are: against COBS in C, against pymodbus, against the line; and under hostile input.

``python -m tests.benchmarks.codec``; seconds of this process (another's do not count), medians of interleaved rounds,
so that a busy moment of the machine hits everybody alike. Ends with 1 if a goal is missed. Needs the extra ``bench``.
"""

from __future__ import annotations

import binascii
import gc
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any, Protocol

from cobs import cobs
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU

from terminal.protocol.framing import hdlc, stx_bcc

ROUNDS = 5
SEED = 17
LINE_BYTES_PER_S = 11_520  # 115,200 baud, 8N1
FRAMES = 12_000
FRAMES_BY_ONE = 3_000  # for reads of one byte, which are ten times slower
HOSTILE_BYTES = 65_536  # and twice as many, to see that the time doubles

COBS_RATIO_MIN = 0.20  # of COBS in C with a CRC in C, reads of 64 bytes
PYMODBUS_RATIO_MIN = 3.0
ONE_BYTE_RATIO_MIN = 100.0  # of the line rate
HOSTILE_RATIO_MIN = 20.0  # of the line rate
DOUBLING_MAX = 2.6  # twice the input may take so much longer; a quadratic decoder takes 4
KEPT_BYTES_MAX = 2_048  # between two reads, whatever comes


class Decoder(Protocol):
    """What both framings and the peer have in common."""

    def feed(self, data: bytes) -> Sequence[object]: ...


class CobsDecoder:
    """The limit: split at zero, decode and check in C."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads of the frames that ``data`` completes."""
        *whole, self._kept = (self._kept + data).split(b"\0")
        payloads = []
        for piece in whole:
            body = cobs.decode(piece)
            if binascii.crc_hqx(body[:-2], 0) == body[-2] << 8 | body[-1]:
                payloads.append(body[:-2])
        return payloads


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement: a stream cut into reads, fed to a fresh decoder."""

    name: str
    make: Callable[[], Decoder]
    reads: tuple[bytes, ...]
    frames: int | None  # that must come out; None = whatever does

    @property
    def size(self) -> int:
        return sum(map(len, self.reads))


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the least that it must be."""

    name: str
    value: float
    at_least: float

    @property
    def is_met(self) -> bool:
        return self.value >= self.at_least


def main() -> int:
    """Measure, print, judge."""
    started = time.perf_counter()
    cases = [*good_cases(), *hostile_cases()]
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    modbus: list[float] = []
    gc.disable()  # as timeit does
    for _ in range(ROUNDS):
        for case in cases:
            seconds[case.name].append(timed(case))
        modbus.append(pymodbus_rate())
    gc.enable()
    rates = {case.name: case.size / median(seconds[case.name]) for case in cases}
    report(rates, median(modbus))
    goals = [*good_goals(rates, median(modbus)), *hostile_goals(cases, seconds, rates)]
    failed = [goal for goal in goals if not goal.is_met]
    for goal in goals:
        say(f"{'ok  ' if goal.is_met else 'MISS'} {goal.name}: {goal.value:.2f} (goal {goal.at_least:g})")
    say(f"{len(goals) - len(failed)} of {len(goals)} goals met in {time.perf_counter() - started:.1f} s")
    return 1 if failed else 0


# --- what is measured ----------------------------------------------------------------------------------------


def text_payloads(count: int) -> list[bytes]:
    """Frames as the TCP300II has them: ASCII, 25 to 64 bytes."""
    random = Random(SEED)
    return [
        b"R01%016d%06d%b" % (random.randrange(10**16), random.randrange(10**6), b"A" * random.randrange(40))
        for _ in range(count)
    ]


def binary_payloads(count: int) -> list[bytes]:
    """Any bytes, so that stuffing has work."""
    random = Random(SEED)
    return [random.randbytes(random.randrange(25, 65)) for _ in range(count)]


def cobs_frame(payload: bytes) -> bytes:
    """Payload and CRC-16, without zeros, and the zero."""
    encoded: bytes = cobs.encode(payload + binascii.crc_hqx(payload, 0).to_bytes(2, "big"))
    return encoded + b"\0"


def good_cases() -> Iterable[Case]:
    """Well-formed streams at two sizes of read."""
    framings: list[tuple[str, Callable[[], Decoder], Callable[[bytes], bytes], Callable[[int], list[bytes]]]] = [
        ("hdlc", hdlc.HdlcDecoder, hdlc.encode, text_payloads),
        ("hdlc binary", hdlc.HdlcDecoder, hdlc.encode, binary_payloads),
        ("stx_bcc", stx_bcc.ResponseDecoder, stx_bcc.frame, text_payloads),
        ("cobs", CobsDecoder, cobs_frame, text_payloads),
    ]
    for name, make, encode, payloads in framings:
        for read, count in ((64, FRAMES), (1, FRAMES_BY_ONE)):
            stream = b"".join(map(encode, payloads(count)))
            yield Case(f"{name}/{read}", make, cut(stream, read), count)


def hostile_cases() -> Iterable[Case]:
    """Streams made to hurt, each once and once of double length."""
    bad_fcs = b"\x7e" + b"A" * 62 + b"\xff\xff"
    streams: dict[str, Callable[[int], bytes]] = {
        "noise": lambda size: Random(SEED).randbytes(size),
        "STX flood": lambda size: b"\x02" * size,
        "100 STX, bad BCC": lambda size: filled(b"\x02" * 100 + b"\x03\xff", size),
        "STX ETX flood": lambda size: filled(b"\x02\x03", size),
        "block without end": lambda size: b"\x02" + b"A" * (size - 1),
        "flag flood": lambda size: b"\x7e" * size,
        "one byte a frame": lambda size: filled(b"\x7eA", size),
        "bad FCS": lambda size: filled(bad_fcs, size),
        "escape flood": lambda size: b"\x7d" * size,
        "all stuffed": lambda size: filled(b"\x7e" + b"\x7d\x5e" * 60, size),
    }
    framings: list[tuple[str, Callable[[], Decoder]]] = [
        ("hdlc", hdlc.HdlcDecoder),
        ("stx_bcc", stx_bcc.ResponseDecoder),
    ]
    for name, make in framings:
        for what, stream in streams.items():
            for size in (HOSTILE_BYTES, 2 * HOSTILE_BYTES):
                yield Case(f"{name}, {what}, {size}", make, cut(stream(size), 64), None)


def cut(stream: bytes, size: int) -> tuple[bytes, ...]:
    """The stream as reads of ``size`` bytes."""
    return tuple(stream[place : place + size] for place in range(0, len(stream), size))


def filled(pattern: bytes, size: int) -> bytes:
    """The pattern over and over, exactly ``size`` bytes."""
    return (pattern * (size // len(pattern) + 1))[:size]


# --- measuring -----------------------------------------------------------------------------------------------


def timed(case: Case) -> float:
    """Seconds for the whole stream. Raises AssertionError if frames are missing."""
    feed = case.make().feed
    found: list[object] = []
    started = time.process_time()
    for read in case.reads:
        found += feed(read)
    seconds = time.process_time() - started
    assert case.frames is None or len(found) == case.frames, f"{case.name}: {len(found)} frames"
    return seconds


def pymodbus_rate() -> float:
    """Bytes a second of pymodbus' RTU framer, one whole frame a call, which is its best case."""
    random = Random(SEED)
    framer = FramerRTU(DecodePDU(False))
    frames = []
    for _ in range(2_000):
        body = b"\x01\x03\x28" + random.randbytes(40)
        frames.append(body + framer.compute_CRC(body).to_bytes(2, "big"))
    decode: Callable[[bytes], tuple[Any, ...]] = framer.decode
    assert decode(frames[0])[-1], "pymodbus refuses our frame"
    started = time.process_time()
    for frame in frames:
        decode(frame)
    return sum(map(len, frames)) / (time.process_time() - started)


def most_kept(case: Case) -> int:
    """The most bytes that the decoder held between two reads."""
    decoder = case.make()
    most = 0
    for read in case.reads:
        decoder.feed(read)
        held = (getattr(decoder, slot) for slot in type(decoder).__slots__)  # type: ignore[attr-defined]
        most = max(most, sum(len(value) for value in held if isinstance(value, bytes | bytearray)))
    return most


# --- judging -------------------------------------------------------------------------------------------------


def good_goals(rates: dict[str, float], modbus: float) -> Iterable[Goal]:
    for name in ("hdlc", "hdlc binary", "stx_bcc"):
        yield Goal(f"{name}, 64-byte reads, of COBS in C", rates[f"{name}/64"] / rates["cobs/64"], COBS_RATIO_MIN)
        yield Goal(f"{name}, 64-byte reads, of pymodbus", rates[f"{name}/64"] / modbus, PYMODBUS_RATIO_MIN)
        yield Goal(f"{name}, 1-byte reads, of the line", rates[f"{name}/1"] / LINE_BYTES_PER_S, ONE_BYTE_RATIO_MIN)


def hostile_goals(cases: Sequence[Case], seconds: dict[str, list[float]], rates: dict[str, float]) -> Iterable[Goal]:
    """Speed, linearity and memory; for each framing the worst stream stands for all."""
    for framing in ("hdlc", "stx_bcc"):
        hostile = [case for case in cases if case.name.startswith(framing + ",")]
        worst = min(hostile, key=lambda case: rates[case.name])
        yield Goal(f"{worst.name} bytes, of the line", rates[worst.name] / LINE_BYTES_PER_S, HOSTILE_RATIO_MIN)
        doubling = {
            short.name: median(seconds[double.name]) / median(seconds[short.name])
            for short, double in zip(hostile[::2], hostile[1::2], strict=True)
        }
        slowest = max(doubling, key=doubling.__getitem__)
        yield Goal(f"{slowest} bytes doubled, {DOUBLING_MAX} / growth of time", DOUBLING_MAX / doubling[slowest], 1.0)
        kept = max(map(most_kept, hostile))
        yield Goal(f"{framing}, {KEPT_BYTES_MAX} / bytes kept ({kept})", KEPT_BYTES_MAX / max(kept, 1), 1.0)


def report(rates: dict[str, float], modbus: float) -> None:
    """Every rate, as MB/s and as a multiple of the line rate."""
    for name, rate in (*rates.items(), ("pymodbus RTU, one frame a call", modbus)):
        say(f"{name:<42} {rate / 1e6:8.2f} MB/s {rate / LINE_BYTES_PER_S:8.0f} x line")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
