"""A case moves only as the table allows, and a step that runs again moves it once."""

from itertools import product

import pytest

from cases.errors import ImpossibleMove
from cases.lifecycle import ALLOWED, CaseEvent, CaseState, advance, has_passed, move


@pytest.mark.parametrize(("state", "event"), list(product(CaseState, CaseEvent)))
def test_only_the_moves_of_the_table_are_possible(state: CaseState, event: CaseEvent) -> None:
    if (state, event) in ALLOWED:
        assert move(state, event) is ALLOWED[(state, event)]
    else:
        with pytest.raises(ImpossibleMove):
            move(state, event)


@pytest.mark.parametrize("state", [state for state in CaseState if state is not CaseState.APPROVED])
def test_nothing_is_sent_that_was_not_approved(state: CaseState) -> None:
    assert (state, CaseEvent.SEND) not in ALLOWED


def test_every_state_can_be_reached_and_left_or_is_the_end() -> None:
    reached = {CaseState.OPENED} | set(ALLOWED.values())
    assert reached == set(CaseState)
    assert {state for state, _ in ALLOWED} == set(CaseState) - {CaseState.CLOSED}


@pytest.mark.parametrize(
    ("state", "event", "passed"),
    [
        (CaseState.AWAITING_REVIEW, CaseEvent.READY, True),
        (CaseState.APPROVED, CaseEvent.READY, True),
        (CaseState.AUTHORIZED, CaseEvent.RECEIPT, True),
        (CaseState.WORKING, CaseEvent.READY, False),
        (CaseState.OPENED, CaseEvent.WORK, False),
        (CaseState.SUBMITTING, CaseEvent.RECEIPT, False),
    ],
)
def test_a_move_already_made_is_known(state: CaseState, event: CaseEvent, passed: bool) -> None:
    assert has_passed(state, event) is passed


def test_advancing_twice_moves_once() -> None:
    once = advance(CaseState.WORKING, CaseEvent.READY)
    assert advance(once, CaseEvent.READY) is once


def test_advancing_over_an_impossible_move_is_refused() -> None:
    with pytest.raises(ImpossibleMove):
        advance(CaseState.OPENED, CaseEvent.SEND)
