"""From the set of a card's known visits to what counts. Pure; independent of the order in which facts arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One INTENT as the books need it. Hashes are SHA-256 of the tracks."""

    visit: str
    gen: int
    seq: int
    pre_hash: bytes
    post_hash: bytes


@dataclass(frozen=True, slots=True)
class Derived:
    counted: frozenset[str]  # visits that the card took
    aborted: frozenset[str]  # visits that it did not take
    undecided: frozenset[str]


def derive(
    visits: Mapping[str, VisitFact], committed: Collection[str], aborted: Collection[str], seen: Collection[bytes]
) -> Derived:
    """Decide every visit of one card.

    A commit dominates an abort. An undecided visit counts when its post image was seen or is the base of a counted
    visit; it is aborted when a counted visit of the same generation stands on the same base.
    """
    counted = {visit for visit in committed if visit in visits}
    dropped = {visit for visit in aborted if visit in visits} - counted
    seen_hashes = set(seen)
    while True:
        bases = {(fact.gen, fact.pre_hash) for visit, fact in visits.items() if visit in counted}
        base_hashes = {fact.pre_hash for visit, fact in visits.items() if visit in counted}
        taken = {
            visit
            for visit, fact in visits.items()
            if visit not in counted and (fact.post_hash in seen_hashes or fact.post_hash in base_hashes)
        }
        if not taken:
            break
        counted |= taken
        dropped -= taken
    for visit, fact in visits.items():
        if visit not in counted and (fact.gen, fact.pre_hash) in bases:
            dropped.add(visit)
    undecided = set(visits) - counted - dropped
    return Derived(frozenset(counted), frozenset(dropped), frozenset(undecided))
