"""From the set of everything known about one card to what counts. Pure; the order of arrival plays no part.

A visit that a card took stands in a chain: every image names its predecessor. ``derive`` decides the visits by that
chain, fills what no journal ever told from the images on either side of the gap, and says what head office still owes
the card. Design: every term is a sum over facts, so a fact that arrives late only changes its own term.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Lots = tuple[tuple[int, int], ...]  # (expiry month, points), months in order, no zero
Change = dict[int, int]  # the same while it is being summed

ADJUSTMENTS_PER_EPOCH = 64  # numbers given before a restore of head office are never given again
GENERATIONS_PER_EPOCH = 8
NO_PREDECESSOR = bytes(4)


@dataclass(frozen=True, slots=True)
class Image:
    """What the books need of one genuine track."""

    hash: bytes  # SHA-256 of the track
    gen: int
    seq: int
    adj: int  # number of the last adjustment applied
    prev: bytes  # first 4 bytes of the predecessor's hash
    day: int  # card day of the last visit
    lots: Lots


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One INTENT. ``lots``: what the visit itself changed; ``adjusted``: (number, lots) brought onto the card by it.

    Only what ``only_earns`` can be honoured. ``granted``: what is given then, when the visit also took lapsed lots off
    the card or joined some, which a card that was never written has not seen; None: ``lots``.
    """

    visit: str
    pre: Image
    post: Image
    lots: Lots
    adjusted: tuple[tuple[int, Lots], ...] = ()
    only_earns: bool = True
    granted: Lots | None = None

    @property
    def honour(self) -> Lots:
        """What the holder gets when nobody can say that the card took the visit."""
        return self.lots if self.granted is None else self.granted


@dataclass(frozen=True, slots=True)
class Grant:
    """Points beside the card: earned off-card, or given or taken by head office. ``day``: card day."""

    cause: str
    day: int
    lots: Lots


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that is known about one card.

    ``opening``: what head office took over from elsewhere; None = the first image says it.
    ``starts``: first images of generations (an encoded card, a REISSUE); ``moved``: by such an image's hash, the
    change between lots that making it caused. ``honoured``: visits granted although no card proved them.
    ``made``: hashes of starts that head office made from its own books (a REISSUE; they open nothing). ``roots``:
    hashes of starts whose content nobody has shown yet.
    ``believed``, ``disbelieved``: hashes of images that nobody told of, after a person has looked.
    """

    visits: Mapping[str, VisitFact]
    committed: Collection[str] = ()
    aborted: Collection[str] = ()
    honoured: Collection[str] = ()
    seen: Collection[Image] = ()
    starts: Collection[Image] = ()
    moved: Mapping[bytes, Lots] = field(default_factory=dict)
    grants: Collection[Grant] = ()
    issued: Mapping[int, Lots] = field(default_factory=dict)  # adjustments by number
    opening: Lots | None = None
    made: Collection[bytes] = ()
    roots: Collection[bytes] = ()
    believed: Collection[bytes] = ()
    disbelieved: Collection[bytes] = ()


@dataclass(frozen=True, slots=True)
class WitnessLimits:
    """How much an image may prove that no journal told: per missing visit, and per card in all."""

    per_visit: int = 20_000
    per_card: int = 100_000


@dataclass(frozen=True, slots=True)
class Witness:
    """An image that nobody told of. ``steps``: visits missing before it; ``lots``: what they changed together.

    ``adopted``: the beginning of a generation whose start nobody told.
    """

    image: Image
    steps: int
    lots: Lots
    plausible: bool
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """Two images that cannot stand on one card: a copy exists."""

    gen: int
    seq: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows. ``lots``: the points of the holder, before any lapse that no visit has told.

    ``owed``: what must still be brought onto the card beyond every adjustment issued. ``next_number``: free for one.
    """

    counted: frozenset[str]
    aborted: frozenset[str]
    honoured: frozenset[str]
    undecided: frozenset[str]
    opening: Lots
    moved: tuple[tuple[bytes, Lots], ...]
    witnesses: tuple[Witness, ...]
    forks: tuple[Fork, ...]
    newest: Image | None
    lots: Lots
    owed: Lots
    last_number: int

    @property
    def is_doubtful(self) -> bool:
        """A copy or an implausible image: nobody sends points to such a card before a person has looked."""
        return bool(self.forks) or any(not witness.plausible for witness in self.witnesses)


