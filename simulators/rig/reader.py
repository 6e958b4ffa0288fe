"""A reader of chip cards at a counter: simulated chips on a virtual reader, behind a real pcscd."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from simulators.card_stock import SimCard
from simulators.ic_card.chip import Chip
from simulators.ic_card.front import Front, Rcs300
from simulators.ic_card.vpcd import Slot
from simulators.rig.clock import RigClock
from simulators.rig.loopback import claim
from simulators.rig.pcsc_host import PcscHost
from simulators.rig.port import Diary

HAND_S = 0.7  # between two cards; pcscd looks every 0.25 to 0.5 s and must see the reader empty
AGAIN_S = 0.1  # until pcscd listens
SLOTS = 2  # that the virtual reader's driver has, each with a port of its own; we use the first
PORTS = range(0x8C7B, 0x8CFF, SLOTS)  # from the first that the driver would take


class ChipReader:
    """The reader as a person sees it: what lies on it."""

    def __init__(self, front: Front) -> None:
        self.name = front.name
        self.card: SimCard | None = None


class _Overheard(Front):
    """Every command to the chip, and its answer, for the wire log."""

    def __init__(self, front: Front, note: Callable[[bytes, bool], None]) -> None:
        super().__init__()
        self.name = front.name
        self._front = front
        self._note = note

    def command(self, chip: Chip, command: bytes) -> bytes:
        self._note(command, True)
        answer = self._front.command(chip, command)
        self._note(answer, False)
        return answer


class ReaderPort:
    """See :class:`simulators.rig.port.Port`. The terminal must be started by ``launcher``, or it sees no pcscd."""

    def __init__(self, name: str, path: Path, clock: RigClock) -> None:
        self.name = name
        self.clock = clock
        self.powered = False
        self.diary = Diary(join_s=0.0)  # commands never join
        front = Rcs300()
        self.device = ChipReader(front)
        self._claims = ExitStack()
        port = slots_port(PORTS, self._claims)
        self._lift_after: int | None = None
        self._free_at = 0.0  # from then on a card may lie there
        self.lifted = False  # the card was torn away, and nobody has laid it down again
        self._slot = Slot(_Overheard(front, self._note), port)
        self.host = PcscHost(path.with_name(f"{path.name}.conf.d"), front.name, port, path.with_name("pcscd.log"))

    @property
    def launcher(self) -> tuple[str, ...]:
        """Before the terminal's program."""
        return self.host.launcher

    @property
    def connected(self) -> bool:
        """Whether pcscd serves the reader."""
        return self.host.is_up

    @property
    def due_s(self) -> float | None:
        """A card that is on its way down."""
        is_coming = self._chip is not None and self._slot.wire is None
        return self.clock.real_s(self._free_at) if is_coming else None

    def fileno(self) -> int | None:
        """The wire of the card that lies there."""
        wire = self._slot.wire
        return None if wire is None else wire.fileno()

    def listen(self) -> None:
        """A command of the host. A chip that was torn away in the middle of one is in the customer's hand."""
        if self._slot.wire is not None and not self._slot.turn():
            self.device.card, self._lift_after, self.lifted = None, None, True
            self._free_at = self.clock.now() + HAND_S

    def turn(self) -> None:
        """A card whose field came back, because pcscd did, is powered again."""
        is_free = self._slot.wire is None and self.clock.now() >= self._free_at
        if self.powered and self.host.is_up and is_free and self._chip is not None:
            self._lay(self._chip)

    def power_on(self) -> None:
        """pcscd starts, unless it runs."""
        self.powered = True
        self.host.start()

    def power_off(self) -> None:
        """The field is gone."""
        self.powered = False
        self._slot.take()
        if self._chip is not None:
            self._chip.power_off()

    def cut(self) -> None:
        """pcscd ends, and with it the only way to the reader."""
        self._slot.take()
        self.host.stop()

    def mend(self) -> None:
        """pcscd starts again."""
        self.host.start()

    def close(self) -> None:
        """Everything ends."""
        self._slot.take()
        self.host.close()
        self._claims.close()

    # --- hands ---------------------------------------------------------------------------------------------------

    def lay_on(self, card: SimCard) -> bool:
        """Lay a card on the reader; False when one lies there or it has no chip."""
        if self.device.card is not None or card.chip is None:
            return False
        self.device.card = card
        card.chip.tear_after = self._lift_after
        self.turn()
        return True

    def take_away(self) -> SimCard | None:
        """Whatever happens at the moment."""
        card, self.device.card = self.device.card, None
        self._slot.take()
        self._free_at = self.clock.now() + HAND_S
        if card is not None and card.chip is not None:
            card.chip.power_off()
        return card

    @property
    def lift_is_due(self) -> bool:
        """Whether the card will be torn away in the middle of a write, or was."""
        return self._lift_after is not None or self.lifted

    def lift_after(self, bytes_written: int | None) -> None:
        """Tear the card away when so many more bytes were written; None takes that back."""
        self._lift_after, self.lifted = bytes_written, False
        if self._chip is not None:
            self._chip.tear_after = bytes_written

    @property
    def _chip(self) -> Chip | None:
        return None if self.device.card is None else self.device.card.chip

    def _lay(self, chip: Chip) -> None:
        """pcscd may not listen yet; the next turn tries again."""
        try:
            self._slot.lay(chip)
        except OSError:
            self._slot.take()
            self._free_at = self.clock.now() + AGAIN_S

    def _note(self, data: bytes, to_device: bool) -> None:
        self.diary.note(data, self.clock.now(), to_device=to_device)


def slots_port(ports: Iterable[int], claims: ExitStack) -> int:
    """The first of ``ports`` that is free with those of the further slots, and ours until ``claims`` end.

    The driver fails for good when one of them is taken. Raises OSError.
    """
    for port in ports:
        with ExitStack() as mine:
            if all(claim(port + slot, mine) for slot in range(SLOTS)):
                claims.enter_context(mine.pop_all())
                return port
    raise OSError("no port for the virtual reader")
