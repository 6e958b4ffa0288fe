"""The file that says who a terminal is: made once, by enrolment or by head office, and never on the network."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import KEY_ID_MAX, NAME_MAX, Count, Hash, KeyPackage

IDENTITY_BYTES_MAX = 16 << 10  # a page; anything longer is another file
TENANT_MAX = (1 << 10) - 1  # 10 bits on the card (card image v1)


class Identity(Struct, frozen=True):
    """``seed`` is the only secret. Its Ed25519 form signs requests, its Curve25519 form opens ``keys``."""

    terminal: Annotated[int, Meta(ge=1, le=TERMINAL_ID_MAX)]
    tenant: Annotated[int, Meta(ge=0, le=TENANT_MAX)]  # the chain, as on its cards
    store: Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]  # head office's code of the shop
    seed: Hash
    kid: Annotated[int, Meta(ge=0, le=KEY_ID_MAX)]  # the epoch under which cards are written
    keys: Annotated[tuple[KeyPackage, ...], Meta(min_length=1)]
    store_name: Annotated[str, Meta(max_length=NAME_MAX)] = ""  # on receipts
    register_name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    url: str = ""  # of head office; empty: this terminal stands alone
    office_key: bytes = b""  # head office's public key: what is not signed with it is not head office
    server_epoch: Count = 0

    def __repr__(self) -> str:
        """Without the seed: this lands in logs."""
        return f"Identity(terminal={self.terminal}, tenant={self.tenant}, store={self.store!r})"
