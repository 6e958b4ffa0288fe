"""A reader with its link, seen from the terminal: answers the frames of ``terminal.protocol.pcsc``.

It is what the rig puts behind a pseudo-terminal, and the world on a virtual wire, where no pcscd runs.
"""

from __future__ import annotations

from random import Random

from simulators.ic_card.chip import Chip, FieldLost, Silence
from simulators.ic_card.front import Front, Rcs300
from terminal.protocol import pcsc

ANSWER_S = 0.015  # one command to a card and back; a FeliCa write takes some 20 ms, a read 10
DETECT_S = 0.25  # a reader looks for cards about four times a second


class IcReaderSimulator:
    """A :class:`simulators.device.Device`. ``put_on`` and ``take_away`` are the customer's hands."""

    def __init__(self, front: Front | None = None, seed: int = 0) -> None:
        self.front = front if front is not None else Rcs300()
        self.chip: Chip | None = None
        self.log: list[bytes] = []  # every command that reached a card
        self._dice = Random(seed)
        self._decoder = pcsc.decoder()
        self._is_on = True
        self._has_service = True
        self._insertion = 0
        self._nonce = b""
        self._seen: Chip | None = None  # what the reader has noticed
        self._waiting: list[tuple[float, bytes]] = []  # when, what

    @property
    def wake_at(self) -> float | None:
        """When the next word is due."""
        return min((at for at, _ in self._waiting), default=None)

    # --- hands ---------------------------------------------------------------------------------------------------

    def put_on(self, chip: Chip, now: float) -> None:
        """Lay a chip on the reader, which must be free."""
        assert self.chip is None, "one card at a time"
        self.chip = chip
        self._waiting.append((now + DETECT_S, b""))

    def take_away(self, now: float) -> Chip | None:
        """Whatever happens at the moment."""
        chip, self.chip = self.chip, None
        if chip is not None:
            chip.power_off()
            self._waiting.append((now + DETECT_S, b""))
        return chip

    def stop_service(self, now: float) -> bytes:
        """pcscd is gone. What the link then says."""
        self._has_service, self._seen = False, None
        return self._state()

    def start_service(self, now: float) -> bytes:
        self._has_service = True
        return self._notice()

    # --- the device ----------------------------------------------------------------------------------------------

    def feed(self, data: bytes, now: float) -> bytes:
        """Frames of the terminal."""
        if not self._is_on:
            return b""
        for payload in self._decoder.feed(data):
            message = pcsc.decode(payload)
            if message is not None:
                self._heard(message, now)
        return b""

    def tick(self, now: float) -> bytes:
        due = [what for at, what in self._waiting if at <= now]
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        if not self._is_on:
            return b""
        return b"".join(what or self._notice() for what in due)

    def power_off(self, now: float) -> None:
        """The reader is unplugged: the card loses its field."""
        self._is_on, self._seen = False, None
        self._waiting.clear()
        self._decoder.reset()
        if self.chip is not None:
            self.chip.power_off()

    def power_on(self, now: float) -> bytes:
        self._is_on = True
        return self.greeting()

    def greeting(self) -> bytes:
        """What the link says by itself when it was opened."""
        self._seen = None
        return self._notice(always=True)

    # --- inside --------------------------------------------------------------------------------------------------

    def _heard(self, message: pcsc.Message, now: float) -> None:
        match message:
            case pcsc.Look():
                self._waiting.append((now, self._state()))
            case pcsc.Release() | pcsc.Restart():
                self._waiting = [entry for entry in self._waiting if not entry[1]]
                if self.chip is not None:
                    self.chip.power_off()
                self._waiting.append((now + ANSWER_S, self.greeting()))
            case pcsc.Transmit(number, insertion, command):
                self._transmit(number, insertion, command, now)
            case _:
                pass  # words that only a link says

    def _transmit(self, number: int, insertion: int, command: bytes, now: float) -> None:
        if self.chip is None or self.chip is not self._seen or insertion != self._insertion:
            failed = pcsc.encode(pcsc.Failed(number, "another card"))
            self._waiting.append((now + ANSWER_S, failed + self._notice(always=True)))
            return
        try:
            self.log.append(command)
            answer = pcsc.encode(pcsc.Response(number, self.front.command(self.chip, command)))
        except FieldLost:
            self.take_away(now)
            answer = pcsc.encode(pcsc.Failed(number, "card was removed")) + self._notice(always=True)
        except Silence:
            return
        self._waiting.append((now + ANSWER_S, answer))

    def _notice(self, *, always: bool = False) -> bytes:
        """Look at the field; what there is to say of it."""
        if not self._has_service or (self.chip is self._seen and not always):
            return b"" if not always else self._state()
        self._seen = self.chip
        self._insertion = self._insertion % 0xFFFF + 1
        self._nonce = self._dice.randbytes(pcsc.NONCE_BYTES)
        return self._state()

    def _state(self) -> bytes:
        if not self._has_service:
            return pcsc.encode(pcsc.ReaderGone(pcsc.Absence.SERVICE))
        words = pcsc.encode(pcsc.ReaderHere(self.front.name))
        if self._seen is None:
            return words + pcsc.encode(pcsc.NoCardHere())
        return words + pcsc.encode(pcsc.CardHere(self._insertion, self._nonce, self._seen.atr))
