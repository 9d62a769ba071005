"""Alternatives and exclusions as a reader sees them."""

from agents.casework.panel.standing import Standing, standings
from cases.criteria import Judgement, Op, State


def leaf(name: str, state: State) -> Judgement:
    return Judgement(id=name, op=Op.LEAF, statement=name, state=state, confidence=1.0)


def group(name: str, op: Op, state: State, *children: Judgement, n: int | None = None) -> Judgement:
    return Judgement(id=name, op=op, statement=name, state=state, confidence=1.0, children=children, n=n)


def test_an_alternative_is_not_needed_once_another_is_met() -> None:
    tree = group("g", Op.ANY, State.MET, leaf("a", State.MET), leaf("b", State.NOT_MET), leaf("c", State.INSUFFICIENT))
    assert standings(tree) == {
        "g": Standing.MET, "a": Standing.MET, "b": Standing.NOT_NEEDED, "c": Standing.NOT_NEEDED,
    }  # fmt: skip


def test_alternatives_stay_open_while_none_is_met() -> None:
    tree = group("g", Op.ANY, State.INSUFFICIENT, leaf("a", State.NOT_MET), leaf("b", State.INSUFFICIENT))
    assert standings(tree)["a"] is Standing.NOT_MET
    assert standings(tree)["b"] is Standing.NOT_SHOWN


def test_a_point_all_are_asked_of_is_never_not_needed() -> None:
    tree = group("g", Op.ALL, State.INSUFFICIENT, leaf("a", State.MET), leaf("b", State.INSUFFICIENT))
    assert standings(tree)["b"] is Standing.NOT_SHOWN


def test_what_stands_below_an_alternative_that_is_not_needed_is_not_needed_either() -> None:
    inner = group("i", Op.ALL, State.INSUFFICIENT, leaf("x", State.MET), leaf("y", State.INSUFFICIENT))
    tree = group("g", Op.AT_LEAST, State.MET, leaf("a", State.MET), inner, n=1)
    assert standings(tree) == {
        "g": Standing.MET, "a": Standing.MET, "i": Standing.NOT_NEEDED, "x": Standing.MET, "y": Standing.NOT_NEEDED,
    }  # fmt: skip


def test_an_exclusion_is_told_by_whether_it_is_there() -> None:
    states = {State.MET: Standing.PRESENT, State.NOT_MET: Standing.ABSENT, State.INSUFFICIENT: Standing.NOT_RULED_OUT,
              State.ERROR: Standing.ERROR}  # fmt: skip
    for state, standing in states.items():
        tree = group("g", Op.NONE, State.MET, leaf("a", state))
        assert standings(tree) == {"g": Standing.MET, "a": standing}


def test_an_exclusion_from_an_exclusion_is_a_plain_point() -> None:
    tree = group("g", Op.NONE, State.INSUFFICIENT, group("h", Op.NONE, State.INSUFFICIENT, leaf("a", State.MET)))
    assert standings(tree)["h"] is Standing.NOT_RULED_OUT
    assert standings(tree)["a"] is Standing.MET
