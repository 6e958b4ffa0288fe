"""The shape of an error's two sentences."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What happened, and what the reader can do. Japanese source texts; ``{name}`` takes a fact."""

    text: str
    remedy: str
