"""A tree proposed from policy text: leaves whose quotes and numbers stand, each fault named, always a draft."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.guarded_model import GuardedModel, ModelGuards, Subject
from agents.model_session import ModelSession
from agents.reading.model_reader.criteria_proposal import CriteriaProposal, propose_criteria
from cases.criteria import Op
from cases.leaf_tests import FindingTest, MeasurementTest, PersonTest
from knowledge.vocabulary import shipped_vocabulary
from runtime.clock import SettableClock
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import NOW, write_agreements
from tests.llm.model_server import ModelServer, Script
from tests.llm.stand_ins import KeptDisclosures

POLICY = """Coverage

Home oxygen is covered when all of these are shown:

1. A resting saturation of 88% or lower on room air, tested within 30 days before the order.

2. Chronic obstructive pulmonary disease stands in the chart.

3. The member agrees to the plan of care.

Oxygen for breathlessness alone is not covered.
"""


@pytest.fixture
def session(tmp_path: Path, server: ModelServer) -> Iterator[ModelSession]:
    agreements = write_agreements(tmp_path / "agreements.yaml", server.base_url, trusted=True)
    transport = server.transport()
    guards = ModelGuards(agreements, KeptDisclosures())
    yield ModelSession(GuardedModel(transport, guards, SettableClock(NOW), Settings(home=tmp_path)), Subject())
    transport.close()


def test_of(**changes: object) -> dict[str, Any]:
    fields = {
        "kind": "measurement", "concept": "spo2", "comparison": "<=", "value": "88", "high": None,
        "settings": ["rest", "room_air"], "within_days": 30, "for_days": None, "question": None,
    }  # fmt: skip
    return {**fields, **changes}


test_of.__test__ = False  # type: ignore[attr-defined]


def node(node_id: str, **changes: object) -> dict[str, Any]:
    fields = {
        "id": node_id, "parent": "root", "op": "leaf", "n": None, "passage": 3,
        "statement": "A resting saturation of 88% or lower on room air within 30 days before the order",
        "quote": "A resting saturation of 88% or lower on room air, tested within 30 days before the order.",
        "test": test_of(),
    }  # fmt: skip
    return {**fields, **changes}


ROOT = node("root", parent=None, op="all", statement="Home oxygen is covered", passage=None, quote=None, test=None)
DISEASE = node(
    "root.disease", statement="Chronic obstructive pulmonary disease", passage=4,
    quote="Chronic obstructive pulmonary disease stands in the chart.",
    test=test_of(kind="finding", concept="copd", comparison=None, value=None, settings=[], within_days=None),
)  # fmt: skip


def propose(server: ModelServer, session: ModelSession, *nodes: dict[str, Any]) -> CriteriaProposal:
    server.answer = Script({"propose_criteria": lambda _: {"nodes": list(nodes), "abstain": None}})
    return propose_criteria(session, POLICY, shipped_vocabulary())


def test_a_tree_that_stands_in_the_text_comes_with_its_spans(server: ModelServer, session: ModelSession) -> None:
    agrees = node("root.plan", statement="The member agrees to the plan of care", passage=5,
                  quote="The member agrees to the plan of care.", test=test_of(kind="person"))  # fmt: skip
    none = node("root.not", op="none", statement="None of these", passage=None, quote=None, test=None)
    excluded = node("root.not.alone", parent="root.not", statement="Oxygen for breathlessness alone", passage=6,
                    quote="Oxygen for breathlessness alone is not covered.", test=test_of(kind="person"))  # fmt: skip
    proposal = propose(server, session, ROOT, node("root.value"), DISEASE, agrees, none, excluded)
    assert proposal.faults == ()
    assert proposal.root is not None
    assert [leaf.id for leaf in proposal.root.leaves()] == ["root.value", "root.disease", "root.plan", "root.not.alone"]
    for leaf in proposal.root.leaves():
        assert leaf.policy_span is not None
        assert POLICY[leaf.policy_span.start : leaf.policy_span.end] == leaf.policy_span.quote
    value, disease, plan, _ = proposal.root.leaves()
    assert isinstance(value.test, MeasurementTest)
    assert {str(one) for one in value.test.comparisons.values()} == {"<= 88"}
    assert value.test.window is not None
    assert (value.test.window.days_before, value.test.window.verified) == (30, False)
    assert isinstance(disease.test, FindingTest)
    assert isinstance(plan.test, PersonTest)
    assert proposal.root.children[-1].op is Op.NONE


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"quote": "A resting saturation of 90% or lower on room air"}, "quote not in passage"),
        ({"passage": 77}, "passage not given"),
        ({"passage": None}, "passage not given"),
        ({"quote": None}, "quote not in passage"),
        ({"parent": "root.nowhere"}, "node without parent"),
        ({"parent": None}, "node without parent"),
        ({"id": "root.disease"}, "node id repeated"),
    ],
)
def test_a_leaf_without_its_place_in_the_text_is_left_out_and_named(
    changes: dict[str, Any], fault: str, server: ModelServer, session: ModelSession
) -> None:
    proposal = propose(server, session, ROOT, DISEASE, node("root.value", **changes) | changes)
    assert proposal.root is not None
    assert [leaf.id for leaf in proposal.root.leaves()] == ["root.disease"]
    assert len(proposal.faults) == 1
    assert fault in proposal.faults[0]
    assert session.log().dropped == {fault.replace(" ", "_"): 1}


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        (test_of(value="90"), "number of test not in quote"),
        (test_of(within_days=60), "number of test not in quote"),
        (test_of(concept="made_up"), "concept not offered"),
        (test_of(concept=None), "concept not offered"),
        (test_of(concept="copd"), "concept of another kind"),
        (test_of(value="low"), "comparison not usable"),
        (test_of(comparison=None), "comparison not usable"),
        (test_of(comparison="between", high=None), "comparison not usable"),
        (test_of(kind="finding"), "concept of another kind"),
    ],
)
def test_a_test_that_the_text_does_not_carry_becomes_a_question_for_a_person(
    test: dict[str, Any], fault: str, server: ModelServer, session: ModelSession
) -> None:
    proposal = propose(server, session, ROOT, node("root.value", test=test))
    assert proposal.root is not None
    (leaf,) = proposal.root.leaves()
    assert isinstance(leaf.test, PersonTest)
    assert "A resting saturation of 88% or lower" in leaf.test.question
    assert proposal.faults == (f"root.value: {fault}",)


@pytest.mark.parametrize(
    "statement",
    ["A resting saturation of 85% or lower", "A resting saturation is not needed", "An arterial line is placed"],
)
def test_a_statement_beyond_its_quote_gives_way_to_the_quote(
    statement: str, server: ModelServer, session: ModelSession
) -> None:
    proposal = propose(server, session, ROOT, node("root.value", statement=statement))
    assert proposal.root is not None
    (leaf,) = proposal.root.leaves()
    assert leaf.policy_span is not None
    assert leaf.statement == leaf.policy_span.quote
    assert proposal.faults == ("root.value: statement not in quote",)


def test_a_statement_of_a_branch_is_of_the_text_or_plain(server: ModelServer, session: ModelSession) -> None:
    invented = {**ROOT, "statement": "Approved automatically for veterans"}
    proposal = propose(server, session, invented, node("root.value"))
    assert proposal.root is not None
    assert proposal.root.statement == "All of these"


def test_a_tree_without_any_leaf_is_none(server: ModelServer, session: ModelSession) -> None:
    proposal = propose(server, session, ROOT)
    assert proposal.root is None
    assert proposal.faults == ("root: node without children",)


def test_a_count_that_does_not_fit_is_a_fault(server: ModelServer, session: ModelSession) -> None:
    proposal = propose(server, session, {**ROOT, "op": "at_least", "n": 5}, node("root.value"), DISEASE)
    assert proposal.root is None
    assert proposal.faults == ("root: node count does not fit",)


def test_an_abstention_is_said_by_part(server: ModelServer, session: ModelSession) -> None:
    server.answer = Script()
    proposal = propose_criteria(session, POLICY, shipped_vocabulary())
    assert proposal.root is None
    assert proposal.faults == ("part 1: the model gave no proposal that can be used",)


def test_a_long_policy_is_asked_about_in_parts_and_nothing_is_cut(server: ModelServer, session: ModelSession) -> None:
    text = "\n\n".join([POLICY, *(f"Clause {number} says nothing of oxygen." for number in range(1500))])
    server.answer = Script({"propose_criteria": lambda _: {"nodes": [ROOT, node("root.value")], "abstain": None}})
    proposal = propose_criteria(session, text, shipped_vocabulary())
    assert len(server.asked) > 1
    shown = "\n".join(asked.user for asked in server.asked)
    assert all(f"Clause {number} says" in shown for number in range(1500))
    assert proposal.root is not None
    assert proposal.root.op is Op.ALL