def derive(facts: CardFacts, limits: WitnessLimits = WitnessLimits()) -> Derived:
    """Decide every visit of one card and sum up."""
    counted, aborted = _decide(facts)
    chain = _Chain(facts, counted, limits)
    witnesses = tuple(witness for gen in chain.gens for witness in chain.witnesses(gen))
    honoured = {
        visit
        for visit in facts.honoured
        if visit in facts.visits and visit not in counted and _can_be_honoured(facts.visits[visit], witnesses)
    }
    undecided = set(facts.visits) - counted - aborted - honoured
    beside = (*(facts.visits[visit].honour for visit in sorted(honoured)), *(grant.lots for grant in facts.grants))
    moved = tuple((image.hash, facts.moved[image.hash]) for image in chain.starts_told() if image.hash in facts.moved)
    all_gens = [lots for gen in chain.gens for lots in chain.changes(gen)]
    total = add_up(chain.opening, *all_gens, *beside, *(lots for _, lots in moved))
    return Derived(
        counted=frozenset(counted),
        aborted=frozenset(aborted - honoured),
        honoured=frozenset(honoured),
        undecided=frozenset(undecided),
        opening=chain.opening,
        moved=moved,
        witnesses=witnesses,
        forks=chain.forks(),
        newest=chain.newest(),
        lots=total,
        owed=chain.owed(total),
        last_number=chain.last_number(),
    )


def add_up(*changes: Iterable[tuple[int, int]]) -> Lots:
    """The sum of several changes, month by month."""
    total: Change = {}
    for lots in changes:
        for month, points in lots:
            total[month] = total.get(month, 0) + points
    return tuple([(month, total[month]) for month in sorted(total) if total[month]])


def negate(lots: Iterable[tuple[int, int]]) -> Lots:
    return tuple((month, -points) for month, points in lots)


def value(lots: Iterable[tuple[int, int]]) -> int:
    return sum(points for _, points in lots)


def _decide(facts: CardFacts) -> tuple[set[str], set[str]]:
    """The visits that the card took, and those that it did not. A commit dominates an abort.

    An undecided visit counts when its post image was read anywhere; it is aborted when a counted visit of the same
    generation stands on the same base.
    """
    visits = facts.visits
    counted = {visit for visit in facts.committed if visit in visits}
    read = {image.hash for image in facts.seen}
    while True:
        bases = read | {visits[visit].pre.hash for visit in counted}
        taken = {visit for visit, fact in visits.items() if visit not in counted and fact.post.hash in bases}
        if not taken:
            break
        counted |= taken
    on = {(visits[visit].pre.gen, visits[visit].pre.hash) for visit in counted}
    aborted = {visit for visit in facts.aborted if visit in visits}
    aborted |= {visit for visit, fact in visits.items() if (fact.pre.gen, fact.pre.hash) in on}
    return counted, aborted - counted


def _can_be_honoured(fact: VisitFact, witnesses: Sequence[Witness]) -> bool:
    """Not when a witness already holds whatever became of this visit: its gap covers the visit's place."""
    place = fact.post
    return fact.only_earns and not any(
        witness.image.gen == place.gen and witness.image.seq - witness.steps < place.seq <= witness.image.seq
        for witness in witnesses
    )


