"""The kept mutations: each takes one lock or guard out of the city, and names the tests that must notice.

Where a guard stands behind another, one alone may be missed without harm: such a mutation takes both out, and says so.
docs/reliability.md tells which promise each belongs to.
"""

from dataclasses import dataclass
from typing import Final

_BATTERY: Final = "tests/integration/reliability"
_HTTP: Final = f"{_BATTERY}/test_over_http.py"
_RACES: Final = f"{_BATTERY}/test_money_races.py"
_EVENTS: Final = f"{_BATTERY}/test_events.py"
_PAYMENTS: Final = "tests/integration/payments"
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """A guard without its effect, and the tests that must notice; every (file, text, replacement) is applied."""

    name: str
    changes: tuple[Change, ...]
    tests: str
    of: str = ""  # the promise of docs/reliability.md
    only: str = ""  # of the tests' parameters, as pytest's -k reads them
    # A lock of rows is one on PostgreSQL alone: SQLite's writers take turns anyway.
    database: str = "sqlite"


_LEFT: Final = "marketplace/catalog/services/stock.py"
_STOCK: Final = "    return Stock.on_hand - Stock.allocated - Stock.held\n"
_CHECK: Final = 'sa.CheckConstraint("on_hand - allocated - held >= 0", name="available")'
_LOCKED_ORDER: Final = (
    "marketplace/orders/services/moves.py",
    "    .with_for_update()\n    .execution_options(populate_existing=True)\n)\n_LINES",
    "    .execution_options(populate_existing=True)\n)\n_LINES",
)

