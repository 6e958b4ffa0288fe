"""Enrolling a new terminal: a key is made here, six words are compared by people, an identity file is written.

    ./enishi terminal enrol --url URL --identity FILE [--code CODE]

Without ``--code`` the code is asked for. Exit codes: 0 enrolled, 2 not enrolled, with the reason in one sentence.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import msgspec
import requests
from mnemonic import Mnemonic
from nacl.signing import SigningKey, VerifyKey

from shared.errors import EnishiError, explain
from shared.sync.enrolment import CODE_LIFE_MS, in_words, normal_code, word_numbers
from shared.sync.identity import Identity
from shared.sync.messages import UNREADABLE, Enrol, EnrolReply
from shared.sync.signing import KEY_BYTES, STREAM_BYTES
from terminal.app.board import board_id
from terminal.app.clock import SystemClock
from terminal.app.config import check_address
from terminal.app.identity import Counter, Signer, open_ring, write_identity
from terminal.app.language import translation
from terminal.app.main import SOFTWARE
from terminal.app.sync.line import Line, Refusal, pack

ASK_EVERY_S = 2.0
EXIT_REFUSED = 2
_WORD_LISTS = {"ja": "japanese", "en": "english"}

_parse = msgspec.json.Decoder(EnrolReply).decode


class _Newcomer(Signer):
    """Knows head office from its first reply on. Whether that was head office, the words tell."""

    def is_head_office(self, number: int, status: int, content: bytes, signature: bytes | None) -> bool:
        if self._office is None:
            try:
                self._office = VerifyKey(_parse(content).office_key)
            except UNREADABLE:  # a refusal: nobody is known yet, and nothing is believed but that
                return status in range(400, 500)
        return super().is_head_office(number, status, content, signature)


class Enrolment:
    """One attempt. ``show`` is told the six words once; ``rest`` waits between two questions."""

    def __init__(self, session: requests.Session, url: str, seed: bytes, software: str, board: str) -> None:
        self._url, self._seed, self._software, self._board = url, seed, software, board
        nobody = Identity(terminal=0, tenant=0, store="", seed=seed, kid=0, keys=())
        stream = bytes(2) + secrets.token_bytes(STREAM_BYTES - 2)
        self._line = Line(session, url, _Newcomer(nobody, stream, Counter()), software, SystemClock())

    def run(self, code: str, show: Callable[[Sequence[int]], None], rest: Callable[[], None]) -> Identity:
        """Until an officer has answered. Raises ``sync.*``; what a bad line swallowed is asked again."""
        key = bytes(SigningKey(self._seed).verify_key)
        told = pack(Enrol(code, key, self._board, self._software))
        reply = self._ask(lambda: self._line.post("/v1/enrol", told, _parse))
        show(word_numbers(reply.office_key, key, code))
        office_key, name = reply.office_key, reply.name
        while reply.state == "waiting":
            rest()
            try:
                reply = self._ask(lambda: self._line.get(f"/v1/enrol/{name}", _parse))
            except EnishiError as error:
                if error.code not in ("sync.unreachable", "sync.timeout", "sync.busy"):
                    raise
        if reply.state != "confirmed" or reply.office_key != office_key:
            raise EnishiError("sync.enrol_refused")
        return self._identity(reply)

    def _ask(self, ask: Callable[[], EnrolReply]) -> EnrolReply:
        try:
            return ask()
        except Refusal as refusal:
            if refusal.reply is None:
                raise EnishiError("sync.not_head_office", status=refusal.status) from refusal
            raise EnishiError(refusal.reply.code, **refusal.reply.facts) from refusal

    def _identity(self, reply: EnrolReply) -> Identity:
        identity = Identity(
            reply.terminal, reply.tenant, reply.store, self._seed, reply.kid, reply.keys, reply.store_name,
            reply.register_name, self._url, reply.office_key, reply.server_epoch,
        )  # fmt: skip
        open_ring(identity, identity.kid, identity.keys)  # rather now than at the first card
        return identity


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In the shop's language instead of argparse's."""
        raise EnishiError("config.argument", detail=message[:200], command=self.prog)


def main(
    argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ, out: TextIO = sys.stdout,
    ask: Callable[[], str] = sys.stdin.readline,
) -> int:  # fmt: skip
    """The exit code."""
    language = environ.get("ENISHI_TERMINAL_LANGUAGE", "ja")
    translate = translation(language)
    try:
        _enrol(argv, language, out, ask)
    except EnishiError as error:
        text, remedy = explain(error.code, error.facts, translate)
        sys.stderr.write(f"{text}\n{remedy}\n({error})\n")
        return EXIT_REFUSED
    return 0


def _enrol(argv: Sequence[str] | None, language: str, out: TextIO, ask: Callable[[], str]) -> None:
    _ = translation(language)
    given = _arguments(argv)
    check_address(given.url, given.allow_plain_http)
    if given.identity.exists():
        raise EnishiError("config.identity_exists", path=str(given.identity))
    if not given.code:
        _say(out, _("本部の画面に出ている登録コードを入れて、Enter を押してください。"))
    code = normal_code((given.code or ask()).strip())
    if not code:
        raise EnishiError("sync.enrol_code")

    def show(numbers: Sequence[int]) -> None:
        words = in_words(Mnemonic(_WORD_LISTS.get(language, "english")).wordlist, numbers)
        _say(out, _("次の6つの言葉が、本部の画面と同じか確かめてください。"))
        _say(out, "\n    " + "  ".join(words) + "\n")
        _say(out, _("同じなら、本部の画面で「同じです」を押します。それまで待っています。"))

    enrolment = Enrolment(requests.Session(), given.url, secrets.token_bytes(KEY_BYTES), SOFTWARE, board_id())
    give_up_at = time.monotonic() + 2 * CODE_LIFE_MS / 1000
    identity = enrolment.run(code, show, lambda: _rest(give_up_at))
    try:
        write_identity(given.identity, identity)
    except OSError as error:
        raise EnishiError("config.identity_unwritable", path=str(given.identity)) from error
    text = _("端末 {terminal}（{store}）として登録しました。設定の identity_file に {path} と書いてください。")
    _say(out, text.format(terminal=identity.terminal, store=identity.store_name, path=given.identity))


def _rest(give_up_at: float) -> None:
    if time.monotonic() > give_up_at:
        raise EnishiError("sync.enrol_refused")
    time.sleep(ASK_EVERY_S)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="enishi terminal enrol", description="Enrol this machine as a counter terminal")
    parser.add_argument("--url", required=True, help="head office's address")
    parser.add_argument("--identity", required=True, type=Path, metavar="FILE", help="the identity file to write")
    parser.add_argument("--code", default="", help="one-time code; asked for when left out")
    parser.add_argument("--allow-plain-http", action="store_true", help="only inside a network that is trusted")
    return parser.parse_args(argv)


def _say(out: TextIO, text: str) -> None:
    out.write(text + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
