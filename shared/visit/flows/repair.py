"""A card whose stripe is lost: named by its printed number, then made anew with head office or served beside it.

A power cut between REISSUE and the end of its write leaves a torn card; it is repaired again under a new request.
"""

from __future__ import annotations

from shared.card.codec import Verdict, decode
from shared.card.face import Face, FaceContent, lay_out
from shared.card.image import CardImage
from shared.clock import day_from_card
from shared.ids import CardNo
from shared.points.lots import expiring
from shared.visit import screens
from shared.visit.effects import (
    EjectCard,
    LookUpCard,
    Play,
    PrintFace,
    RecordReissue,
    ResetRewriter,
    Show,
    Sound,
    WriteCard,
)
from shared.visit.errand import Errand
from shared.visit.events import (
    CardLookedUp,
    CardRewriterLost,
    CardWriteFailed,
    CardWritten,
    DeadlinePassed,
    FacePrinted,
    FacePrintFailed,
    Key,
    KeyPressed,
    ReissueRecorded,
    RepairOffered,
    RepairRefused,
    StoreFailed,
)
from shared.visit.facts import CardFacts
from shared.visit.flows import off_card
from shared.visit.flows.pricing import is_online_lately, today
from shared.visit.flows.turn import Turn, give_back, lose_unit, refuse
from shared.visit.flows.write import STUCK, WRITE_TRIES_MAX
from shared.visit.journal import Reissue
from shared.visit.shop import Moment
from shared.visit.states import (
    ConfirmingRepair,
    LookingUp,
    PrintingRepair,
    RecordingReissue,
    Repair,
    Repairing,
    Returning,
    WritingRepair,
)
from shared.visit.unit import CardUnit

WEAK = "card.weak_chip"  # why a card is a number only: anybody could make its twin


def named(card: CardNo, code: str, errand: Errand, moment: Moment, uid: str = "") -> Turn:
    """Staff typed the number of a card that says nothing itself.

    A new record is for one chip only: without its number there is nothing to write it for.
    """
    asks = code != WEAK and (bool(uid) or moment.shop.unit is not CardUnit.READER)
    return Turn(LookingUp(card, code, asks, errand=errand, uid=uid), (LookUpCard(card),))


def looked_up(state: LookingUp, event: CardLookedUp, moment: Moment, is_proven: bool = False) -> Turn:
    """A stopped card earns nothing; else ask for a repair while head office is near, or earn beside the card."""
    facts = event.facts
    if facts.card != state.card:
        return Turn(state)
    if facts.denied == "stopped":
        return refuse("card.locked", errand=state.errand)
    if state.asks and is_online_lately(facts, moment):
        return off_card.ask_repair(facts, state.code, state.errand, state.uid, is_proven)
    return off_card.open_keys(facts, state.code, moment, notices=state.notices, errand=state.errand)


def look_up_failed(state: LookingUp, event: StoreFailed, moment: Moment) -> Turn:
    return refuse(event.code, errand=state.errand)


# --- asked ---------------------------------------------------------------------------------------------------------


def offered(state: Repairing, event: RepairOffered, moment: Moment) -> Turn:
    """The new image, if it is one that this terminal can confirm and would accept when it comes back."""
    facts = state.facts
    if (event.request, event.card) != (facts.next_visit, facts.card):
        return Turn(state)
    image = _genuine(event, state.uid, moment)
    if image is None:
        return _beside(state, "visit.repair_unusable")
    reissue = Reissue(event.request, event.card, event.gen, event.track, state.uid)
    repair = Repair(reissue, facts, image.balance, state.errand)
    if state.is_proven:
        return _record(repair, moment)
    screen = screens.ConfirmRepair(facts.card, facts.member, image.balance)
    return Turn(ConfirmingRepair(repair), (Show(screen), Play(Sound.ATTENTION)))


def _genuine(event: RepairOffered, uid: str, moment: Moment) -> CardImage | None:
    decoded = decode(event.track, moment.shop.ring, uid)
    image = decoded.image if decoded.verdict is Verdict.OK else None
    if image is None or (image.card, image.gen, image.balance) != (event.card, event.gen, event.balance):
        return None
    return image


def refused(state: Repairing, event: RepairRefused, moment: Moment) -> Turn:
    return _beside(state, event.code) if event.request == state.facts.next_visit else Turn(state)


def too_late(state: Repairing, event: DeadlinePassed, moment: Moment) -> Turn:
    return _beside(state, "visit.repair_late")


def _beside(state: Repairing, code: str) -> Turn:
    """Earn beside the card, under another name than the request had: that one may still be answered."""
    card = state.facts.card
    looking = LookingUp(card, state.code, asks=False, notices=(screens.Notice(code),), errand=state.errand)
    return Turn(looking, (LookUpCard(card),))