MUTANTS: Final = (
    Mutant(
        "stock is sold twice",
        (
            (_LEFT, _STOCK, "    return sa.literal(10**15)\n"),
            # The CHECK constraint stands behind the guard: refused by it, a buyer gets a fault, not an answer.
            ("marketplace/catalog/models.py", _CHECK, 'sa.CheckConstraint("on_hand >= 0", name="available")'),
        ),
        f"{_HTTP}::test_c1_the_last_unit_has_one_buyer",
        of="C1",
    ),
    Mutant(
        "the stock guard alone",
        ((_LEFT, _STOCK, "    return sa.literal(10**15)\n"),),
        f"{_HTTP}::test_c1_the_last_unit_has_one_buyer",
        of="C1",
    ),
    Mutant(
        "what others hold counts as free",
        (
            (_LEFT, _STOCK, "    return Stock.on_hand - Stock.allocated\n"),
            (
                "marketplace/catalog/models.py",
                _CHECK,
                'sa.CheckConstraint("on_hand - allocated >= 0", name="available")',
            ),
        ),
        f"{_HTTP}::test_c2_what_fits_is_sold_and_no_more",
        of="C2",
    ),
    Mutant(
        "pallet places are sold twice",
        (
            (
                "marketplace/logistics/services/space/room.py",
                "return sa.and_(*(taken_of(name) + more[name] <= capacity_of(name) for name in DIMENSIONS))",
                "return sa.true()",
            ),
            (
                "marketplace/logistics/models/departures.py",
                '" AND ".join(f"taken_{name} <= capacity_{name}" for name in DIMENSIONS), name="room"',
                '"taken_grams >= 0", name="room"',
            ),
        ),
        f"{_HTTP}::test_c3_a_lorry_takes_what_it_holds_in_every_dimension",
        of="C3",
    ),
    Mutant(
        "a checkout is placed without another look at its state",
        (
            (
                "marketplace/checkout/flows/finishing.py",
                "    if attempt.state not in OPEN:\n        return\n    plan = plans",
                "    plan = plans",
            ),
        ),
        f"{_RACES}::test_c7_what_is_captured_is_what_is_owed_however_the_cart_changes_meanwhile",
        of="C7",
    ),
    Mutant(
        "what is packed is cancelled all the same",
        (
            (
                "marketplace/orders/services/deciding.py",
                "if beyond := sorted(set(standing(parts_of(session, line_id=line.id))) - while_in):",
                "if beyond := sorted(set(standing(parts_of(session, line_id=line.id))) - set(LineState)):",
            ),
        ),
        f"{_RACES}::test_c8_cancelled_paid_and_packed_at_once_has_one_winner_and_the_money_follows",
        of="C8",
    ),
    Mutant(
        "two reviewers both decide",
        # Whoever decides holds the listing, and the case: either makes the other wait.
        (
            (
                "marketplace/moderation/services/__init__.py",
                "sa.select(Case).order_by(Case.id).with_for_update().execution_options(populate_existing=True)",
                "sa.select(Case).order_by(Case.id).execution_options(populate_existing=True)",
            ),
            (
                "marketplace/moderation/services/__init__.py",
                "    bulk.hold(session, {case.listing_id for case in cases.values()})\n",
                "",
            ),
        ),
        f"{_RACES}::test_c9_of_two_reviewers_who_decide_at_once_one_has_the_word",
        of="C9",
        database="postgresql",
    ),
    Mutant(
        "goods are locked in the order of the cart",
        # Sorted three times over, and tried again after a deadlock: what a client sees is guarded by all of it.
        (
            (
                "marketplace/checkout/services/holding.py",
                "    return sorted(lines, key=lambda pair: (pair[1].listing_id, pair[1].id))\n",
                "    return lines\n",
            ),
            (_LEFT, "    wanted = sorted(wanted, key=lambda one: one.listing_id)\n", ""),
            (_LEFT, "for listing_id, wanted in sorted(units.items())", "for listing_id, wanted in units.items()"),
            ("marketplace/kernel/db.py", '_RETRIED: Final = ("40P01", "40001")', "_RETRIED: Final = ()"),
        ),
        f"{_HTTP}::test_c10_two_lists_in_opposite_order_never_block_each_other",
        of="C10",
        database="postgresql",
    ),
    Mutant(
        "a checkout whose goods are gone is left standing",
        # That nobody sells what he no longer holds is guarded by the hold, the promise and the lifecycle of both.
        (("marketplace/checkout/flows/finishing.py", '        "hold_gone",\n        "stock",\n', ""),),
        f"{_RACES}::test_c11_goods_whose_hold_ends_while_they_are_paid_for_are_sold_once_or_the_money_goes_back",
        of="C11",
    ),
    Mutant(
        "a key is claimed twice",
        (
            (
                "marketplace/idempotency/services.py",
                "    if is_new:\n        return Fresh(attempt=1)\n",
                "    return Fresh(attempt=1)\n",
            ),
            (
                "marketplace/checkout/flows/placing.py",
                "    known = queries.begun(session, company_id=actor.company, person_id=actor.person, key=key)\n",
                '    known, key = queries.Begun(None, ()), f"{key}{new_id()}"\n',
            ),
        ),
        f"{_HTTP}::test_i1_a_key_has_one_effect_however_often_and_fast_it_is_sent",
        of="I1",
        only="bank",
    ),
    Mutant(
        "what was decided before the turn stands whatever became of the cart",
        (
            (
                "marketplace/checkout/flows/placing.py",
                "    if ahead is None or ahead.cart != cart:\n",
                "    if ahead is None:\n",
            ),
        ),
        "tests/integration/checkout/test_race.py::test_a_cart_that_changes_before_its_turn_is_not_ordered_as_it_was",
    ),
    Mutant(
        "a key stands for any request",
        (
            (
                "marketplace/idempotency/services.py",
                "    if found.fingerprint != fingerprint:\n        raise rules.key_reused()\n",
                "",
            ),
        ),
        f"{_HTTP}::test_i2_a_key_is_one_request_of_one_account",
        of="I2",
    ),
    Mutant(
        "a key is everybody's",
        (("marketplace/edge/replay.py", 'scope = f"{actor.person_id}:{actor.company_id}"', 'scope = "everybody"'),),
        f"{_HTTP}::test_i2_a_key_is_one_request_of_one_account",
        of="I2",
    ),
    Mutant(
        "a key ends with its lease",
        (("marketplace/idempotency/services.py", "    if found.state is KeyState.DONE:\n", "    if False:\n"),),
        f"{_HTTP}::test_i1_a_key_has_one_effect_however_often_and_fast_it_is_sent",
        of="I4",
        only="bank",
    ),
    Mutant(
        "a notice is news each time",
        (("marketplace/payments/services/cards.py", "event_id=event.event_id,", "event_id=str(new_id()),"),),
        f"{_EVENTS}::test_i6_every_notice_again_and_again_is_one_effect",
        of="I6",
    ),
    Mutant(
        "notices at once each have their effect",
        # The money is guarded three times: by the notice's id, the charge's lock and the ledger's key.
        (
            ("marketplace/payments/services/cards.py", "event_id=event.event_id,", "event_id=str(new_id()),"),
            (
                "marketplace/payments/services/cards.py",
                "sa.select(CardCharge).with_for_update().execution_options(populate_existing=True)",
                "sa.select(CardCharge).execution_options(populate_existing=True)",
            ),
            (
                "marketplace/payments/services/ledger.py",
                '"key": one.key,',
                '"key": f"{one.key}:{new_id()}",',
            ),
        ),
        f"{_EVENTS}::test_i6_every_notice_again_and_again_is_one_effect",
        of="I6",
        database="postgresql",
    ),
    Mutant(
        "a notice is known by the provider's id alone",
        (
            (
                "marketplace/payments/flows/card_webhook.py",
                "queries.concerned(reading(), charge_id=event.charge_id,",
                "queries.concerned(reading(), charge_id=None,",
            ),
        ),
        f"{_EVENTS}::test_i8_a_notice_is_enough_where_the_answer_is_lost",
        of="I8",
    ),
    Mutant(
        "a transfer has a new key each time",
        (
            (
                "marketplace/payments/flows/remitting.py",
                'key=call_key(remittance.id, "transfer", remittance.attempt)',
                'key=call_key(__import__("uuid").uuid4(), "transfer", remittance.attempt)',
            ),
        ),
        f"{_PAYMENTS}/test_dispute_races.py::test_paying_out_from_many_hands_moves_the_money_once",
        of="I10",
    ),
    Mutant(
        "a transfer is asked for again without a look",
        (
            (
                "marketplace/payments/flows/remitting.py",
                "    if _found(remittance, now=now):\n        return\n    if remittance.asked_at",
                "    if remittance.asked_at",
            ),
        ),
        f"{_PAYMENTS}/test_remitting.py::test_a_transfer_is_made_once_whatever_its_answer_says",
        of="I10",
        only="timeout_after and 1800",
    ),
    Mutant(
        "a capture is not written down before it is asked for",
        (
            (
                "marketplace/payments/services/cards.py",
                "    charge.capture_asked_at = charge.capture_asked_at or now\n",
                "    del now\n",
            ),
        ),
        f"{_PAYMENTS}/test_card_faults.py::test_a_process_killed_at_the_call_leaves_a_claim_that_is_finished",
        of="K1, K2",
        only="capture and kill_before",
    ),
    Mutant(
        "a key that a crash left is taken for ever",
        (("marketplace/idempotency/services.py", "    if found.locked_until > now:\n", "    if True:\n"),),
        "tests/integration/idempotency/test_keys.py::test_after_the_lease_a_retry_resumes_and_the_late_first_cannot_answer",
        of="K1, K2",
    ),
    Mutant(
        "orders at once pass a credit",
        (
            (
                "marketplace/payments/services/credit.py",
                "sa.select(CreditLine).where(*where).with_for_update().execution_options(populate_existing=True)",
                "sa.select(CreditLine).where(*where).execution_options(populate_existing=True)",
            ),
        ),
        f"{_PAYMENTS}/test_credit_race.py::test_orders_at_once_stop_at_the_limit",
        of="credit",
        database="postgresql",
    ),
    Mutant(
        "a statement comes in twice at once",
        (
            (
                "marketplace/payments/services/statements.py",
                "sa.select(BankAccount).filter_by(**known).with_for_update()",
                "sa.select(BankAccount).filter_by(**known)",
            ),
        ),
        f"{_PAYMENTS}/test_bank.py::test_one_statement_imported_twice_at_once_is_taken_once",
        of="bank",
        database="postgresql",
    ),
    Mutant(
        "a statement comes in twice in turn",
        (
            (
                "marketplace/payments/services/statements.py",
                "    if before is not None:\n        return Imported(before.id, before.entries, 0)\n",
                "",
            ),
        ),
        f"{_PAYMENTS}/test_bank.py::test_one_day_in_three_forms_is_taken_once",
        of="bank",
    ),
    Mutant(
        "an entry told in another form is money again",
        (
            (
                "marketplace/payments/services/statements.py",
                (
                    "    fresh = news(statement, bank.known(session, account_id=account.id, **about, near=NEAR)) "
                    "if statement.lines else ()\n"
                ),
                "    fresh = statement.lines\n",
            ),
        ),
        f"{_PAYMENTS}/test_bank.py::test_one_day_in_three_forms_is_taken_once",
        of="bank",
    ),
    Mutant(
        "a change is accepted that was not the one shown",
        (
            (
                "marketplace/orders/changes/services/resolving.py",
                "    if content_hash not in (None, change.content_hash):\n",
                "    if False:\n",
            ),
        ),
        "tests/functional/test_order_changes.py::test_fewer_units_before_the_deposit_lower_what_is_to_come",
        of="changes",
    ),
    Mutant(
        "a change is accepted and withdrawn at once",
        # The order is locked, and the change: either makes the other wait.
        (
            _LOCKED_ORDER,
            (
                "marketplace/orders/changes/services/resolving.py",
                "    session.refresh(change, with_for_update=True)\n",
                "    session.refresh(change)\n",
            ),
        ),
        "tests/integration/orders/test_changes.py::test_of_an_acceptance_and_a_withdrawal_at_once_one_wins",
        of="changes",
        database="postgresql",
    ),
    Mutant(
        "one person agrees to a payout twice",
        (
            (
                "marketplace/payments/rules/payouts.py",
                '    if person_id in approved_by:\n        raise Conflict("same_person")\n',
                "",
            ),
        ),
        f"{_PAYMENTS}/test_payouts.py::test_over_the_threshold_two_people_agree_and_never_the_payee",
        of="payouts",
    ),
    Mutant(
        "who is paid agrees to his own payout",
        (
            (
                "marketplace/payments/rules/payouts.py",
                '    if payee_company_id in companies:\n        raise NotAllowed("own_payout")\n',
                "",
            ),
        ),
        f"{_PAYMENTS}/test_payouts.py::test_over_the_threshold_two_people_agree_and_never_the_payee",
        of="payouts",
    ),
    Mutant(
        "colleagues at once pass their unit's limit",
        (
            (
                "marketplace/approvals/services/policies.py",
                "    .with_for_update()\n)\n",
                ")\n",
            ),
        ),
        "tests/integration/approvals/test_approvals.py::test_two_colleagues_at_once_do_not_go_beyond_their_units_limit",
        of="approvals",
        database="postgresql",
    ),
    Mutant(
        "what waits for approval does not count",
        (
            (
                "marketplace/approvals/services/asking.py",
                "case_queries.pending(session, company_id=actor.company, now=now, without=without)\n",
                "()\n",
            ),
        ),
        "tests/functional/test_approvals.py::"
        "test_a_limit_counts_what_waits_and_what_was_placed_and_is_free_again_by_cancellation",
        of="approvals",
    ),
    Mutant(
        "two approvers both decide",
        (
            (
                "marketplace/approvals/services/cases.py",
                (
                    "    row = session.get(ApprovalCase, case_id, with_for_update=True, populate_existing=True)\n"
                    "    if row is None or row.company_id"
                ),
                (
                    "    row = session.get(ApprovalCase, case_id, populate_existing=True)\n"
                    "    if row is None or row.company_id"
                ),
            ),
        ),
        "tests/integration/approvals/test_approvals.py::"
        "test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_the_state",
        of="C9",
        database="postgresql",
    ),
    Mutant(
        "somebody stands in and approves what he asked for himself",
        (
            (
                "marketplace/approvals/rules/cases.py",
                "        if person_id == self.requester_id or person_id not in self.members or person_id in taken:\n",
                "        if person_id not in self.members or person_id in taken:\n",
            ),
        ),
        "tests/unit/approvals/test_cases.py::test_who_stands_in_decides_in_the_others_place_and_for_no_requester",
        of="approvals",
    ),
    Mutant(
        "the ledger can be changed",
        (("marketplace/payments/models/ledger.py", "    insert_only(_table)\n", "    pass\n"),),
        f"{_PAYMENTS}/test_direct.py::test_the_ledger_is_insert_only",
        of="ledger",
    ),
    Mutant(
        "a fact is booked twice",
        (
            (
                "marketplace/payments/services/ledger.py",
                '"key": one.key,',
                '"key": f"{one.key}:{new_id()}",',
            ),
        ),
        f"{_PAYMENTS}/test_direct.py::test_a_transfer_is_posted_once_under_its_key",
        of="ledger",
    ),
    Mutant(
        "money paid directly moves the city's cash",
        (
            (
                "marketplace/payments/services/ledger.py",
                "        _check_cash(session, one.kind, one.entries, subject)\n",
                "",
            ),
        ),
        f"{_PAYMENTS}/test_direct.py::test_no_cash_of_the_city_moves_for_a_direct_subject",
        of="ledger",
    ),
    Mutant(
        "more is refunded than was taken",
        (
            (
                "marketplace/payments/rules/cards.py",
                "    if amount.minor <= 0 or left < amount:\n",
                "    if amount.minor <= 0:\n",
            ),
        ),
        f"{_PAYMENTS}/test_cards.py::test_no_more_is_refunded_than_was_taken",
        of="refunds",
    ),
    Mutant(
        "refunds at once are more than was taken",
        (
            (
                "marketplace/payments/services/card_refunds.py",
                "    statement = sa.select(CardCharge).where(CardCharge.key == key).with_for_update()\n",
                "    statement = sa.select(CardCharge).where(CardCharge.key == key)\n",
            ),
        ),
        f"{_PAYMENTS}/test_card_races.py::test_refunds_at_once_never_exceed_the_charge",
        of="refunds",
        database="postgresql",
    ),
    Mutant(
        "a dispute freezes all of its order",
        (
            (
                "marketplace/payments/services/dispute_parts.py",
                (
                    "    for row, part in _parts(dispute.amount_minor, free):\n"
                    "        split(session, row, part).dispute_id = dispute.id\n"
                ),
                "    for row in free:\n        row.dispute_id = dispute.id\n",
            ),
        ),
        f"{_PAYMENTS}/test_disputes.py::test_a_dispute_about_one_line_freezes_that_line",
        of="disputes",
    ),
    Mutant(
        "declined cards keep their holds",
        (
            (
                "marketplace/checkout/services/giving_up.py",
                "        holding.release(session, plan=plan, now=now)\n",
                "        del now\n",
            ),
        ),
        "tests/functional/test_path_card.py::test_a_declined_card_leaves_nothing_behind",
        of="C11",
    ),
    Mutant(
        "declined cards leave the other charges authorised",
        (
            (
                "marketplace/checkout/flows/finishing.py",
                "        _cancel_charges(attempt, now=now)\n",
                "        del now\n",
            ),
        ),
        "tests/functional/test_path_card.py::test_a_declined_card_leaves_nothing_behind",
        of="C11",
    ),
    Mutant(
        "what a request changes and takes back is kept for others",
        (
            (
                "marketplace/kernel/editions.py",
                "statement.table.name in WATCHED and has_app_context()",
                "not WATCHED and has_app_context()",
            ),
        ),
        "tests/integration/kernel/test_editions.py::test_what_is_not_committed_is_seen_by_nobody_else",
        of="editions",
    ),
)
