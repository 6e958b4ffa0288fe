"""Fuzzing what the counter's devices may say: any bytes in any pieces are read alike, in bounded memory.

``python -m tests.simulation.fuzz.device_frames FOLDER -max_total_time=8``
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import atheris

from tests.simulation.fuzz.corpus import fuzz

with atheris.instrument_imports(include=["shared", "terminal"]):
    from terminal.protocol import panel_board, tcp300
    from terminal.protocol.escpos import IDENTITY_MAX, AnswerDecoder, OfflineCause, PaperState
    from terminal.protocol.escpos_tokens import Text, Tokenizer
    from terminal.protocol.framing import hdlc, stx_bcc

PIECE_MAX = 9  # bytes at once; most reads of a serial port are shorter
GOOD_BLOCK = stx_bcc.frame(b"\x59\x20000000")
GOOD_KEY = panel_board.encode(panel_board.KeyDown(0x31), 7)


def wires(data: bytes) -> None:
    """The first byte chooses the reader, the second how the rest is cut into pieces."""
    if len(data) < 2:
        return
    reader = READERS[data[0] % len(READERS)]
    reader(data[2:], data[1])


def pieces(data: bytes, cut: int) -> Iterator[bytes]:
    """The same bytes in pieces of uneven lengths, different for every ``cut``."""
    place = 0
    while place < len(data):
        size = 1 + (cut * (place + 1) >> 3) % PIECE_MAX
        yield data[place : place + size]
        place += size


def card_unit(data: bytes, cut: int) -> None:
    """Blocks to the host: the pieces do not matter, and after any noise the second of two blocks is read."""
    whole, pieced = stx_bcc.ResponseDecoder(), stx_bcc.ResponseDecoder()
    tokens = whole.feed(data)
    found = []
    for piece in pieces(data, cut):
        found += pieced.feed(piece)
        assert len(pieced._body) <= stx_bcc.BODY_LEN_MAX
    assert tokens == found
    for token in tokens:
        if isinstance(token, stx_bcc.Frame):
            _answer(token.body)
    assert stx_bcc.Frame(GOOD_BLOCK[1:-2]) in pieced.feed(GOOD_BLOCK + GOOD_BLOCK)


def _answer(body: bytes) -> None:
    assert 0 < len(body) <= stx_bcc.BODY_LEN_MAX
    status = tcp300.parse_status(body[2:])
    assert status is None or len(status.inner) == 3
    assert "\n" not in tcp300.parse_version(body[2:])
    assert tcp300.parse_track(body[2:]).encode("latin-1") == body[2:]


def host(data: bytes, cut: int) -> None:
    """Blocks to the unit, as its simulator reads them."""
    receiver = stx_bcc.CommandReceiver(lambda command, count, byte: byte != cut)
    for byte in data:
        receiver.push(byte)
        assert len(receiver._body) <= stx_bcc.DATA_LEN_MAX + 1


def panel(data: bytes, cut: int) -> None:
    """The panel board's frames: equal in any pieces, and after any noise the next frame is read."""
    whole, pieced = hdlc.HdlcDecoder(), hdlc.HdlcDecoder()
    payloads = whole.feed(data)
    found = []
    for piece in pieces(data, cut):
        found += pieced.feed(piece)
        assert pieced.waiting <= 2 * (hdlc.PAYLOAD_MAX + hdlc.FCS_LEN)
    assert payloads == found
    for payload in payloads:
        _message(payload)
    assert panel_board.decode(pieced.feed(hdlc.FLAG + GOOD_KEY)[-1]) == (panel_board.KeyDown(0x31), 7)


def _message(payload: bytes) -> None:
    told = panel_board.decode(payload)
    if told is not None:
        (again,) = hdlc.HdlcDecoder().feed(panel_board.encode(*told))
        assert panel_board.decode(again) == told


def message(data: bytes, cut: int) -> None:
    """A payload whose frame was good."""
    if 0 < len(data) <= hdlc.PAYLOAD_MAX:
        assert hdlc.HdlcDecoder().feed(hdlc.encode(data)) == [data]
        _message(data)


def printer(data: bytes, cut: int) -> None:
    """The receipt printer's status bytes."""
    whole, pieced = AnswerDecoder(), AnswerDecoder()
    answers = whole.feed(data)
    found = []
    for piece in pieces(data, cut):
        found += pieced.feed(piece)
        assert len(pieced._kept) <= IDENTITY_MAX + 1
    assert answers == found
    for byte in data[:4]:
        OfflineCause.parse(byte)
        PaperState.parse_now(byte)


def receipt(data: bytes, cut: int) -> None:
    """What a printer is told: commands are found alike in any pieces; text may be cut."""
    whole, pieced = Tokenizer(), Tokenizer()
    commands = [token for token in whole.feed(data) if not isinstance(token, Text)]
    found = []
    for piece in pieces(data, cut):
        found += [token for token in pieced.feed(piece) if not isinstance(token, Text)]
        assert len(pieced._kept) <= 10
    assert commands == found


READERS: tuple[Callable[[bytes, int], None], ...] = (card_unit, host, panel, message, printer, receipt)


def seeds() -> Iterator[bytes]:
    blocks = stx_bcc.frame(b"\x22\x20LBAcSZYC0g") + b"\x06" + stx_bcc.frame(b"\x58\x20V1.0") + GOOD_BLOCK
    frames = GOOD_KEY + panel_board.encode(panel_board.Hello(1, 0x7E7D)) + panel_board.encode(panel_board.Ping())
    shown = panel_board.encode(panel_board.SetDisplay(b"a" * 20, b"~" * 20), 3)
    status = b"\x12\x14\x00\x00\x0f\x37\x25\x00"
    text = bytes.fromhex(
        "1B40 1C26 1C4331 898F 0A 1D2111 1D564200 1D6B4105 3132333435 1B4410 00 1D763000 0100 0200 AABB"
    )
    for reader, told in enumerate((blocks, blocks, frames + shown, b"\x90\x01\x30", status, text)):
        yield bytes((reader, 0)) + told
        yield bytes((reader, 1)) + told[:-3] + told
    yield bytes((READERS.index(card_unit), 255)) + b"\x02" + b"A" * stx_bcc.BODY_LEN_MAX + GOOD_BLOCK
    yield bytes((READERS.index(panel), 255)) + b"A" * 3 * hdlc.PAYLOAD_MAX + GOOD_KEY


if __name__ == "__main__":
    fuzz(wires, seeds(), (b"\x02", b"\x03", b"\x7e", b"\x7d\x5e", GOOD_BLOCK, GOOD_KEY, b"\x37\x25\x00"))
