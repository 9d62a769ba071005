"""The state algebra, against a hand-written truth table and against its definition by enumeration."""

from itertools import product

import pytest
from pydantic import ValidationError

from cases.criteria import Criterion, Op, State, combine
from cases.leaf_tests import PersonTest

M, N, U, E = State.MET, State.NOT_MET, State.INSUFFICIENT, State.ERROR


@pytest.mark.parametrize(
    ("op", "n", "states", "expected"),
    [
        (Op.ALL, None, (M, M), M), (Op.ALL, None, (M, U), U), (Op.ALL, None, (U, E), E),
        (Op.ALL, None, (E, N), N), (Op.ALL, None, (N, U), N),
        (Op.ANY, None, (N, N), N), (Op.ANY, None, (N, U), U), (Op.ANY, None, (U, E), E),
        (Op.ANY, None, (E, M), M), (Op.ANY, None, (N, M), M),
        (Op.AT_LEAST, 2, (M, M, E), M), (Op.AT_LEAST, 2, (M, N, N), N), (Op.AT_LEAST, 2, (M, U, N), U),
        (Op.AT_LEAST, 2, (M, U, E), E), (Op.AT_LEAST, 2, (N, N, E), N),
        (Op.NONE, None, (N, N), M), (Op.NONE, None, (M, U), N), (Op.NONE, None, (N, U), U), (Op.NONE, None, (E, N), E),
    ],
)  # fmt: skip
def test_node_state_follows_the_algebra(op: Op, n: int | None, states: tuple[State, ...], expected: State) -> None:
    assert combine(op, states, n) is expected


@pytest.mark.parametrize("states", list(product(State, repeat=3)))
def test_all_and_any_are_at_least_of_all_and_of_one(states: tuple[State, ...]) -> None:
    assert combine(Op.AT_LEAST, states, 1) is combine(Op.ANY, states)
    assert combine(Op.AT_LEAST, states, 3) is combine(Op.ALL, states)


@pytest.mark.parametrize("states", list(product(State, repeat=2)))
def test_an_error_or_silence_is_never_turned_into_met(states: tuple[State, ...]) -> None:
    for op in (Op.ALL, Op.ANY, Op.NONE):
        if combine(op, states) is M:
            decided = {Op.ALL: all(s is M for s in states), Op.ANY: M in states, Op.NONE: all(s is N for s in states)}
            assert decided[op]


@pytest.mark.parametrize(("op", "states", "n"), [(Op.ALL, (), None), (Op.LEAF, (M,), None), (Op.AT_LEAST, (M,), 2)])
def test_nothing_to_combine_is_refused(op: Op, states: tuple[State, ...], n: int | None) -> None:
    with pytest.raises(ValueError, match=r"combine|count"):
        combine(op, states, n)


def test_a_node_whose_shape_does_not_fit_its_operator_is_refused() -> None:
    leaf = Criterion(id="a", op=Op.LEAF, statement="s", test=PersonTest(question="q"))
    for bad in (
        {"op": Op.LEAF, "children": (leaf,), "test": leaf.test},
        {"op": Op.ALL},
        {"op": Op.ALL, "children": (leaf,), "n": 1},
        {"op": Op.AT_LEAST, "children": (leaf,), "n": 2},
        {"op": Op.AT_LEAST, "children": (leaf,)},
    ):
        with pytest.raises(ValidationError):
            Criterion.model_validate({"id": "x", "statement": "s", **bad})
