"""Planted bugs on the way to head office and in its books; see ``planted_bugs``."""

from __future__ import annotations

from tests.simulation.planted import Bug

FEED, CLIENT = "terminal/app/store/feed.py", "terminal/app/sync/client.py"
LINE, PUSH = "terminal/app/sync/line.py", "server/sync/service.py"
WINDOW, POSTINGS = "server/terminals/window.py", "server/ledger/postings.py"
OF_FEED, OF_CLIENT = "contract/terminal/app/store/test_feed.py::", "contract/terminal/app/sync/test_client.py::"
OF_SIGNS, OF_CASES = "contract/terminal/app/sync/test_signatures.py::", "contract/test_fault_cases.py::"
OF_BOOKS, OF_RESTORE = "contract/test_books.py::", "contract/test_restore.py::"
OF_NIGHT, OF_PUSH = "contract/test_nightly.py::", "contract/test_ingest.py::"

IN_SYNC = (
    Bug(
        "a restored head office gets nothing again", FEED,
        "        db.execute(_SEND_AGAIN)", "        pass",
        OF_FEED + "test_a_restored_head_office_gets_again_what_its_backup_may_lack",
    ),
    Bug(
        "a new feed replaces the old one before it was read to its end", FEED,
        "if sweep and not page.more:", "if sweep:",
        OF_FEED + "test_a_new_epoch_replaces_everything_only_when_it_was_read_to_its_end",
    ),
    Bug(
        "head office stores behind a gap", PUSH,
        "if first > held.head_seq + 1:", "if first < 0:",
        OF_PUSH + "test_a_gap_is_named_with_what_is_held[sqlite]",
    ),
    Bug(
        "what overlaps is not compared", PUSH,
        "if held.frozen or _differs(session, held, told):", "if held.frozen:",
        OF_PUSH + "test_another_history_under_the_same_numbers_freezes_the_stream[sqlite]",
    ),
    Bug(
        "a hash is not recomputed", PUSH,
        "if event_hash(prev, stream, seq, event.type, event.body) != hash_:", "if not hash_:",
        OF_PUSH + "test_a_broken_chain_is_refused_and_nothing_of_it_stored[sqlite]",
    ),
    Bug(
        "a request counts twice", WINDOW,
        "if behind >= WINDOW or mask >> behind & 1:", "if behind >= WINDOW:",
        "unit/server/terminals/test_window.py::test_each_number_counts_once_and_late_ones_only_inside_the_window",
    ),
    Bug(
        "an answer is believed whoever signed it", LINE,
        "if self._signer.is_head_office(number, status, content, signature):", "if signature is not None:",
        OF_SIGNS + "test_an_answer_by_another_office_is_not_believed",
    ),
    Bug(
        "a feed that is kept no longer ends the round", CLIENT,
        "            if refusal.status != _GONE:\n                raise\n            return None", "            raise",
        "contract/terminal/app/sync/test_restored.py::test_a_feed_that_is_gone_is_read_from_its_beginning_page_by_page",
    ),
    Bug(
        "one stream that is refused holds up the others", CLIENT,
        'if error.code not in ("sync.rolled_back", "sync.fork", "sync.no_progress"):', "if error.code:",
        OF_CLIENT + "test_a_fork_is_named_and_does_not_stop_the_other_streams",
    ),
)  # fmt: skip

IN_BOOKS = (
    Bug(
        "a restored head office gives numbers again", "server/ledger/settle.py",
        "max(kept[card].derived.last_number, lowest) + 1", "kept[card].derived.last_number + 1",
        OF_RESTORE + "test_numbers_of_the_forgotten_day_are_never_given_again",
    ),
    Bug(
        "what was posted without a reason stays", POSTINGS,
        "for cause in sorted({*due, *posted}):", "for cause in sorted(due):",
        OF_BOOKS + "test_a_visit_that_nobody_told_is_booked_by_the_card_until_its_journal_comes[sqlite]",
    ),
    Bug(
        "the shops are not told of a copy", "server/cards/settling.py",
        "status = ONLINE_ONLY if outcome.is_doubtful else ALLOWED", "status = ALLOWED",
        OF_CASES + "test_copies_used_in_many_stores_are_found_counted_and_held_back_everywhere[sqlite]",
    ),
    Bug(
        "an ordinary visit may stand on any image", "server/sync/plain.py",
        "if not ordinary or visit.pre_hash != base or", "if not ordinary or",
        OF_CASES + "test_copies_used_in_many_stores_are_found_counted_and_held_back_everywhere[sqlite]",
    ),
    Bug(
        "an honour is not taken down", "server/ledger/load.py",
        '"ABORT": known.aborted, "HONOUR": known.honoured}', '"ABORT": known.aborted, "HONOUR": known.aborted}',
        OF_BOOKS + "test_what_was_honoured_is_given_back_when_the_card_took_it_after_all[sqlite]",
    ),
    Bug(
        "a restored head office makes a generation again", "server/sync/repairs.py",
        ", GENERATIONS_PER_EPOCH * feed.server_epoch(session)])", "])",
        OF_RESTORE + "test_numbers_of_the_forgotten_day_are_never_given_again",
    ),
    Bug(
        "what a terminal says of a new generation is not heard", "server/sync/handlers.py",
        "    Reissue: _reissue,\n", "    Reissue: _eject,\n",
        "contract/test_online.py::test_a_late_visit_of_the_old_stripe_follows_as_an_adjustment[sqlite]",
    ),
    Bug(
        "a doubt is honoured before its time", "server/reconcile/nightly.py",
        "HONOUR_AFTER_D = 14", "HONOUR_AFTER_D = 12",
        OF_NIGHT + "test_a_visit_in_doubt_is_granted_after_two_weeks_if_it_only_earned[sqlite]",
    ),
    Bug(
        "what images prove becomes final without a bound", "server/reconcile/maturing.py",
        "if not why and points > left:", "if not why and points < 0:",
        OF_NIGHT + "test_no_more_than_a_days_cap_becomes_final_by_rule[sqlite]",
    ),
    Bug(
        "an image of nobody becomes final", "server/reconcile/maturing.py",
        "return \"\" if covers(known[number], day) else COMPLETE", "return \"\"",
        OF_NIGHT + "test_what_nobody_can_have_forgotten_to_tell_waits_for_a_person[sqlite-13-complete]",
    ),
    Bug(
        "a copy that nobody has opened is called safe", "server/backup.py",
        "    if wrong:\n", "    if not heads:\n",
        OF_RESTORE + "test_a_copy_of_wrong_books_makes_nothing_safe[sqlite]",
    ),
    Bug(
        "a visit that is told twice is rejected nowhere", "server/sync/booking.py",
        "        for visit in known:\n", "        for visit in ():\n",
        OF_PUSH + "test_one_visit_told_twice_counts_once[sqlite]",
    ),
)  # fmt: skip

AT_OFFICE = (*IN_SYNC, *IN_BOOKS)