class _Chain:
    """The images of one card by generation. Built once, asked for its parts."""

    def __init__(self, facts: CardFacts, counted: set[str], limits: WitnessLimits) -> None:
        self._facts, self._limits = facts, limits
        self._on = [facts.visits[visit] for visit in sorted(counted)]
        self._posts = {fact.post.hash: fact.post for fact in self._on}
        told = {image.hash: image for image in sorted(facts.starts, key=_place)}
        self._told = {image.gen: image for image in told.values()}  # the last by order, should there be two
        read = {fact.pre.hash: fact.pre for fact in facts.visits.values()} | {image.hash: image for image in facts.seen}
        self._strangers: dict[int, list[Image]] = {}
        for image in sorted(read.values(), key=_place):
            if image.hash not in self._posts and image.hash not in told:
                self._strangers.setdefault(image.gen, []).append(image)
        self.gens = sorted({image.gen for image in (*told.values(), *self._posts.values(), *read.values())})
        self._roots = {image.hash[:4] for image in (*told.values(), *self._posts.values(), *read.values())}
        self._roots |= {hash_[:4] for hash_ in facts.roots}
        self._starts = {gen: self._start(gen) for gen in self.gens}
        self.opening = self._opening()
        self._witnesses: dict[int, tuple[Witness, ...]] = {}
        for gen in self.gens:  # in order: an adopted generation builds on those before it
            self._witnesses[gen] = self._find_witnesses(gen)

    def starts_told(self) -> list[Image]:
        return [self._told[gen] for gen in self.gens if gen in self._told]

    def witnesses(self, gen: int) -> tuple[Witness, ...]:
        return self._witnesses[gen]

    def changes(self, gen: int) -> list[Lots]:
        """What the visits of a generation changed, told or witnessed."""
        told = [fact.lots for fact in self._on if fact.pre.gen == gen]
        return told + [witness.lots for witness in self._witnesses.get(gen, ()) if witness.plausible]

    def forks(self) -> tuple[Fork, ...]:
        places: dict[tuple[int, int], set[bytes]] = {}
        strangers = (image for images in self._strangers.values() for image in images if self._is_on_a_card(image))
        for image in (*self._posts.values(), *self._told.values(), *strangers):
            places.setdefault((image.gen, image.seq), set()).add(image.hash)
        bases: dict[bytes, set[bytes]] = {}
        for fact in self._on:
            bases.setdefault(fact.pre.hash, set()).add(fact.post.hash)
        found = {place: hashes for place, hashes in places.items() if len(hashes) > 1}
        for hashes in bases.values():
            if len(hashes) > 1:
                post = self._posts[min(hashes)]
                found.setdefault((post.gen, post.seq), set()).update(hashes)
        return tuple(Fork(gen, seq, tuple(sorted(hashes))) for (gen, seq), hashes in sorted(found.items()))

    def newest(self) -> Image | None:
        strangers = (image for images in self._strangers.values() for image in images)
        return max((*self._posts.values(), *self._told.values(), *strangers), key=_place, default=None)

    def owed(self, total: Lots) -> Lots:
        """Total less what the current generation carries or has coming: closed loop, whatever was lost on the way."""
        if not self.gens:
            return ()
        gen = self.gens[-1]
        start = self._starts[gen]
        applied = {number: lots for fact in self._on if fact.pre.gen == gen for number, lots in fact.adjusted}
        skipped = {number for number in self._facts.issued if self._was_skipped(gen, number)}
        coming = {**self._facts.issued, **applied}
        on_the_way = [lots for n, lots in coming.items() if n > start.adj and (n in applied or n not in skipped)]
        return add_up(total, *map(negate, (*self.changes_after_start(gen), start.lots, *on_the_way)))

    def changes_after_start(self, gen: int) -> list[Lots]:
        """As ``changes``, without what was adopted as the start itself."""
        adopted = [w.lots for w in self._witnesses.get(gen, ()) if w.adopted and w.plausible]
        return [*self.changes(gen), *map(negate, adopted)]

    def last_number(self) -> int:
        on_images = [image.adj for image in (*self._posts.values(), *self._told.values())]
        strangers = [image.adj for images in self._strangers.values() for image in images]
        return max((*self._facts.issued, *on_images, *strangers), default=0)

    def _was_skipped(self, gen: int, number: int) -> bool:
        """Whether a visit went past an adjustment without applying it: it never will be."""
        return any(fact.pre.gen == gen and fact.pre.adj < number <= fact.post.adj for fact in self._on)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _start(self, gen: int) -> Image:
        """The told start, or an image that says itself that nothing was before it; else the earliest image, for a card
        of which nothing at all was taken over an empty one."""
        images = [fact.pre for fact in self._on if fact.pre.gen == gen] + self._strangers.get(gen, [])
        earliest = min(images, key=_place, default=None)
        if gen in self._told:
            return self._told[gen]
        if earliest is None or (earliest.seq and gen == self.gens[0] and self._facts.opening is None):
            return Image(b"", gen, 0, 0, b"", 0, ())
        return earliest

    def _opening(self) -> Lots:
        """Taken over; else what the card carried at its start."""
        if self._facts.opening is not None or not self.gens or self._is_made(self.gens[0]):
            return self._facts.opening or ()
        return self._starts[self.gens[0]].lots

    def _is_made(self, gen: int) -> bool:
        """Whether the generation began with what head office's own books said."""
        told = self._told.get(gen)
        return told is not None and told.hash in self._facts.made

    def _is_adopted(self, gen: int) -> bool:
        """Whether a later generation began without head office knowing all that its first image stands on."""
        if gen == self.gens[0] and not self._is_made(gen):
            return False
        told = self._told.get(gen)
        return told is None or (told.prev != NO_PREDECESSOR and told.prev not in self._roots)

    def _is_on_a_card(self, image: Image) -> bool:
        """A stranger that cannot come before the start of its generation."""
        return image.seq >= self._starts[image.gen].seq

    def _find_witnesses(self, gen: int) -> tuple[Witness, ...]:
        found: list[Witness] = []
        start = self._starts[gen]
        known = [start, *(image for image in self._posts.values() if image.gen == gen)]
        budget = self._limits.per_card
        if self._is_adopted(gen):
            adopted = self._adopt(gen, start, budget)
            budget -= abs(value(adopted.lots))
            found.append(adopted)
        for image in self._strangers.get(gen, []):
            anchor = _anchor(image, known)
            if image.hash == start.hash or anchor is None or any(_is_rival(image, other) for other in known):
                continue
            between = [lots for number, lots in self._facts.issued.items() if anchor.adj < number <= image.adj]
            lots = add_up(image.lots, *map(negate, (anchor.lots, *between)))
            steps = image.seq - anchor.seq
            size = abs(value(lots))
            plausible = self._is_believed(image, size <= min(steps * self._limits.per_visit, budget))
            budget -= size if plausible and image.hash not in self._facts.believed else 0
            found.append(Witness(image, steps, lots, plausible))
            known.append(image)
        return tuple(found)

    def _adopt(self, gen: int, start: Image, budget: int) -> Witness:
        """Nobody told how this generation began: its earliest image is believed, and stands for all before it."""
        before = [lots for older in self.gens if older < gen for lots in self.changes(older)]
        granted = [grant.lots for grant in self._facts.grants if grant.day < start.day]
        lots = add_up(start.lots, *map(negate, (self.opening, *before, *granted)))
        plausible = self._is_believed(start, abs(value(lots)) <= budget)
        return Witness(start, max(start.seq, 1), lots, plausible, adopted=True)

    def _is_believed(self, image: Image, by_rule: bool) -> bool:
        """A person's word stands above the rule."""
        return image.hash in self._facts.believed or (by_rule and image.hash not in self._facts.disbelieved)


def _place(image: Image) -> tuple[int, int, bytes]:
    return image.gen, image.seq, image.hash


def _anchor(image: Image, known: Iterable[Image]) -> Image | None:
    """What ``image`` descends from, as directly as is known: its named predecessor, else the last before it."""
    before = [other for other in known if other.seq < image.seq]
    named = [other for other in before if other.seq == image.seq - 1 and other.hash[:4] == image.prev]
    return max(named or before, key=_place, default=None)


def _is_rival(image: Image, other: Image) -> bool:
    return (image.gen, image.seq) == (other.gen, other.seq) and image.hash != other.hash
