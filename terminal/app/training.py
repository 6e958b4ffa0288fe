"""Practice: the counter looks as ever, but nothing is recorded, no card is written and no drawer opens.

Cards are still read and given back, members and goods are still found, and receipts say that they are for practice.
Nothing of it is in any figure; the day's report says how much was left out, as far as this start of the terminal knows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from shared.visit import effects as e
from shared.visit.events import (
    CardWritten,
    Committed,
    DayAdded,
    FacePrinted,
    Honoured,
    Intended,
    Noted,
    OffCardRecorded,
    ReissueRecorded,
    RepairRefused,
)
from shared.visit.journal import OffCard, PlainSale
from terminal.app.perform import Answer, Performer

NO_REPAIR = "visit.training_no_repair"  # a new generation of a card is made for good
_LEFT_OUT = (
    e.Abort, e.Doubt, e.RecordSeen, e.RecordPrint, e.RecordEject, e.Resolve, e.CheckCard, e.OpenDrawer, e.SetWeather,
)  # fmt: skip


class Training:
    """Answers for the journal and the card unit at once, as if all had gone well; the rest is performed."""

    def __init__(self, earnest: Performer) -> None:
        self._earnest = earnest
        self._left_out: Counter[str] = Counter()  # visits and sales for practice, by business day
        self._day = ""  # of the visit under way

    def told(self, answer: Answer) -> Answer:
        """Of the figures of a day also what is not in them, in training or afterwards."""
        if not isinstance(answer, DayAdded):
            return answer
        return DayAdded(replace(answer.figures, training=self._left_out[answer.figures.day.isoformat()]))

    def perform(self, effect: e.Effect, now: float) -> Answer:
        self._count(effect)
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

    def _count(self, effect: e.Effect) -> None:
        match effect:
            case e.Intend(intent=intent):
                self._day = intent.business_day
            case e.Commit() | e.Honour():
                self._left_out[self._day] += 1
            case e.RecordOffCard(entry=OffCard(business_day=day)) | e.Note(body=PlainSale(business_day=day)):
                self._left_out[day] += 1
            case _:
                pass
