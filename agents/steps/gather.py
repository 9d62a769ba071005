"""Read the chart for facts about this patient; whatever names another patient is set aside unread."""

from agents.desk import CaseDesk, Record, flagged
from agents.fact_decisions import decisions_of
from agents.products import FACTS
from agents.reading.rules_reader.reader import read_facts
from agents.state import AuthorizationState
from agents.steps.chart_signals import signal_flags, urgency_of
from agents.steps.triage import EXPEDITED_PROPOSED
from agents.toolbox import Hands
from cases.case import Case, Flag, Urgency
from cases.chart import Chart
from cases.evidence import Fact
from cases.fact_review import decided
from knowledge.vocabulary import shipped_vocabulary
from runtime import chart_store


def gather(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the facts that may bear on the case, with flags for what was refused or set aside."""
    case = desk.case()
    chart: Chart = hands.call("read_chart")
    own = chart.for_patient(case.patient.id)
    with desk.database.read() as transaction:
        recorded = chart_store.facts(transaction, desk.case_id)
        decisions = decisions_of(transaction, desk.case_id)
    facts: tuple[Fact, ...] = decided((*read_facts(own, shipped_vocabulary()), *recorded), decisions)
    flags = flagged(case, [*_chart_flags(case, chart), *signal_flags(case, own)])
    if urgency_of(flags) is Urgency.EXPEDITED:
        flags = tuple(flag for flag in flags if flag.code != EXPEDITED_PROPOSED)
    seen = case.model_copy(update={"flags": flags, "urgency": urgency_of(flags)})
    desk.record(
        state["revision"],
        Record(
            action="chart.read",
            detail={"documents": len(own.documents), "facts": len(facts), "refused": len(chart.refusals)},
            case=seen if seen != case else None,
            products=((FACTS, facts),),
        ),
    )
    return {}


def _chart_flags(case: Case, chart: Chart) -> list[Flag]:
    flags = []
    others = [d.id for d in chart.documents if d.patient_id not in (case.patient.id, None)]
    if others:
        named = ", ".join(sorted(others)[:5]) + (" …" if len(others) > 5 else "")
        message = f"{len(others)} documents belong to other patients and were set aside unread: {named}."
        flags.append(Flag(code="other_patients_documents", message=message, severity="info"))
    if chart.refusals:
        named = "; ".join(f"{r.file} {r.pointer}".strip() + f": {r.reason}" for r in chart.refusals[:3])
        message = f"{len(chart.refusals)} files or resources could not be used: {named}."
        flags.append(Flag(code="files_not_used", message=message, severity="info"))
    return flags
