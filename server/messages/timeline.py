"""What was printed on a card's face, for a member's timeline."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from server.messages.models import PRINTED, CardMessage, MessageProof
from server.web.context import db
from server.web.feature import Happened
from server.web.i18n import gettext as _


def happened(held: Sequence[int], before_ms: int, limit: int) -> Sequence[Happened]:
    """The newest before a moment."""
    proven = (
        select(MessageProof, CardMessage.text)
        .join(CardMessage, CardMessage.id == MessageProof.message)
        .where(CardMessage.card.in_(held), MessageProof.at_ms < before_ms)
    )
    said = {True: _("カードに印字：{text}"), False: _("印字する場所がなかった：{text}")}
    return [
        Happened(proof.at_ms, "message", said[proof.kind == PRINTED].format(text=text), store=proof.store)
        for proof, text in db().execute(proven.order_by(MessageProof.at_ms.desc()).limit(limit))
    ]
