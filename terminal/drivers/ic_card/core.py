"""The core of a reader of chip cards: a card unit whose card lies open on it and may leave at any moment.

It has neither a motor nor a face: a card is "put out" by asking the person to take it. A command that failed may have
reached the card, so a write counts only when both slots were read again and say so. Since anybody may change the card
while the terminal is off, a card that lies there at the start is never called "inside".
"""

from __future__ import annotations

from shared.errors import EnishiError
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    Effect,
    EjectCard,
    PrintFace,
    ReadCard,
    ResetRewriter,
    RewriterEffect,
    WriteCard,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    Event,
    FacePrintFailed,
    NoCard,
)
from shared.visit.unit import CardUnit
from terminal.drivers.core import Step
from terminal.drivers.ic_card import chips
from terminal.drivers.ic_card.chips import Field, Reading
from terminal.drivers.ic_card.dialects import Dialect, dialect_of
from terminal.drivers.ic_card.memory import Pair
from terminal.drivers.ic_card.talk import Outcome, Talk
from terminal.protocol import apdu, felica, pcsc
from terminal.protocol.pcsc import Absence, CardHere

LOOK_S = 5.0  # between looks while nothing happens: a link that died is noticed
START_S = 10.0  # until a link that begins afresh says what it sees; pcscd itself starts within 1 s
RETURN_S = 2.0  # a card on the edge of the field is found again within; readers look every 0.25 to 0.5 s
WRITE_RETURN_S = 8.0  # the customer lifted the card too early and is asked to put it back
GONE_S = 0.6  # an empty field counts after this; shorter gaps are the same card, badly placed
READ_TRIES = 4  # of a card that answers wrongly, before it is called unreadable

ORDER_BOUND_S = 60.0  # every order but AwaitCard is answered by an event within this; tests hold it

LINK_LOST = "device.card_rewriter.link_lost"
NO_CARD = "device.card_rewriter.no_card"
NO_FACE = "device.card_rewriter.no_face"
NO_ANSWER = "device.ic_card.no_answer"
INTERRUPTED = "device.ic_card.interrupted"
NOT_GENUINE = "device.ic_card.not_genuine"
ABSENT = {Absence.SERVICE: "device.ic_card.no_service", Absence.READER: "device.ic_card.no_reader"}


