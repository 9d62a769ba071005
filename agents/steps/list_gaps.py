"""What is missing: each open criterion with the document that would settle it and the request drafted for it."""

from agents.desk import CaseDesk, Record
from agents.reading.request_wording import request_for
from agents.state import AuthorizationState
from agents.toolbox import Hands
from cases.case import Case
from cases.criteria import Judgement
from cases.criteria_evaluation import open_leaves
from cases.packet import Gap
from runtime.work_store import CRITERIA, GAPS


def list_gaps(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store one gap for each open leaf; of alternatives, the one nearest to being met."""
    result = desk.product(CRITERIA, state["revision"]) if state.get("policy") else None
    case = desk.case()
    gaps = tuple(_gap(leaf, case) for leaf in open_leaves(result.root)) if result else ()
    desk.record(
        state["revision"],
        Record(action="gaps.listed", detail={"gaps": len(gaps)}, products=((GAPS, gaps),)),
    )
    return {"gaps": len(gaps)}


def _gap(leaf: Judgement, case: Case) -> Gap:
    advice = leaf.gap
    document = advice.document if advice else "A dated chart entry that shows it"
    holder = advice.holder if advice else "the ordering practice"
    dated = advice.dated if advice else ""
    return Gap(
        criterion_id=leaf.id,
        statement=leaf.statement,
        state=leaf.state,
        why=leaf.reason,
        looked_for=leaf.looked_for,
        document=document,
        holder=holder,
        dated=dated,
        request=request_for(case, leaf, document, holder, dated),
        required_document=leaf.required_document,
    )
