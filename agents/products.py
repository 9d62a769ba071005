"""The work products of a case that only the agents read and write; the rest are named in runtime.work_store."""

from pydantic import TypeAdapter

from agents.model_work import ModelReading, ModelWording
from cases.criteria import CriteriaTree
from cases.deadlines import Breach, Deadline
from cases.decision import PayerAnswer, Verdict
from cases.evidence import Fact
from cases.fact_review import FactDecision
from cases.packet import Letter
from runtime.work_store import ProductKind

FACTS: ProductKind[tuple[Fact, ...]] = ProductKind("facts", TypeAdapter(tuple[Fact, ...]))
FACT_DECISIONS: ProductKind[tuple[FactDecision, ...]] = ProductKind(
    "fact_decisions", TypeAdapter(tuple[FactDecision, ...])
)
TREE: ProductKind[CriteriaTree] = ProductKind("tree", TypeAdapter(CriteriaTree))
VERDICTS: ProductKind[tuple[Verdict, ...]] = ProductKind("verdicts", TypeAdapter(tuple[Verdict, ...]))
LETTER: ProductKind[Letter] = ProductKind("letter", TypeAdapter(Letter))
EDITED_LETTER: ProductKind[Letter] = ProductKind("edited_letter", TypeAdapter(Letter))
NOT_DRAFTED: ProductKind[str] = ProductKind("not_drafted", TypeAdapter(str))
DECISION_CLOCK: ProductKind[Deadline] = ProductKind("decision_clock", TypeAdapter(Deadline))
"""When the payer had to decide a request, under which rule."""
BREACH: ProductKind[Breach] = ProductKind("breach", TypeAdapter(Breach))
ANSWER: ProductKind[PayerAnswer] = ProductKind("payer_answer", TypeAdapter(PayerAnswer))
MODEL_READING: ProductKind[ModelReading] = ProductKind("model_reading", TypeAdapter(ModelReading))
MODEL_WORDING: ProductKind[ModelWording] = ProductKind("model_wording", TypeAdapter(ModelWording))
