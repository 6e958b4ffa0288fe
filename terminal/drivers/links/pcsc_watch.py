"""The end of the PC/SC link that touches pcscd, a process of its own: a card that never answers blocks it, not the
terminal. Frames of ``terminal.protocol.pcsc`` come in on standard input and go out on standard output.

    python -m terminal.drivers.links.pcsc_watch "part of a reader's name"

PC/SC has no time-outs, so whoever started this ends it when it hangs. pyscard's own monitors die with pcscd; here every
look asks anew, and a context that pcscd no longer knows is replaced.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from smartcard import scard

from terminal.protocol import pcsc
from terminal.protocol.pcsc import Absence, CardHere, Failed, Message, NoCardHere, ReaderGone, ReaderHere, Response

POLL_S = 0.1  # between looks; 0.1 ms each. Readers themselves look for cards every 0.25 to 0.5 s
SETTLE_S = 0.5  # after a failure, until pcscd has noticed that the card is gone
SERVICE_RETRY_S = 1.0
READ_MAX = 4096
PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1

Look = tuple[str, int, bytes]  # reader, state, ATR
CARD_BITS = scard.SCARD_STATE_PRESENT | 0xFFFF0000  # a card, and how often one came or went


@dataclass(slots=True)
class Watch:
    """What is known of reader and card. ``say`` takes what there is to tell."""

    wanted: str  # part of the reader's name; "" = the first reader
    say: Callable[[Message], None]
    context: Any = None
    card: Any = None  # pcscd's handle while connected
    protocol: int = 0
    seen: Look | None = None
    insertion: int = 0
    last: tuple[Message, ...] = field(default=())
    look_at: float = 0.0

    def look(self, now: float) -> None:
        """Tell what has changed since the last look."""
        if now < self.look_at:
            return
        self.look_at = now + POLL_S
        found = self._find()
        if isinstance(found, Absence):
            self._let_go()
            self.seen = None
            if found is Absence.SERVICE:
                self._close()
                self.look_at = now + SERVICE_RETRY_S
            self._tell((ReaderGone(found),))
        elif found != self.seen:
            self._changed(found)

    def repeat(self) -> None:
        """Tell again what was told last."""
        for message in self.last:
            self.say(message)

    def release(self, now: float, settle_s: float = 0.0) -> None:
        """Let go of the card; whatever lies there then is told as new."""
        self._let_go()
        self.seen = None
        self.last = ()
        self.look_at = max(self.look_at, now + settle_s)

    def transmit(self, number: int, insertion: int, apdu: bytes, now: float) -> None:
        """One command. Whatever goes wrong, nobody knows whether the card has heard it."""
        try:
            answer = self._exchange(insertion, apdu)
        except _Failure as failure:
            self.say(Failed(number, str(failure)))
            self.release(now, SETTLE_S)
        else:
            self.say(Response(number, answer))

    def _exchange(self, insertion: int, apdu: bytes) -> bytes:
        if self.seen is None or not self.seen[1] & scard.SCARD_STATE_PRESENT or insertion != self.insertion:
            raise _Failure("another card, or none")
        if self.card is None:
            result, self.card, self.protocol = scard.SCardConnect(
                self.context, self.seen[0], scard.SCARD_SHARE_SHARED, PROTOCOLS
            )
            if result != scard.SCARD_S_SUCCESS:
                self.card = None
                raise _Failure(scard.SCardGetErrorMessage(result))
        header = scard.SCARD_PCI_T0 if self.protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        result, answer = scard.SCardTransmit(self.card, header, list(apdu))
        if result != scard.SCARD_S_SUCCESS:
            raise _Failure(scard.SCardGetErrorMessage(result))
        return bytes(answer)

    def _find(self) -> Look | Absence:
        if self.context is None:
            result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            if result != scard.SCARD_S_SUCCESS:
                return Absence.SERVICE
            self.context = context
        result, names = scard.SCardListReaders(self.context, [])
        if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE):
            return Absence.SERVICE
        reader = next((name for name in names or () if self.wanted.casefold() in name.casefold()), None)
        if reader is None:
            return Absence.READER
        result, states = scard.SCardGetStatusChange(self.context, 0, [(reader, scard.SCARD_STATE_UNAWARE)])
        if result != scard.SCARD_S_SUCCESS:
            return Absence.READER if result == scard.SCARD_E_UNKNOWN_READER else Absence.SERVICE
        _, state, atr = states[0]
        return reader, state & CARD_BITS, bytes(atr)

    def _changed(self, found: Look) -> None:
        self._let_go()
        reader, state, atr = self.seen = found
        self.insertion = self.insertion % 0xFFFF + 1
        if state & scard.SCARD_STATE_PRESENT:
            card: Message = CardHere(self.insertion, os.urandom(pcsc.NONCE_BYTES), atr)
        else:
            card = NoCardHere()
        self._tell((ReaderHere(reader), card))

    def _tell(self, messages: tuple[Message, ...]) -> None:
        if messages != self.last:
            self.last = messages
            self.repeat()

    def _let_go(self) -> None:
        if self.card is not None:
            scard.SCardDisconnect(self.card, scard.SCARD_UNPOWER_CARD)
            self.card = None

    def _close(self) -> None:
        if self.context is not None:
            scard.SCardReleaseContext(self.context)
            self.context = None


class _Failure(Exception):
    """The command may have reached the card."""


def say(message: Message) -> None:
    """All of it, to standard output."""
    data = pcsc.encode(message)
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


def main(wanted: str) -> None:
    """Until standard input ends."""
    watch, decoder = Watch(wanted, say), pcsc.decoder()
    while True:
        watch.look(time.monotonic())
        if not select.select([sys.stdin], [], [], POLL_S)[0]:
            continue
        data = os.read(sys.stdin.fileno(), READ_MAX)
        if not data:
            return
        for payload in decoder.feed(data):
            match pcsc.decode(payload):
                case pcsc.Look():
                    watch.repeat()
                case pcsc.Transmit(number, insertion, apdu):
                    watch.transmit(number, insertion, apdu, time.monotonic())
                case pcsc.Release():
                    watch.release(time.monotonic())
                case _:
                    pass  # words that only a link says


if __name__ == "__main__":
    main(sys.argv[1])