def repairing_key(state: Repairing, event: KeyPressed, moment: Moment) -> Turn:
    return give_back(state.errand) if event.key is Key.CANCEL else Turn(state)


def confirm(state: ConfirmingRepair, event: KeyPressed, moment: Moment) -> Turn:
    match event.key:
        case Key.ENTER:
            return _record(state.repair, moment)
        case Key.CANCEL:
            return give_back(state.repair.errand)
        case _:
            return Turn(state)


def _record(repair: Repair, moment: Moment) -> Turn:
    show = Show(screens.Writing(moment.shop.unit))
    return Turn(RecordingReissue(repair), (show, RecordReissue(repair.reissue)))


def nobody_confirms(state: ConfirmingRepair, event: DeadlinePassed, moment: Moment) -> Turn:
    return give_back(state.repair.errand)


# --- written -------------------------------------------------------------------------------------------------------


def recorded(state: RecordingReissue, event: ReissueRecorded, moment: Moment) -> Turn:
    """REISSUE is durable: now, and only now, the stripe may be touched."""
    return Turn(WritingRepair(state.repair, 1), (WriteCard(state.repair.reissue.track),))


def not_recorded(state: RecordingReissue, event: StoreFailed, moment: Moment) -> Turn:
    return refuse(event.code, errand=state.repair.errand)


def write_failed(state: WritingRepair, event: CardWriteFailed, moment: Moment) -> Turn:
    """The same image again; a plastic that takes nothing is served beside."""
    repair = state.repair
    if state.tries < WRITE_TRIES_MAX:
        return Turn(WritingRepair(repair, state.tries + 1), (WriteCard(repair.reissue.track),))
    card = repair.reissue.card
    return Turn(LookingUp(card, "card.unwritable", asks=False, errand=repair.errand), (LookUpCard(card),))


def stuck(state: WritingRepair, event: DeadlinePassed, moment: Moment) -> Turn:
    turn = lose_unit(STUCK, errand=state.repair.errand)
    return Turn(turn.state, (*turn.effects, ResetRewriter()))


def written(state: WritingRepair, event: CardWritten, moment: Moment) -> Turn:
    """The unit wrote the image and read it back equal: the first sign of success."""
    repair = state.repair
    if not moment.shop.unit.has_face:
        turn = _return(repair, _screen(repair, "none"))
        return Turn(turn.state, (Play(Sound.OK), *turn.effects))
    effects = (Show(_screen(repair, "printing")), Play(Sound.OK), PrintFace(_face(repair, moment)))
    return Turn(PrintingRepair(repair), effects)


def printed(state: PrintingRepair, event: FacePrinted, moment: Moment) -> Turn:
    return _return(state.repair, _screen(state.repair, "printed"))


def print_failed(state: PrintingRepair, event: FacePrintFailed, moment: Moment) -> Turn:
    return _return(state.repair, _screen(state.repair, "failed", screens.Notice(event.code)))


def print_stuck(state: PrintingRepair, event: DeadlinePassed, moment: Moment) -> Turn:
    return _return(state.repair, _screen(state.repair, "failed", screens.Notice(STUCK)))


def print_lost(state: PrintingRepair, event: CardRewriterLost, moment: Moment) -> Turn:
    """The card is repaired; its face stays old, and it is given back when the unit returns."""
    show = Show(_screen(state.repair, "failed", screens.Notice(event.code)))
    return Turn(lose_unit(event.code, errand=state.repair.errand).state, (show,))


def _return(repair: Repair, screen: screens.Repaired) -> Turn:
    return Turn(Returning("", screen, errand=repair.errand), (Show(screen), EjectCard()))


def _screen(repair: Repair, face: str, *notices: screens.Notice) -> screens.Repaired:
    return screens.Repaired(_name(repair.facts), repair.reissue.card, repair.balance, face, False, notices)


def _face(repair: Repair, moment: Moment) -> Face:
    decoded = decode(repair.reissue.track, moment.shop.ring, repair.reissue.uid)
    assert decoded.image is not None, "it was confirmed before it was written"
    image, day = decoded.image, today(moment)
    soonest = expiring(image.lots, day)
    content = FaceContent(
        shop=moment.shop.name,
        name=_name(repair.facts),
        card=repair.reissue.card,
        balance=repair.balance,
        earn=0,
        redeem=0,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        day=day_from_card(image.day) if image.day else day,  # what the stripe says, if it does
    )
    return lay_out(moment.shop.face, content, moment.shop.translate, moment.shop.layout).face


def _name(facts: CardFacts) -> str:
    return facts.member.called if facts.member else ""
