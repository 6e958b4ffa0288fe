"""The bugs that are planted, each with the test that must notice. One line of the product each."""

from __future__ import annotations

from tests.simulation.planted import Bug
from tests.simulation.planted_at_office import AT_OFFICE

DERIVE, LOTS = "shared/points/derive.py", "shared/points/lots.py"
OFFLINE, CODEC = "shared/points/offline.py", "shared/card/codec.py"
MAC, PRICING = "shared/card/mac.py", "shared/visit/flows/pricing.py"
WRITE, SETTLING = "shared/visit/flows/write.py", "shared/visit/flows/settling.py"
READY, HEALING = "shared/visit/flows/ready.py", "shared/visit/flows/healing.py"
STORE, DERIVED = "terminal/app/store/store.py", "terminal/app/store/derived.py"
SQL, PEN = "terminal/app/store/sql.py", "terminal/app/store/pen.py"
PRUNE, CLOCK = "terminal/app/store/prune.py", "terminal/app/clock.py"
POSTINGS, OF_DERIVE = "server/ledger/postings.py", "unit/shared/points/test_derive.py::"
OF_OFFICE = "unit/shared/visit/flows/test_pricing_with_head_office.py::"
OF_WRITE = "unit/shared/visit/flows/test_write.py::"
OF_VISIT, OF_PRESENT = "unit/shared/visit/test_visit.py::", "unit/shared/visit/test_present.py::"
OF_STORE, OF_LAG = "contract/terminal/app/store/test_visits.py::", "contract/terminal/app/store/test_lag.py::"
OF_FEED, OF_MIRROR = "contract/terminal/app/store/test_feed.py::", "contract/terminal/app/store/test_mirror.py::"
OF_FAULTS, OF_PRUNE = "contract/terminal/app/store/test_faults.py::", "contract/terminal/app/store/test_prune.py::"
OF_POSTINGS = "unit/server/ledger/test_postings.py::"

IN_DERIVE = (
    Bug(
        "an image that nobody told of is passed over", DERIVE,
        "found.append(Witness(image, steps, lots, plausible))", "pass",
        OF_DERIVE + "test_the_sum_is_what_really_moved_even_when_one_terminal_never_tells",
    ),
    Bug(
        "a visit is honoured although the card took it", DERIVE,
        "if visit in facts.visits and visit not in counted and _can", "if visit in facts.visits and _can",
        OF_DERIVE + "test_evidence_decides_each_visit",
    ),
    Bug(
        "an abort dominates a commit", DERIVE,
        "return counted, aborted - counted", "return counted - aborted, aborted",
        OF_DERIVE + "test_evidence_decides_each_visit",
    ),
    Bug(
        "the base that was read proves the visit", DERIVE,
        "fact.post.hash in bases}", "(fact.post.hash in bases or fact.pre.hash in read)}",
        OF_DERIVE + "test_evidence_decides_each_visit",
    ),
    Bug(
        "two visits on one base stay undecided", DERIVE,
        "aborted |= {visit for visit, fact in visits.items() if (fact.pre.gen, fact.pre.hash) in on}", "",
        OF_DERIVE + "test_evidence_decides_each_visit",
    ),
    Bug(
        "a copy is not noticed", DERIVE,
        "return tuple(Fork(gen, seq, tuple(sorted(hashes))) for (gen, seq), hashes in sorted(found.items()))",
        "return ()",
        OF_DERIVE + "test_two_images_on_one_place_are_a_fork",
    ),
    Bug(
        "what is owed leaves out what the card began with", DERIVE,
        "(*self.changes_after_start(gen), start.lots, *on_the_way)", "(*self.changes_after_start(gen), *on_the_way)",
        OF_DERIVE + "test_a_new_generation_carries_what_was_known_and_late_visits_follow_as_a_debt",
    ),
    Bug(
        "what is owed is counted in the first generation for ever", DERIVE,
        "gen = self.gens[-1]", "gen = self.gens[0]",
        OF_DERIVE + "test_a_new_generation_carries_what_was_known_and_late_visits_follow_as_a_debt",
    ),
    Bug(
        "what is on its way is sent once more", DERIVE,
        "start.lots, *on_the_way)", "start.lots)",
        OF_DERIVE + "test_points_beside_the_card_are_owed_to_it",
    ),
    Bug(
        "a gap is filled with all that the image carries", DERIVE,
        "add_up(image.lots, *map(negate, (anchor.lots, *between)))", "add_up(image.lots, *map(negate, between))",
        OF_DERIVE + "test_a_gap_is_filled_from_the_images_on_either_side",
    ),
    Bug(
        "adjustments inside a gap are taken for visits", DERIVE,
        "(anchor.lots, *between)", "(anchor.lots,)",
        OF_DERIVE + "test_the_sum_is_what_really_moved_even_when_one_terminal_never_tells",
    ),
    Bug(
        "an image proves any number of points", DERIVE,
        "size <= min(steps * self._limits.per_visit, budget)", "True",
        OF_DERIVE + "test_an_implausible_witness_gives_nothing_and_sends_nothing",
    ),
    Bug(
        "a grant is added to the gap that holds it already", DERIVE,
        "return fact.only_earns and not any(", "return fact.only_earns or not any(",
        OF_DERIVE + "test_a_grant_to_a_doubtful_visit_inside_a_gap_is_not_added_to_the_witness",
    ),
    Bug(
        "an adopted start is counted beside what it stands for", DERIVE,
        "return [*self.changes(gen), *map(negate, adopted)]", "return self.changes(gen)",
        OF_DERIVE + "test_a_generation_nobody_told_is_adopted_until_its_start_is_told",
    ),
)  # fmt: skip

