"""What was promised and handed over, for a member's timeline."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from server.benefits.models import Benefit, Handover
from server.web.context import db
from server.web.feature import Happened
from server.web.i18n import gettext as _


def happened(held: Sequence[int], before_ms: int, limit: int) -> Sequence[Happened]:
    """The newest before a moment."""
    promised = select(Benefit).where(Benefit.card.in_(held), Benefit.created_ms < before_ms)
    found = [
        Happened(one.created_ms, "benefit", _("特典を用意：{text}").format(text=one.text))
        for one in db().scalars(promised.order_by(Benefit.created_ms.desc()).limit(limit))
    ]
    given = (
        select(Handover, Benefit.text)
        .join(Benefit, Benefit.id == Handover.benefit)
        .where(Handover.card.in_(held), Handover.at_ms < before_ms)
    )
    for word, text in db().execute(given.order_by(Handover.at_ms.desc()).limit(limit)):
        said = _("特典をお渡し：{text}") if word.given else _("特典は次回に：{text}")
        found.append(Happened(word.at_ms, "benefit", said.format(text=text), store=word.store))
    return found
