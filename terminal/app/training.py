"""Practice: the counter looks as ever, but nothing is recorded, no card is written and no drawer opens.

Cards are still read and given back, members and goods are still found, and receipts say that they are for practice.
"""

from __future__ import annotations

from shared.visit import effects as e
from shared.visit.events import (
    CardWritten,
    Committed,
    FacePrinted,
    Honoured,
    Intended,
    Noted,
    OffCardRecorded,
    ReissueRecorded,
    RepairRefused,
)
from terminal.app.perform import Answer, Performer

NO_REPAIR = "visit.training_no_repair"  # a new generation of a card is made for good
_LEFT_OUT = (
    e.Abort, e.Doubt, e.RecordSeen, e.RecordPrint, e.RecordEject, e.Resolve, e.CheckCard, e.OpenDrawer,
)  # fmt: skip


class Training:
    """Answers for the journal and the card unit at once, as if all had gone well; the rest is performed."""

    def __init__(self, earnest: Performer) -> None:
        self._earnest = earnest

    def perform(self, effect: e.Effect, now: float) -> Answer:
        match effect:
            case e.WriteCard():
                return CardWritten()
            case e.PrintFace():
                return FacePrinted()
            case e.Intend(intent=intent):
                return Intended(intent.visit)
            case e.Commit(visit=visit):
                return Committed(visit)
            case e.Honour(visit=visit):
                return Honoured(visit)
            case e.RecordOffCard(entry=entry):
                return OffCardRecorded(entry.visit)
            case e.RecordReissue(reissue=reissue):
                return ReissueRecorded(reissue.request)
            case e.Note(body=body):
                return Noted(body)
            case e.AskRepair(request=request):
                return RepairRefused(request, NO_REPAIR)
            case _:
                return None if isinstance(effect, _LEFT_OUT) else self._earnest.perform(effect, now)
