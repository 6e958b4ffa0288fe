"""The printer's tokenizer: bounded, and the same whatever the pieces."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.escpos_tokens import Text, Token, Tokenizer

PARTS = (b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x14", b"\0", b"\n", *(bytes((letter,)) for letter in b"@Vkv(*DA"))
COMMANDY = st.lists(st.sampled_from(PARTS), max_size=60).map(b"".join)
STREAMS = st.one_of(st.binary(max_size=300), COMMANDY)


def joined(tokens: list[Token]) -> list[Token]:
    """Neighbouring texts made one."""
    one: list[Token] = []
    for token in tokens:
        if isinstance(token, Text) and one and isinstance(one[-1], Text):
            one[-1] = Text(one[-1].data + token.data)
        else:
            one.append(token)
    return one


@given(STREAMS, st.lists(st.integers(0, 10_000), max_size=12))
def test_the_pieces_make_no_difference(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted({cut % (len(stream) + 1) for cut in cuts}), len(stream)]
    tokenizer = Tokenizer()
    found = [t for start, end in itertools.pairwise(places) for t in tokenizer.feed(stream[start:end])]
    assert joined(found) == joined(Tokenizer().feed(stream))


@given(STREAMS)
def test_bytes_one_by_one_are_tokens_too(stream: bytes) -> None:
    tokenizer = Tokenizer()
    found = [token for byte in stream for token in tokenizer.feed(bytes((byte,)))]
    assert joined(found) == joined(Tokenizer().feed(stream))
