"""No order of faults breaks the books, and the simulation is seen to bite: every planted bug is caught."""

from __future__ import annotations

import pytest

from shared.visit import events as e
from shared.visit import machine
from shared.visit import states as s
from shared.visit.effects import Abort, Commit, Intend, PrintFace, RecordPrint, Show, WriteCard
from shared.visit.flows import finish, keying, ready
from shared.visit.flows.turn import Turn
from shared.visit.flows.write import commit
from shared.visit.journal import How
from simulators.world.run import play

SEEDS = range(1, 21)
BITE_SEEDS = range(1, 121)  # a planted bug must show itself in so many worlds; most do in the first few


def test_twenty_worlds_of_faults_end_with_equal_books():
    outcomes = list(play(SEEDS))
    assert [outcome for outcome in outcomes if outcome.violations] == []
    total = {name: sum(outcome.counts[name] for outcome in outcomes) for name in outcomes[0].counts}
    assert total["successes"] > 100
    assert total["cuts"] > 50
    assert total["faults"] > 200


def test_the_same_seed_gives_the_same_trace():
    (first,), (second,) = play([7]), play([7])
    assert first == second
    assert len(first.trace) == 64


@pytest.fixture
def table():
    """The visit table, to be damaged; whole again afterwards."""
    whole = dict(machine.TABLE)
    yield machine.TABLE
    machine.TABLE.clear()
    machine.TABLE.update(whole)


def write_before_intent(table):
    def key(state, event, moment):
        turn = keying.key(state, event, moment)
        ordered = [effect for effect in turn.effects if isinstance(effect, Intend)]
        return Turn(turn.state, (*(WriteCard(effect.intent.post) for effect in ordered), *turn.effects))

    table[s.Keying, e.KeyPressed] = key
    table[s.Preparing, e.Intended] = lambda state, event, moment: Turn(s.Writing(state.plan, 1))


def success_before_commit(table):
    def written(state, event, moment):
        done = finish._done(state.plan, moment, "printing")
        return Turn(s.Committing(state.plan), (Show(done), Commit(state.plan.intent.visit, How.VERIFIED)))

    table[s.Writing, e.CardWritten] = written


def message_flag_set_early(table):
    def claimed(handler):
        def step(state, event, moment):
            turn = handler(state, event, moment)
            if not isinstance(turn.state, s.Printing):
                return turn
            plan = turn.state.plan
            claim = RecordPrint(plan.intent.visit, plan.copy, "", turn.state.messages, turn.state.no_room)
            before = [effect for effect in turn.effects if not isinstance(effect, PrintFace)]
            after = [effect for effect in turn.effects if isinstance(effect, PrintFace)]
            return Turn(turn.state, (*before, claim, *after))

        return step

    for pair in ((s.Committing, e.Committed), (s.Finishing, e.CardLookedUp)):
        table[pair] = claimed(table[pair])


def torn_card_called_written(table):
    """After a cut the torn card inside is counted instead of written again."""

    def unreadable(state, event, moment):
        return commit(s.Plan(state.open[-1].intent, None, recovered=True), How.ROLLED_FORWARD)

    table[s.Recovering, e.CardUnreadable] = unreadable


def abort_without_evidence(table):
    def later(state, event, moment):
        turn = ready.decide_later(state, event, moment)
        aborts = () if turn.state == state else (Abort(visit.intent.visit, "gave up") for visit in state.open)
        return Turn(turn.state, (*turn.effects, *aborts))

    table[s.Recovering, e.KeyPressed] = later


@pytest.mark.parametrize(
    ("plant", "rules"),
    [
        (write_before_intent, {"I9"}),
        (success_before_commit, {"I10"}),
        (message_flag_set_early, {"message"}),
        (torn_card_called_written, {"I6", "I7", "I1"}),
        (abort_without_evidence, {"I6", "I7", "I1"}),
    ],
)
def test_a_planted_bug_is_caught(table, plant, rules):
    plant(table)
    for outcome in play(BITE_SEEDS):
        if rules & {violation.split(":")[0] for violation in outcome.violations}:
            return
    pytest.fail(f"{plant.__name__} was not noticed in {len(BITE_SEEDS)} worlds")
