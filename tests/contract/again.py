"""One application after another, each with what they all have in common made by the first of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Templates that one head office has compiled, for the next one of this process."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


class KnownRule(Rule):
    """To compile how 250 addresses are put together takes longer than most tests. What comes out of it is a function
    of the rule, which is handed to it at every call; werkzeug keeps no promise about this name, and without it every
    application compiles its own again."""

    _known: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        like = (self.rule, self.subdomain, tuple(sorted((self.defaults or {}).items())), append_unknown)
        if like not in self._known:
            self._known[like] = super()._compile_builder(append_unknown)
        return self._known[like]


class Again(Flask):
    url_rule_class = KnownRule
    jinja_options: ClassVar[dict[str, Any]] = {"bytecode_cache": Compiled()}
