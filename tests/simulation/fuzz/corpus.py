"""Where a fuzzer starts: a folder of good inputs, and the words that its messages are made of."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import atheris

DICTIONARY = "words.dict"  # beside the corpus; libFuzzer inserts these


def fuzz(target: Callable[[bytes], None], seeds: Iterable[bytes], words: Iterable[bytes] = ()) -> None:
    """Run ``target`` on what libFuzzer makes of the seeds. ``argv[1]``: a folder of our own for the corpus.

    Does not return. The process ends with 0 when its time is over, and with another number at the first exception.
    """
    corpus = Path(sys.argv[1])
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number:03d}").write_bytes(seed)
    dictionary = corpus.parent / DICTIONARY
    dictionary.write_text("# words\n" + "".join(f'"{_escaped(word)}"\n' for word in words), "ascii")
    atheris.Setup([*sys.argv, f"-dict={dictionary}"], target)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)