IN_POINTS = (
    Bug(
        "points lapse at the beginning of their month", LOTS,
        "return 0 < lot.month < this_month", "return 0 < lot.month <= this_month",
        "unit/shared/points/test_lots.py::test_a_lot_counts_until_the_end_of_its_month",
    ),
    Bug(
        "a fourth lot is joined with the sooner one", LOTS,
        "Lot(earlier.points + later.points, later.month)", "Lot(earlier.points + later.points, earlier.month)",
        "unit/shared/points/test_lots.py::test_adding_keeps_every_point_and_no_point_lapses_earlier",
    ),
    Bug(
        "a month without sync costs no limit", OFFLINE,
        "if age_ms > limits.stopped_after_d * DAY_MS:", "if age_ms < 0:",
        "unit/shared/points/test_offline.py::test_limits_shrink_with_the_age_of_the_last_sync",
    ),
    Bug(
        "the MAC is not compared", CODEC,
        "if not hmac.compare_digest(expected_mac, mac.to_bytes(MAC_BYTES, \"big\")):", "if not expected_mac:",
        "unit/shared/card/test_codec.py::test_a_track_copied_under_another_card_s_number_is_forged",
    ),
    Bug(
        "an image is genuine on every chip", MAC,
        "bytes((len(uid),)) + uid if uid", "bytes((len(uid),)) if uid",
        "unit/shared/card/test_chip.py::test_an_image_is_genuine_on_its_own_chip_alone",
    ),
    Bug(
        "a clock years ahead is believed", CLOCK,
        "return Now(told.mono_s, told.wall_ms, ClockQuality.AHEAD)", "return told",
        "unit/terminal/app/test_clock.py::test_the_machine_is_believed_between_the_last_record_and_half_a_year_later",
    ),
    Bug(
        "what is posted already is posted again", POSTINGS,
        " - (so_far.points if so_far else 0)", "",
        OF_POSTINGS + "test_what_is_posted_already_needs_nothing",
    ),
    Bug(
        "a month that is over lapses twice", POSTINGS,
        "result.append(Posting(LAPSE, month, -total))", "result.append(Posting(LAPSE, month, -2 * total))",
        OF_POSTINGS + "test_settled_months_come_to_nothing_and_no_more_lapses_than_is_there",
    ),
)  # fmt: skip