class IcCardCore:
    """A :class:`terminal.drivers.core.DriverCore`. ``master``: 32 bytes, the root of the FeliCa cards' keys."""

    _reader: str
    _dialect: Dialect
    _card: CardHere | None
    _drawn: int  # challenges of this insertion
    _order: RewriterEffect | None
    _return_by: float | None  # until then the card of the order may come back
    _gone_at: float | None  # from then on the field counts as empty
    _silent_at: float
    _look_at: float
    _is_ready: bool
    _is_empty: bool
    _is_put_out: bool  # the card in the field is to be taken
    _uid: str | None  # of the card that was presented
    _seen: Pair | None  # what its slots held
    _tries: int

    def __init__(self, master: bytes | None = None) -> None:
        self._master = master
        self._decoder = pcsc.decoder()
        self._out = bytearray()
        self._events: list[Event] = []
        self._talk = Talk()
        self._link_up = False
        self._lost: str | None = LINK_LOST
        self._must_be_empty = False  # a card hung: no word with it any more
        self._forget(0.0)

    def opened(self, now: float) -> Step:
        """Asks what is there; nothing is said to a card."""
        self._link_up, self._must_be_empty, self._lost = True, False, None
        self._decoder.reset()
        self._forget(now)
        self._say(pcsc.Look())
        return self._step()

    def closed(self, now: float) -> Step:
        """Everything in flight is given up."""
        self._link_up = False
        self._lose(LINK_LOST)
        return self._step()

    def feed(self, data: bytes, now: float) -> Step:
        """Frames of the link."""
        for payload in self._decoder.feed(data):
            message = pcsc.decode(payload)
            if message is not None:
                self._heard(message, now)
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """AwaitCard waits until the card before is gone; ReadCard and WriteCard wait a little for theirs."""
        match effect:
            case ResetRewriter() if self._link_up:
                self._reset(now)
            case CancelAwait():
                if isinstance(self._order, AwaitCard):
                    self._talk.drop()
                    self._order = None
            case AwaitCard() | ReadCard() | WriteCard() | PrintFace() | EjectCard() | ResetRewriter():
                if self._is_ready:
                    self._obey(effect, now)
                else:
                    self._events.append(CardRewriterLost(self._lost or NO_ANSWER))
            case _:
                pass  # another device's
        return self._step()

    def tick(self, now: float) -> Step:
        """Time-outs."""
        if not self._link_up:
            return self._step()
        if self._talk.answer_by is not None and now >= self._talk.answer_by:
            self._must_be_empty = True  # chip, reader or pcscd hang: only a new start ends it, and the card must go
            self._restart(now)
        if self._return_by is not None and now >= self._return_by:
            self._nobody_came()
        if self._gone_at is not None and now >= self._gone_at:
            self._left(now)
        if now >= self._silent_at:
            self._restart(now)
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._say(pcsc.Look())
        return self._step()

    # --- hearing -------------------------------------------------------------------------------------------------

    def _heard(self, message: pcsc.Message, now: float) -> None:
        self._silent_at = now + LOOK_S + START_S
        match message:
            case pcsc.ReaderHere(name):
                if name != self._reader:
                    self._reader, self._dialect = name, dialect_of(name)
            case pcsc.ReaderGone(why):
                self._reader, self._card, self._is_empty = "", None, False  # who knows what comes to lie there now
                self._lose(ABSENT[why])
            case pcsc.CardHere():
                self._card_came(message, now)
            case pcsc.NoCardHere():
                self._field_emptied(now)
            case pcsc.Response(number, data) if self._talk.awaits(number):
                self._take(self._talk.answered(apdu.parse_reply(data), now), now)
            case pcsc.Failed(number, _) if self._talk.awaits(number):
                self._card = None  # the link says anew what lies there
                self._take(self._talk.break_off(INTERRUPTED, now), now)
            case _:
                pass  # an answer that nobody waits for any more

    def _card_came(self, card: CardHere, now: float) -> None:
        if self._card is not None and self._card.insertion == card.insertion:
            return  # the answer to a look
        if self._talk.is_running:
            self._take(self._talk.break_off(INTERRUPTED, now), now)
        self._card, self._drawn, self._gone_at, self._is_empty = card, 0, None, False
        if not self._must_be_empty:
            self._be_ready()
            self._try_order(now)

    def _field_emptied(self, now: float) -> None:
        self._card = None
        if self._talk.is_running:
            self._take(self._talk.break_off(INTERRUPTED, now), now)
        self._await_return(now)
        if not self._is_empty and self._gone_at is None:
            self._gone_at = now + GONE_S

    def _left(self, now: float) -> None:
        """The field has been empty for so long that whatever comes next is another visit."""
        self._gone_at, self._is_empty, self._must_be_empty, self._tries = None, True, False, 0
        self._be_ready()
        if self._is_put_out and self._is_ready:
            self._is_put_out = False
            self._events.append(CardTaken())

    def _be_ready(self) -> None:
        """Once after every start: reader and field have been seen."""
        if self._is_ready or not self._reader:
            return
        self._is_ready, self._lost = True, None
        self._events.append(CardRewriterReady(card_inside=False, unit=CardUnit.READER))
        if self._is_put_out:
            self._events.append(CardDischarged())

    # --- orders --------------------------------------------------------------------------------------------------

    def _obey(self, effect: RewriterEffect, now: float) -> None:
        match effect:
            case PrintFace():
                self._events.append(FacePrintFailed(NO_FACE))
            case EjectCard():
                self._put_out()
            case AwaitCard() if isinstance(self._order, AwaitCard):
                pass  # it is being awaited
            case _:
                self._talk.drop()
                self._order, self._tries, self._return_by = effect, 0, None
                self._try_order(now)
                self._await_return(now)

    def _put_out(self) -> None:
        self._talk.drop()
        self._order = self._uid = self._seen = self._return_by = None
        self._events.append(CardDischarged())
        if self._is_empty:
            self._events.append(CardTaken())
        else:
            self._is_put_out = True

    def _try_order(self, now: float) -> None:
        """Begin what was ordered, if there is a card for it."""
        card = self._card
        if card is None or self._talk.is_running or not self._is_ready:
            return
        match self._order:
            case AwaitCard() if not self._is_put_out:
                self._uid = self._seen = None
                job = chips.read(self._field(card))
            case ReadCard():
                job = chips.read(self._field(card))
            case WriteCard(track):
                job = chips.write(self._field(card), track, self._uid, self._seen)
            case _:
                return
        self._return_by = None
        self._take(self._talk.begin(job, card.insertion, now), now)

    def _await_return(self, now: float) -> None:
        """An order for a card that is not there waits a little for it."""
        if self._card is None and not self._talk.is_running and self._return_by is None:
            match self._order:
                case ReadCard():
                    self._return_by = now + RETURN_S
                case WriteCard():
                    self._return_by = now + WRITE_RETURN_S

    def _nobody_came(self) -> None:
        is_write = isinstance(self._order, WriteCard)
        self._order = self._return_by = None
        self._events.append(CardWriteFailed(NO_CARD) if is_write else NoCard())

    def _field(self, card: CardHere) -> Field:
        is_last = self._tries >= READ_TRIES - 1
        return Field(apdu.chip_of(card.atr), self._dialect, self._master, lambda: self._draw(card), is_last)

    def _draw(self, card: CardHere) -> bytes:
        self._drawn += 1
        return felica.challenge(card.nonce, self._drawn)

    def _take(self, outcome: Outcome, now: float) -> None:
        match outcome:
            case pcsc.Transmit():
                self._say(outcome)
            case Reading():
                self._done(outcome)
            case EnishiError():
                self._failed(outcome.code, now)

    def _done(self, reading: Reading) -> None:
        order, self._order = self._order, None
        if isinstance(order, WriteCard):
            self._seen = reading.pair
            self._events.append(CardWritten())
        elif isinstance(order, ReadCard) and self._uid not in (None, reading.uid):
            self._events.append(NoCard())  # another card lies there; ours is gone
        else:
            self._uid, self._seen = reading.uid, reading.pair
            slots = reading.slots
            self._events.append(CardPresented(slots.shown, reading.uid, slots.older, reading.is_weak))

    def _failed(self, code: str, now: float) -> None:
        """A read is tried again when the card shows itself anew; a write is not, for the machine must know."""
        self._tries += 1
        if isinstance(self._order, WriteCard):
            self._order = self._seen = None
            self._events.append(CardWriteFailed(code))
        elif code == NOT_GENUINE or self._tries >= READ_TRIES:
            self._order = None
            self._events.append(CardUnreadable(code))
        else:
            self._await_return(now)
        if code not in (INTERRUPTED, NOT_GENUINE):
            self._card = None
            self._say(pcsc.Release())

    # --- losing and starting -------------------------------------------------------------------------------------

    def _reset(self, now: float) -> None:
        lies_there = self._is_ready and not self._is_empty
        self._talk.drop()
        self._forget(now)
        self._is_put_out, self._lost = lies_there, None
        self._say(pcsc.Restart())

    def _restart(self, now: float) -> None:
        self._lose(NO_ANSWER)
        self._forget(now)
        self._say(pcsc.Restart())

    def _lose(self, code: str) -> None:
        """Report it once, and again only when the reason changes; an open order is answered by it."""
        self._talk.drop()
        if self._lost != code or self._order is not None:
            self._events.append(CardRewriterLost(code))
        self._lost, self._is_ready = code, False
        self._order = self._return_by = self._gone_at = None

    def _forget(self, now: float) -> None:
        """What was seen of reader and card; they are seen anew."""
        self._reader, self._dialect = "", dialect_of("")
        self._card, self._drawn = None, 0
        self._order = self._return_by = self._gone_at = None
        self._silent_at, self._look_at = now + START_S, now + LOOK_S
        self._is_ready = self._is_empty = self._is_put_out = False
        self._uid = self._seen = None
        self._tries = 0

    def _say(self, message: pcsc.Message) -> None:
        self._out += pcsc.encode(message)

    def _step(self) -> Step:
        step = Step(bytes(self._out), tuple(self._events), self._wake_at())
        self._out.clear()
        self._events.clear()
        return step

    def _wake_at(self) -> float | None:
        if not self._link_up:
            return None
        moments = (self._talk.answer_by, self._return_by, self._gone_at, self._silent_at, self._look_at)
        return min(moment for moment in moments if moment is not None)
