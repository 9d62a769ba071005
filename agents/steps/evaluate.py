"""Evaluate the criteria tree over the facts, by code."""

from collections.abc import Sequence
from dataclasses import replace

from agents.desk import CaseDesk, Record
from agents.model_session import ModelSession
from agents.model_work import ModelReading, call_events, reading_flags
from agents.products import FACTS, MODEL_READING
from agents.reading.model_reader.second_reading import SecondReading, read_again
from agents.state import AuthorizationState
from agents.steps.find_policy import bound_tree
from agents.toolbox import Hands
from cases.case import Case
from cases.chart import Chart
from cases.criteria import CriteriaResult, CriteriaTree
from cases.criteria_evaluation import evaluate as evaluate_tree
from cases.criteria_evaluation import lacks_required_document
from cases.evidence import Fact
from cases.leaf_evaluation import Anchors
from knowledge.vocabulary import shipped_vocabulary
from runtime.work_store import CRITERIA


def evaluate(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the evaluated tree; without a tree there is nothing to evaluate and the case pends at the gate."""
    tree = bound_tree(state, desk)
    if tree is None:
        return {}
    facts = desk.product(FACTS, state["revision"]) or ()
    session: ModelSession | None = hands.call("model_session")
    if session is not None:
        return _evaluate_twice(state, desk, tree, _read_again(desk, hands, session, tree, facts), session)
    result = evaluate_tree(tree, facts, anchors(desk.case()))
    desk.record(state["revision"], _record(tree, result))
    return {"required_document_missing": lacks_required_document(result.root)}


def _record(tree: CriteriaTree, result: CriteriaResult) -> Record:
    return Record(
        action="criteria.evaluated",
        detail={
            "tree": tree.id, "state": result.root.state.value, "leaves": len(result.root.leaves()),
            "met": sum(leaf.state.value == "MET" for leaf in result.root.leaves()),
        },
        products=((CRITERIA, result),),
    )  # fmt: skip


def _read_again(
    desk: CaseDesk, hands: Hands, session: ModelSession, tree: CriteriaTree, facts: Sequence[Fact]
) -> SecondReading:
    case = desk.case()
    chart: Chart = hands.call("read_chart").for_patient(case.patient.id)
    return read_again(session, tree, chart, facts, anchors(case), shipped_vocabulary())


def _evaluate_twice(
    state: AuthorizationState, desk: CaseDesk, tree: CriteriaTree, second: SecondReading, session: ModelSession
) -> AuthorizationState:
    """Store what stands after both readings, with what the model did; a dispute that matters blocks the case."""
    case, log = desk.case(), session.log()
    flags = reading_flags(case.flags, second, log)
    record = _record(tree, second.result)
    products = (*record.products, (MODEL_READING, ModelReading(readings=second.readings, log=log)))
    detail = {**record.detail, "disputed": len(second.disputed)}
    changed = case.model_copy(update={"flags": flags}) if flags != case.flags else None
    desk.record(
        state["revision"],
        replace(record, detail=detail, products=products, case=changed, events=call_events("evaluate", log)),
    )
    return {"required_document_missing": lacks_required_document(second.result.root)}


def anchors(case: Case) -> Anchors:
    """The dates that windows hang on; the order's own date, else the day of service."""
    return Anchors(
        patient_id=case.patient.id,
        birth_date=case.patient.birth_date,
        order_date=case.order.authored_on or case.order.service_date,
        service_date=case.order.service_date,
    )