IN_VISIT = (
    Bug(
        "only the next number is applied, and after a restore none", PRICING,
        "if state.image.adj < number <= LIMITS[\"adj\"]", "if number == state.image.adj + 1",
        OF_OFFICE + "test_only_higher_numbers_than_the_cards_are_applied_all_of_them_in_order",
    ),
    Bug(
        "an adjustment is applied at every visit again", PRICING,
        "adj=max(image.adj, adjusted)", "adj=image.adj",
        OF_OFFICE + "test_an_adjustment_is_in_the_balance_in_the_image_and_beside_the_sale",
    ),
    Bug(
        "the card does not count what is used without head office", PRICING,
        "min(off_red + counts_offline, LIMITS[\"off_red\"])", "off_red",
        OF_OFFICE + "test_i14_one_lineage_redeems_no_more_than_its_limit_without_head_office",
    ),
    Bug(
        "a question to head office lifts the limits before it is answered", PRICING,
        "moment),\n        online=state.online,\n        offline=",
        "moment),\n        online=is_online_lately(state.facts, moment),\n        offline=",
        OF_OFFICE + "test_its_yes_lifts_the_limits_and_begins_the_counters_anew",
    ),
    Bug(
        "a card that cannot be read aborts its visit", WRITE,
        "doubt = Doubt(intent.visit, code)", "doubt = Abort(intent.visit, code)",
        OF_WRITE + "test_c12_three_failed_writes_end_in_doubt_and_the_earned_points_are_granted",
    ),
    Bug(
        "a visit that used points is honoured", WRITE,
        "    if intent.redeem:\n", "    if intent.redeem < 0:\n",
        OF_WRITE + "test_c12_points_that_were_to_be_used_are_not_and_the_customer_pays_in_full",
    ),
    Bug(
        "an old image is written on", SETTLING,
        "if shadow and (image.gen, image.seq) < (shadow.gen, shadow.seq):", "if shadow and image.gen < shadow.gen:",
        OF_PRESENT + "test_a_card_that_must_not_be_written_earns_beside_itself",
    ),
    Bug(
        "the next image may stand on any other", SETTLING,
        "if shadow and _forked(image, shadow):", "if shadow and not image:",
        OF_PRESENT + "test_a_card_that_must_not_be_written_earns_beside_itself",
    ),
    Bug(
        "a torn card that came back is written without a question", READY,
        "fresh = _prepared(state.open)\n    if state.stayed and len(fresh) == 1:", "fresh = state.open\n    if fresh:",
        OF_VISIT + "test_c5_a_torn_card_that_came_back_needs_its_number_and_its_face",
    ),
    Bug(
        "a torn chip is written to the end of a visit that it left behind", HEALING,
        "if waiting and not objection(image, state.older, newest(facts.shadow, settled), moment):", "if waiting:",
        "unit/shared/visit/flows/test_healing.py::"
        "test_a_visit_of_ours_is_not_written_onto_a_card_that_went_on_elsewhere[newer]",
    ),
    Bug(
        "a copied chip settles the visit of the true one", READY,
        "(event.track, event.uid) == (intent.post, intent.uid)", "event.track == intent.post",
        "unit/shared/visit/flows/test_healing.py::test_a_copy_proves_nothing_about_a_visit_that_is_open",
    ),
    Bug(
        "a card that left is not in doubt", READY,
        "(*doubts, Show(screen), Play(Sound.ATTENTION), AwaitCard())",
        "(Show(screen), Play(Sound.ATTENTION), AwaitCard())",
        OF_VISIT + "test_a_card_that_left_is_in_doubt_before_another_card_may_come_in",
    ),
)  # fmt: skip

