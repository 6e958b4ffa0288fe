"""Who is calling, out of an INVITE: asserted by the network first, said by the caller last.

Sources: RFC 3325 (P-Asserted-Identity, Privacy: id), RFC 3323 (Privacy), draft-ietf-sip-privacy-04 (Remote-Party-ID),
and the display names that Japanese networks put into From where there is no number (TTC JJ-90.30).
"""

from __future__ import annotations

from typing import Final

from shared.visit.events import Withheld
from terminal.protocol.sip import Request, read_address
from terminal.protocol.telephone import Caller, dialled, reason

HIDING: Final = ("id", "user", "header")  # values of Privacy that hide the number
HIDING_PARTY: Final = ("full", "uri")  # of Remote-Party-ID
ANONYMOUS: Final = "anonymous"


def caller_of(invite: Request) -> Caller:
    """The number, or why there is none."""
    said = read_address(invite.first("from"))
    why = reason(said.name)
    number = _asserted(invite)
    if _is_hidden(invite):
        return Caller("", why or Withheld.PRIVATE)
    if not number and why is None:
        number = dialled(said.user)
    if number:
        return Caller(number, None)
    if why is None and said.user.lower() == ANONYMOUS:
        why = Withheld.PRIVATE
    return Caller("", why or Withheld.UNAVAILABLE)


def _asserted(invite: Request) -> str:
    identities = [*invite.addresses("p-asserted-identity"), *invite.addresses("remote-party-id")]
    return next((number for number in (dialled(identity.user) for identity in identities) if number), "")


def _is_hidden(invite: Request) -> bool:
    wishes = [wish.strip().lower() for value in invite.all("privacy") for wish in value.split(";")]
    party = [address.parameters.get("privacy", "").lower() for address in invite.addresses("remote-party-id")]
    return any(wish in HIDING for wish in wishes) or any(wish in HIDING_PARTY for wish in party)
