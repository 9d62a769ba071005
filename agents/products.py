"""The work products of a case that only the agents read and write; the rest are named in runtime.work_store."""

from pydantic import TypeAdapter

from cases.criteria import CriteriaTree
from cases.deadlines import Breach, Deadline
from cases.decision import PayerAnswer, Verdict
from cases.evidence import Fact
from cases.packet import Letter
from runtime.work_store import ProductKind

FACTS: ProductKind[tuple[Fact, ...]] = ProductKind("facts", TypeAdapter(tuple[Fact, ...]))
TREE: ProductKind[CriteriaTree] = ProductKind("tree", TypeAdapter(CriteriaTree))
VERDICTS: ProductKind[tuple[Verdict, ...]] = ProductKind("verdicts", TypeAdapter(tuple[Verdict, ...]))
LETTER: ProductKind[Letter] = ProductKind("letter", TypeAdapter(Letter))
EDITED_LETTER: ProductKind[Letter] = ProductKind("edited_letter", TypeAdapter(Letter))
NOT_DRAFTED: ProductKind[str] = ProductKind("not_drafted", TypeAdapter(str))
DECISION_CLOCK: ProductKind[Deadline] = ProductKind("decision_clock", TypeAdapter(Deadline))
"""When the payer had to decide a request, under which rule."""
BREACH: ProductKind[Breach] = ProductKind("breach", TypeAdapter(Breach))
ANSWER: ProductKind[PayerAnswer] = ProductKind("payer_answer", TypeAdapter(PayerAnswer))
