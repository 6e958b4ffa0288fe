"""What can go wrong at a reader of chip cards and at a swipe unit."""

from __future__ import annotations

from shared.locale import N_
from simulators.bench.fault import Fault
from simulators.magnetic import Hand, MagneticSimulator
from simulators.rig.counter import Counter

LIFTED_AFTER = 40  # bytes of the next write: inside the record, which has 56
TOO_SLOW = Hand(speed_cm_s=5.0)  # MSR206 manual: 12.7 cm/s is the slowest that it can follow


def _service(counter: Counter, on: bool) -> None:
    port = counter.reader
    counter.touch(lambda _: port.cut() if on else port.mend())


def _lift(counter: Counter, on: bool) -> None:
    """Off: the card stays, or comes back by hand."""
    counter.touch(lambda _: counter.reader.lift_after(LIFTED_AFTER if on else None))


def _slow(counter: Counter, on: bool) -> None:
    counter.device(MagneticSimulator).hand = TOO_SLOW if on else Hand()


READER = {
    "service": Fault(N_("pcscd を止める"), lambda counter: not counter.reader.connected, _service),
    "lifted": Fault(N_("次の書込み中にカードを取る"), lambda counter: counter.reader.lift_is_due, _lift),
}
SWIPE_UNIT = {
    "slow_hand": Fault(N_("ゆっくり通す"), lambda counter: counter.device(MagneticSimulator).hand == TOO_SLOW, _slow),
}
