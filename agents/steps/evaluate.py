"""Evaluate the criteria tree over the facts, by code."""

from agents.desk import CaseDesk, Record
from agents.products import FACTS
from agents.state import AuthorizationState
from agents.steps.find_policy import bound_tree
from agents.toolbox import Hands
from cases.case import Case
from cases.criteria_evaluation import evaluate as evaluate_tree
from cases.criteria_evaluation import lacks_required_document
from cases.leaf_evaluation import Anchors
from runtime.work_store import CRITERIA


def evaluate(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the evaluated tree; without a tree there is nothing to evaluate and the case pends at the gate."""
    tree = bound_tree(state, desk)
    if tree is None:
        return {}
    facts = desk.product(FACTS, state["revision"]) or ()
    result = evaluate_tree(tree, facts, anchors(desk.case()))
    desk.record(
        state["revision"],
        Record(
            action="criteria.evaluated",
            detail={
                "tree": tree.id, "state": result.root.state.value, "leaves": len(result.root.leaves()),
                "met": sum(leaf.state.value == "MET" for leaf in result.root.leaves()),
            },
            products=((CRITERIA, result),),
        ),
    )  # fmt: skip
    return {"required_document_missing": lacks_required_document(result.root)}


def anchors(case: Case) -> Anchors:
    """The dates that windows hang on; the order's own date, else the day of service."""
    return Anchors(
        patient_id=case.patient.id,
        birth_date=case.patient.birth_date,
        order_date=case.order.authored_on or case.order.service_date,
        service_date=case.order.service_date,
    )
