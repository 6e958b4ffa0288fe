"""The books kept by hand: what was on the stripes and on the screens. Reads bytes; shares no code with ``derive``."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from shared.card.codec import Verdict, decode, track_hash
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from simulators.world.fleet.plastic import Plastic
from simulators.world.oracle import Violation


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that head office has in its hands at the end, by event type: decoded JSON bodies."""

    bodies: Mapping[str, list[dict[str, object]]]
    seen: frozenset[bytes]  # hashes of the images that head office was shown, also by online checks

    def of(self, kind: str) -> list[dict[str, object]]:
        return self.bodies.get(kind, [])

    def tracks(self) -> set[str]:
        """Every track that any surviving record proves to have been on a card. An INTENT alone proves its base only."""
        committed = {body["visit"] for body in self.of("COMMIT")}
        named = {str(body["pre"]) for body in self.of("INTENT")}
        named |= {str(body["post"]) for body in self.of("INTENT") if body["visit"] in committed}
        return named | {str(body["track"]) for body in (*self.of("SEEN"), *self.of("REISSUE"))}


@dataclass
class Oracle:
    ring: KeyRing
    plastics: list[Plastic] = field(default_factory=list)
    opening: dict[int, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    set_back: set[int] = field(default_factory=set)  # cards on which an older image was written again, on staff's word
    successes: dict[tuple[int, int], int] = field(default_factory=dict)  # (till, slip) -> card
    _known: dict[str, CardImage] = field(default_factory=dict)

    def know(self, card: Plastic) -> None:
        self.plastics.append(card)
        if not card.is_copy:
            self.opening[card.number] = self.image(card.track).balance

    def report(self, rule: str, detail: str) -> None:
        self.violations.append(Violation(rule, detail))

    def image(self, track: str) -> CardImage:
        """The content of a genuine track."""
        found = self._known.get(track)
        if found is None:
            decoded = decode(track, self.ring)
            assert decoded.verdict is Verdict.OK, (decoded.verdict, track)
            assert decoded.image is not None
            found = self._known[track] = decoded.image
        return found

    # --- while it happens --------------------------------------------------------------------------------------------

    def write_ordered(self, track: str, journal: Path) -> None:
        """I9: nothing is written that is not in the journal, durably, first."""
        if not _holds(journal, track):
            self.report("I9", "a stripe was ordered to be written without a durable INTENT or REISSUE")

    def success_shown(self, till: int, slip: int, card: int, journal: Path) -> None:
        """I10: nothing says success before it is durable."""
        if (till, slip) in self.successes:
            return
        self.successes[till, slip] = card
        if not _is_durable(journal, slip):
            self.report("I10", f"till {till} showed slip {slip} before its record was durable")

    # --- at the end --------------------------------------------------------------------------------------------------

    def truth(self, told: Told) -> dict[int, int]:
        """Points of each holder, from stripes, grants and what was promised beside the card."""
        total = defaultdict(int, self.opening)
        surviving = told.tracks()
        surviving |= {track for card in self.plastics for track in card.held if track_hash(track) in told.seen}
        proven: set[str] = set()
        for card in self.plastics:
            for place, track in enumerate(card.held):
                image = self.image(track)
                if image.seq == 0 or track in proven:
                    continue  # the beginning of a generation moves nothing
                if self._survives(card.held[place:], image.gen, surviving):
                    proven.add(track)
                    total[card.number] += image.earn - image.redeem
        posts = {str(body["visit"]): body for body in told.of("INTENT")}
        for visit in {str(body["visit"]) for body in told.of("HONOUR")}:
            body = posts.get(visit, {"post": "", "card": 0, "earn": 0, "redeem": 0})
            if body["post"] not in proven:
                total[_int(body["card"])] += _int(body["earn"]) - _int(body["redeem"])
        for body in {str(body["visit"]): body for body in told.of("OFFCARD")}.values():
            total[_int(body["card"])] += _int(body["earn"])
        return dict(total)

    def forked(self, told: Told) -> tuple[set[int], set[int]]:
        """Cards of which two committed writes stand on one place, and cards of which a copy exists at all."""
        committed = {str(body["visit"]) for body in told.of("COMMIT")}
        posts = {str(body["post"]) for body in told.of("INTENT") if body["visit"] in committed}
        places: dict[tuple[int, int, int], set[str]] = defaultdict(set)
        for card in self.plastics:
            for track in card.held:
                image = self.image(track)
                if track in posts:
                    places[image.card, image.gen, image.seq].add(track)
        twice = {number for (number, _, _), tracks in places.items() if len(tracks) > 1}
        return twice, {card.number for card in self.plastics if card.is_copy}

    def _survives(self, later: Iterable[str], gen: int, surviving: set[str]) -> bool:
        """Whether any record holds this image or one that descends from it in the same generation."""
        return any(track in surviving for track in later if self.image(track).gen == gen)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _holds(journal: Path, track: str) -> bool:
    """Read by an independent connection: only what is committed can be seen."""
    sql = "SELECT 1 FROM event WHERE type IN ('INTENT', 'REISSUE') AND instr(CAST(body AS TEXT), ?) LIMIT 1"
    return _ask(journal, sql, f'"{track}"')


def _is_durable(journal: Path, slip: int) -> bool:
    sql = """
        SELECT 1 FROM event AS told
        WHERE (type = 'OFFCARD' AND instr(CAST(body AS TEXT), ?1))
           OR (type = 'INTENT' AND instr(CAST(body AS TEXT), ?1) AND EXISTS (
                SELECT 1 FROM event WHERE type IN ('COMMIT', 'HONOUR')
                AND json_extract(body, '$.visit') = json_extract(told.body, '$.visit')))
        LIMIT 1
    """
    return _ask(journal, sql, f'"slip":{slip},') or _ask(journal, sql, f'"slip":{slip}}}')


def _ask(journal: Path, sql: str, value: str) -> bool:
    connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        return connection.execute(sql, (value,)).fetchone() is not None
    finally:
        connection.close()


def read_events(rows: Iterable[tuple[str, bytes]]) -> dict[str, list[dict[str, object]]]:
    """Bodies by type."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for kind, body in rows:
        found[kind].append(msgspec.json.decode(body))
    return dict(found)
