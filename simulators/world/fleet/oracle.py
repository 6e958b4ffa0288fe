"""The books kept by hand: what was on the stripes and on the screens. Reads bytes; shares no code with ``derive``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from shared.card.codec import Verdict, decode, track_hash
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from simulators.world import refunds
from simulators.world.fleet.plastic import Plastic
from simulators.world.oracle import Violation
from simulators.world.witness import Witness


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that head office has in its hands at the end, by event type: decoded JSON bodies."""

    bodies: Mapping[str, list[dict[str, object]]]
    seen: frozenset[bytes]  # hashes of the images that head office was shown, also by online checks
    made: frozenset[bytes] = frozenset()  # hashes of the generations that head office knows it began
    issued: Mapping[int, Mapping[int, int]] = field(default_factory=dict)  # card -> number -> points sent to it

    def of(self, kind: str) -> list[dict[str, object]]:
        return self.bodies.get(kind, [])

    def beside(self) -> set[int]:
        """Cards to whose holders something was promised beside the card."""
        honoured = {body["visit"] for body in self.of("HONOUR")}
        promised = (*self.of("OFFCARD"), *(body for body in self.of("INTENT") if body["visit"] in honoured))
        return {_int(body["card"]) for body in promised}

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
    noted: set[tuple[int, int]] = field(default_factory=set)  # (till, slip) of sales without a card
    taken_back: int = 0  # refunds that staff were told of
    successes: dict[tuple[int, int], int] = field(default_factory=dict)  # (till, slip) -> card
    adopted: set[int] = field(default_factory=set)  # cards of which nobody can tell how their generation began
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

    def write_ordered(self, track: str, journal: Witness) -> None:
        """I9: nothing is written that is not in the journal, durably, first."""
        if not _holds(journal, track):
            self.report("I9", "a stripe was ordered to be written without a durable INTENT or REISSUE")

    def sale_noted(self, till: int, slip: int, journal: Witness) -> None:
        """I10 again, for a sale without a card."""
        if (till, slip) not in self.noted and not journal.has_sale(slip):
            self.report("I10", f"till {till} said that sale {slip} is noted before it is durable")
        self.noted.add((till, slip))

    def success_shown(self, till: int, slip: int, card: int, journal: Witness) -> None:
        """I10: nothing says success before it is durable."""
        if (till, slip) in self.successes:
            return
        self.successes[till, slip] = card
        if not journal.has_success(slip):
            self.report("I10", f"till {till} showed slip {slip} before its record was durable")

    # --- at the end --------------------------------------------------------------------------------------------------

    def truth(self, told: Told) -> dict[int, int]:
        """Points of each holder, from stripes, grants and what was promised beside the card."""
        total = defaultdict(int, self.opening)
        surviving = told.tracks()
        surviving |= {track for card in self.plastics for track in card.held if track_hash(track) in told.seen}
        posts_told = {str(body["post"]) for body in told.of("INTENT")}
        proven: set[str] = set()
        for card in self.plastics:
            start = self._untold_start(card, told, surviving)
            if start is not None:  # all that is left of the past is what the card carried into its generation
                self.adopted.add(card.number)
                total[card.number] = self.image(card.held[start]).balance
            for place, track in enumerate(card.held):
                image = self.image(track)
                if start is not None and place <= start:
                    continue
                if image.seq == 0 or track in proven:
                    continue  # the beginning of a generation moves nothing
                if self._survives(card.held[place:], image.gen, surviving):
                    proven.add(track)
                    total[card.number] += image.earn - image.redeem
                    if track not in posts_told:
                        total[card.number] += self._given(card, place, told)
        posts = {str(body["visit"]): body for body in told.of("INTENT")}
        for card_no, points in refunds.owed(self.counted(told, proven)).items():
            total[card_no] -= points
        for visit in {str(body["visit"]) for body in told.of("HONOUR")}:
            body = posts.get(visit, {"post": "", "card": 0, "earn": 0, "redeem": 0})
            if body["post"] not in proven:
                total[_int(body["card"])] += _int(body["earn"]) - _int(body["redeem"])
        for body in {str(body["visit"]): body for body in told.of("OFFCARD")}.values():
            total[_int(body["card"])] += _int(body["earn"])
        return dict(total)

    def counted(self, told: Told, proven: set[str]) -> list[dict[str, object]]:
        """Decisions that were on a stripe, or were honoured beside it."""
        honoured = {body["visit"] for body in told.of("HONOUR")}
        return [body for body in told.of("INTENT") if body["post"] in proven or body["visit"] in honoured]

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

    def _untold_start(self, card: Plastic, told: Told, surviving: set[str]) -> int | None:
        """The place of the last generation's beginning, if no record is left of what came before: head office was put
        back to a day before it made it, and the tills that knew are dead. The card carried the sum of it all.
        """
        starts = [place for place, track in enumerate(card.held) if self.image(track).seq == 0]
        if not starts or card.is_copy:
            return None
        track, before = card.held[starts[-1]], card.held[: starts[-1]]
        reissued = {str(body["track"]) for body in told.of("REISSUE")}
        is_told = track_hash(track) in told.made or (track in reissued and any(one in surviving for one in before))
        survives = self._survives(card.held[starts[-1] :], self.image(track).gen, surviving)
        return None if is_told or not survives else starts[-1]

    def _given(self, card: Plastic, place: int, told: Told) -> int:
        """What head office's numbers moved, at a visit that only its image tells of, beyond what they are known to
        move: what the card did not have when it was to be taken, and what a head office that was put back has
        forgotten that it sent.
        """
        image, before = self.image(card.held[place]), self.image(card.held[place - 1] if place else card.first)
        wanted = (
            points for number, points in told.issued.get(card.number, {}).items() if before.adj < number <= image.adj
        )
        applied = image.balance - before.balance - image.earn + image.redeem
        return max(applied - sum(wanted), 0)

    def _survives(self, later: Iterable[str], gen: int, surviving: set[str]) -> bool:
        """Whether any record holds this image or one that descends from it in the same generation."""
        return any(track in surviving for track in later if self.image(track).gen == gen)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _holds(journal: Witness, track: str) -> bool:
    sql = "SELECT 1 FROM event WHERE type IN ('INTENT', 'REISSUE') AND instr(CAST(body AS TEXT), ?) LIMIT 1"
    return journal.has(sql, f'"{track}"')


def read_events(rows: Iterable[tuple[str, bytes]]) -> dict[str, list[dict[str, object]]]:
    """Bodies by type."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for kind, body in rows:
        found[kind].append(msgspec.json.decode(body))
    return dict(found)
