"""Where a case's decisions on facts are kept: one product that holds for every revision."""

from agents.products import FACT_DECISIONS
from cases.fact_review import FactDecision
from cases.ids import CaseId
from runtime import work_store
from runtime.database import Transaction

KEPT_AT = 0
"""The revision under which they are kept; worked revisions begin at 1."""


def decisions_of(transaction: Transaction, case_id: CaseId) -> tuple[FactDecision, ...]:
    """Every decision on facts of the case, in the order recorded."""
    return work_store.get_product(transaction, case_id, FACT_DECISIONS, KEPT_AT) or ()
