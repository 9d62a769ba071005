"""What is filed, at which level, by when and by whom: from the denial and the deadline rules."""

from agents.appeal_products import CONSENT, PLAN
from agents.desk import CaseDesk, Record
from agents.reading.appeals.pathway import plan_filing
from agents.state import AuthorizationState
from agents.steps.appeal.denial_of import denial_of
from agents.toolbox import Hands


def choose_pathway(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the plan; a code that forbids an appeal is settled here, and nothing clinical is argued over it."""
    case, denial = desk.case(), denial_of(desk)
    electronic = case.payer is not None and hands.call("payer_has_endpoint", payer=case.payer)
    plan = plan_filing(
        denial, desk.clock.now(), electronic=bool(electronic), consented=desk.product(CONSENT) is not None
    )
    if case.payer is not None and len(plan.send_to) < 2:
        address = (case.payer.name, *hands.call("payer_address", payer=case.payer))
        plan = plan.model_copy(update={"send_to": address})
    desk.record(
        state["revision"],
        Record(
            action="appeal.planned",
            detail={
                "filing": plan.filing.value, "pathway": plan.pathway.value, "level": plan.level,
                "rule": plan.rule or None,
                "due": plan.due.isoformat() if plan.due else None, "channel": plan.channel.value,
            },
            products=((PLAN, plan),),
        ),
    )  # fmt: skip
    return {}
