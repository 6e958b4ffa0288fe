"""How often a key may call: a bucket that fills by itself, in memory, one for each name."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from threading import Lock

BUCKETS_MAX = 10_000  # names remembered; then those whose bucket is full again are forgotten


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


class Throttle:
    """``burst`` calls at once, then ``per_minute``."""

    def __init__(self, per_minute: int, burst: int) -> None:
        self._per_ms, self._burst = per_minute / 60_000, burst
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def take(self, name: str, now_ms: int) -> int:
        """0: come in. Else the seconds until the next try may succeed."""
        with self._lock:
            if len(self._buckets) >= BUCKETS_MAX:
                self._forget(now_ms)
            bucket = self._buckets.setdefault(name, _Bucket(self._burst, now_ms))
            bucket.left = self._filled(bucket, now_ms)
            bucket.at_ms = now_ms
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return max(1, ceil((1 - bucket.left) / self._per_ms / 1000))

    def is_empty(self, name: str, now_ms: int) -> bool:
        """Whether the next call would be refused; takes nothing."""
        with self._lock:
            bucket = self._buckets.get(name)
            return bucket is not None and self._filled(bucket, now_ms) < 1

    def _filled(self, bucket: _Bucket, now_ms: int) -> float:
        return min(self._burst, bucket.left + max(now_ms - bucket.at_ms, 0) * self._per_ms)

    def _forget(self, now_ms: int) -> None:
        kept = {name: one for name, one in self._buckets.items() if self._filled(one, now_ms) < self._burst}
        self._buckets = kept if len(kept) < BUCKETS_MAX else {}