IN_STORE = (
    Bug(
        "a COMMIT leaves the shadow where it was", DERIVED,
        "_raise_shadow(db, intent.card, intent.gen, intent.seq, intent.post)", "pass",
        OF_STORE + "test_a_commit_raises_the_shadow_and_counts_the_day",
    ),
    Bug(
        "an image from elsewhere lowers the shadow", SQL,
        "WHERE (excluded.gen, excluded.seq) > (card_shadow.gen, card_shadow.seq)", "",
        OF_STORE + "test_a_shadow_is_never_lowered",
    ),
    Bug(
        "an abort is written behind a commit", STORE,
        'if self._decided(visit) not in ("COMMITTED", "ABORTED"):', 'if self._decided(visit) != "ABORTED":',
        OF_STORE + "test_a_commit_dominates_an_abort_and_an_abort_a_doubt",
    ),
    Bug(
        "an event and what follows from it are no one transaction", STORE,
        "        with self.transaction() as db:\n            self._told(visit)\n            self._append(db, j.Print(",
        "        if db := self._db:\n            self._told(visit)\n            self._append(db, j.Print(",
        OF_FAULTS + "test_a_cut_leaves_whole_transactions_only",
    ),
    Bug(
        "a visit begins on a full disk", STORE,
        "if free < FREE_BYTES_MIN:", "if free < 0:",
        OF_STORE + "test_no_visit_begins_when_the_disk_is_nearly_full",
    ),
    Bug(
        "the cursor is durable before its page", STORE,
        "                self._pen.settle()\n                feed.apply_page",
        "                self._pen.settle()\n"
        '                db.execute("UPDATE cursor SET cursor = ?", (pull.next,))\n'
        '                db.execute("COMMIT"), db.execute("BEGIN IMMEDIATE")\n'
        "                feed.apply_page",
        OF_FEED + "test_a_cut_inside_a_page_applies_nothing_of_it",
    ),
    Bug(
        "a commit is reported before it is on the mirror", PEN,
        "self._keeping.written(self._fresh)", "pass",
        OF_MIRROR + "test_the_mirror_has_the_commit_before_commit_returns",
    ),
    Bug(
        "what was rolled back goes to the mirror with the next event", PEN,
        "        if self._fresh:\n            self._fresh.clear()\n        if self._db", "        if self._db",
        OF_MIRROR + "test_what_is_rolled_back_is_not_on_the_mirror",
    ),
    Bug(
        "the number of an event outlives its transaction", PEN,
        "self._tip = self._last = None\n        self.lags", "self._last = None\n        self.lags",
        "contract/terminal/app/store/test_beside_the_card.py::"
        "test_a_cut_leaves_all_or_nothing_and_the_same_order_again_makes_it_whole[commit-inside]",
    ),
    Bug(
        "an INTENT outlives its transaction", PEN,
        "self._tip = self._last = None", "self._tip = None",
        OF_FAULTS + "test_a_visit_whose_intent_was_rolled_back_is_unknown",
    ),
    Bug(
        "what follows from an INTENT is not seen", PEN,
        "        self.lags = True\n        if not", "        if not",
        OF_STORE + "test_an_intent_is_an_open_visit_until_it_is_committed_and_printed",
    ),
    Bug(
        "what was settled in vain counts as settled", PEN,
        "        self.lags = True\n        if self._fresh", "        if self._fresh",
        OF_LAG + "test_what_was_settled_in_vain_is_settled_again",
    ),
    Bug(
        "what lags is passed over when events come home", STORE,
        "            self._pen.settle()\n            first = first_event(", "            first = first_event(",
        OF_LAG + "test_a_last_commit_that_lags_is_not_passed_over_when_older_events_come_home",
    ),
    Bug(
        "slips of dropped visits are given again", SQL,
        "UPDATE counter SET value = max(value, coalesce(", "UPDATE counter SET value = min(value, coalesce(",
        OF_PRUNE + "test_slips_of_dropped_visits_are_not_given_again",
    ),
    Bug(
        "events are dropped that no backup has", SQL,
        "coalesce(floor.seq, 0), min(durable_seq, last_seq)", "coalesce(floor.seq, 0), last_seq",
        OF_PRUNE + "test_only_what_is_old_and_backed_up_is_dropped",
    ),
    Bug(
        "events are dropped as soon as a backup has them", PRUNE,
        "now_ms - KEEP_MS)", "now_ms)",
        OF_PRUNE + "test_only_what_is_old_and_backed_up_is_dropped",
    ),
    Bug(
        "an older acknowledgement counts", SQL,
        "SET acked_seq = max(acked_seq, ?), durable_seq = max(durable_seq, ?)", "SET acked_seq = ?, durable_seq = ?",
        "contract/terminal/app/store/test_outbox.py::test_an_older_acknowledgement_takes_nothing_back",
    ),
)  # fmt: skip

BUGS = (*IN_DERIVE, *IN_POINTS, *IN_VISIT, *IN_STORE, *AT_OFFICE)
