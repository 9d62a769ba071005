"""Criteria trees: what a policy asks, as nodes that code evaluates, and the algebra of their states."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cases.evidence import Evidence, Outcome, Setting, SignerRole
from cases.frozen import Frozen
from cases.ids import ConceptId, PayerId, PolicyDocId


class State(StrEnum):
    """What is known of a criterion. ERROR is a fault of ours, never a statement about the patient."""

    MET = "MET"
    NOT_MET = "NOT_MET"
    INSUFFICIENT = "INSUFFICIENT"
    ERROR = "ERROR"


class Op(StrEnum):
    """How a node's state follows from its children's."""

    ALL = "all"
    ANY = "any"
    AT_LEAST = "at_least"
    NONE = "none"
    LEAF = "leaf"


def combine(op: Op, states: Sequence[State], n: int | None = None) -> State:
    """State of a node from its children's states; `n` is the count of `at_least`.

    all: NOT_MET if any NOT_MET, else ERROR, else INSUFFICIENT, else MET. any: MET if any MET, else ERROR,
    else INSUFFICIENT, else NOT_MET. at_least: likewise by counting. none: any, inverted (INSUFFICIENT and
    ERROR stay). Raises ValueError on a leaf, on no children, and on a count outside 1..len(states).
    """
    if op is Op.LEAF or not states:
        raise ValueError(f"{op} has no children to combine")
    if op is Op.NONE:
        inner = combine(Op.ANY, states)
        return {State.MET: State.NOT_MET, State.NOT_MET: State.MET}.get(inner, inner)
    needed = {Op.ALL: len(states), Op.ANY: 1}.get(op, n or 0)
    if not 1 <= needed <= len(states):
        raise ValueError(f"at_least needs a count from 1 to {len(states)}, not {n}")
    return _by_count(states, needed)


def _by_count(states: Sequence[State], needed: int) -> State:
    met = states.count(State.MET)
    if met >= needed:
        return State.MET
    if len(states) - states.count(State.NOT_MET) < needed:
        return State.NOT_MET
    return State.ERROR if State.ERROR in states else State.INSUFFICIENT


class Window(Frozen):
    """The days around an anchor in which evidence counts: from `days_before` to `days_after`, both inclusive.

    `inpatient_days` narrows it for what was taken in hospital: on or before a known discharge, evidence counts
    only from so many days before that discharge (NCD 240.2). `source` cites the rule; `verified` is False where
    nobody has checked it in a primary source yet.
    """

    days_before: int | None = None
    days_after: int = 0
    anchor: Literal["order", "service", "discharge"] = "order"
    inpatient_days: int | None = None
    source: str = ""
    verified: bool = False


class Comparison(Frozen):
    """A numeric condition in the canonical unit; `between` includes both ends."""

    op: Literal["<=", ">=", "<", ">", "==", "between"]
    value: Decimal
    high: Decimal | None = None

    def holds(self, value: Decimal) -> bool:
        match self.op:
            case "<=":
                return value <= self.value
            case ">=":
                return value >= self.value
            case "<":
                return value < self.value
            case ">":
                return value > self.value
            case "==":
                return value == self.value
        return self.high is not None and self.value <= value <= self.high

    def __str__(self) -> str:
        if self.op == "between":
            return f"{self.value} to {self.high}"
        return f"{self.op} {self.value}"


Pick = Literal["latest", "earliest", "any"]
"""Which of several qualifying facts decides: the latest, the first, or any that supports."""


class MeasurementTest(Frozen):
    """A measured value under stated conditions.

    `concepts` in order of the policy's own preference when `prefer_in_order` (NCD 240.2: blood gas over
    oximetry). `settings` must all be shown, and none of `excludes`; `pick` says whether the latest qualifying
    value decides or any.
    `silence_means` is for exclusions, where a chart that says nothing of it shows that it is not so. `side` asks
    for the body side that is ordered.
    """

    kind: Literal["measurement"] = "measurement"
    concepts: tuple[ConceptId, ...]
    comparisons: dict[ConceptId, Comparison]
    settings: frozenset[Setting] = frozenset()
    excludes: frozenset[Setting] = frozenset()
    window: Window | None = None
    prefer_in_order: bool = False
    pick: Pick = "latest"
    side: Literal["ordered"] | None = None
    silence_means: Literal["insufficient", "not_met"] = "insufficient"


class FindingTest(Frozen):
    """A condition, sign, procedure, treatment or document that the chart must show of this patient.

    A plan or an order never counts. `historical_counts` accepts a past
    event (a stroke in the history). `min_duration_days` demands a stated duration. An explicit denial inside
    the window makes the leaf NOT_MET only where `denial_decides`; else silence and denial both pend.
    `silence_means` is for exclusions, where a chart that says nothing of it shows that it is not so. `side` asks
    for the body side that is ordered.
    """

    kind: Literal["finding"] = "finding"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    historical_counts: bool = False
    denial_decides: bool = True
    min_duration_days: int | None = None
    required_document: bool = False
    pick: Pick = "latest"
    side: Literal["ordered"] | None = None
    silence_means: Literal["insufficient", "not_met"] = "insufficient"


class TrialTest(Frozen):
    """A treatment tried long enough, recently enough, and with an outcome where one is asked.

    Each concept is one treatment or one class; `at_least` of them must have had a trial of their own. A trial ends
    inside the window. First and last day may stand in different notes. `outcomes`: one of these must be said of the
    trial. `excused_by`: an outcome that stands in for the length (a drug not tolerated need not be taken for weeks).
    `min_dose` is one dose in `dose_unit`, `min_per_week` how often. `denial_decides` as in FindingTest.
    """

    kind: Literal["trial"] = "trial"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    min_days: int | None = None
    at_least: int = 1
    outcomes: frozenset[Outcome] = frozenset()
    excused_by: frozenset[Outcome] = frozenset()
    min_dose: Decimal | None = None
    dose_unit: str = ""
    min_per_week: Decimal | None = None
    side: Literal["ordered"] | None = None
    denial_decides: bool = False


class CountTest(Frozen):
    """At least `n` facts on days of their own, `apart_days` or more from one to the next.

    With `comparisons` they are measured values that hold; without, findings that are affirmed, past ones too.
    """

    kind: Literal["count"] = "count"
    concepts: tuple[ConceptId, ...]
    n: int
    comparisons: dict[ConceptId, Comparison] = {}
    apart_days: int = 1
    window: Window | None = None


class Step(Frozen):
    """One event of a sequence: any of these concepts, shown as done; `outcomes` narrow it to how a treatment ended."""

    concepts: tuple[ConceptId, ...]
    outcomes: frozenset[Outcome] = frozenset()


class SequenceTest(Frozen):
    """Events in this order by their dates: each begins on or after the last day of the one before.

    The last one lies inside the window. `stated_by` are findings that say the order themselves (`examined again
    after therapy`), of which one inside the window is enough.
    """

    kind: Literal["sequence"] = "sequence"
    steps: tuple[Step, ...]
    stated_by: tuple[ConceptId, ...] = ()
    window: Window | None = None


class SideTest(Frozen):
    """Order and evidence name the same body side.

    Each of `concepts` must be shown of the ordered side. Of `others`, what has a side at all must be of it too.
    """

    kind: Literal["side"] = "side"
    concepts: tuple[ConceptId, ...]
    others: tuple[ConceptId, ...] = ()
    window: Window | None = None


class DocumentTest(Frozen):
    """A document of some kind, dated inside the window; signed by one of `signers` where that is asked."""

    kind: Literal["document"] = "document"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    signers: frozenset[SignerRole] = frozenset()
    side: Literal["ordered"] | None = None
    required_document: bool = True


class AgeTest(Frozen):
    """The patient's age in whole years on the anchor date."""

    kind: Literal["age"] = "age"
    at_least: int | None = None
    below: int | None = None


class PersonTest(Frozen):
    """Something only a person can settle; INSUFFICIENT until someone has recorded it with a reason."""

    kind: Literal["person"] = "person"
    question: str


LeafTest = Annotated[
    MeasurementTest
    | FindingTest
    | TrialTest
    | CountTest
    | SequenceTest
    | SideTest
    | DocumentTest
    | AgeTest
    | PersonTest,
    Field(discriminator="kind"),
]


class Anchor(Frozen):
    """Where a leaf stands in its policy: a section heading and terms that occur together there.

    The terms are sought in the imported text; no sentence of a policy is shipped.
    """

    section: str
    terms: tuple[str, ...]


class PolicySpan(Frozen):
    """Code points [start, end) of the stored policy text, and that text verbatim."""

    start: int
    end: int
    quote: str


class GapAdvice(Frozen):
    """What would settle an open leaf: which document, from whom, and of what date, in words for the request."""

    document: str
    holder: str
    dated: str = ""


class Criterion(Frozen):
    """A node of a tree: an operator over children, or a leaf with its test and its place in the policy."""

    id: str
    op: Op
    statement: str
    n: int | None = None
    children: tuple["Criterion", ...] = ()
    test: LeafTest | None = None
    anchor: Anchor | None = None
    policy_span: PolicySpan | None = None
    gap: GapAdvice | None = None

    @model_validator(mode="after")
    def _shape_fits_operator(self) -> Self:
        if self.op is Op.LEAF and (self.children or self.test is None):
            raise ValueError(f"{self.id}: a leaf has a test and no children")
        if self.op is not Op.LEAF and (not self.children or self.test is not None):
            raise ValueError(f"{self.id}: {self.op} has children and no test")
        if (self.op is Op.AT_LEAST) != (self.n is not None):
            raise ValueError(f"{self.id}: n belongs to at_least, and to nothing else")
        if self.n is not None and not 1 <= self.n <= len(self.children):
            raise ValueError(f"{self.id}: n must be from 1 to {len(self.children)}")
        return self

    def leaves(self) -> tuple["Criterion", ...]:
        if self.op is Op.LEAF:
            return (self,)
        return tuple(leaf for child in self.children for leaf in child.leaves())


class TreeStatus(StrEnum):
    """A draft tree never lets a case pass: a leaf was not found in the policy, or nobody approved it."""

    APPROVED = "approved"
    DRAFT = "draft"


class PolicyRef(Frozen):
    """Which text a judgement rests on."""

    payer_id: PayerId
    doc_id: PolicyDocId
    version: int
    number: str
    title: str
    effective: date | None = None
    expires: date | None = None


class PolicyNote(Frozen):
    """What the policy adds once the node `about` has the state `when` (None: whatever its state).

    Such as a not-met tree that leaves the case to the contractor's own decision. `text` is our wording.
    """

    about: str
    when: State | None
    text: str
    anchor: Anchor | None = None
    policy_span: PolicySpan | None = None


class CriteriaTree(Frozen):
    """A tree bound to one version of one policy, with the reasons it is still a draft."""

    id: str
    policy: PolicyRef
    root: Criterion
    status: TreeStatus
    draft_reasons: tuple[str, ...] = ()
    notes: tuple[PolicyNote, ...] = ()


class Judgement(Frozen):
    """A criterion after evaluation.

    `looked_for` says what was sought, `reason` why the state is what it is. Confidence is computed from the
    evidence's reliability, in 0..1; it is never a model's own number.
    """

    id: str
    op: Op
    statement: str
    state: State
    confidence: float
    reason: str = ""
    looked_for: str = ""
    n: int | None = None
    children: tuple["Judgement", ...] = ()
    evidence: tuple[Evidence, ...] = ()
    policy_span: PolicySpan | None = None
    gap: GapAdvice | None = None
    required_document: bool = False

    def leaves(self) -> tuple["Judgement", ...]:
        if self.op is Op.LEAF:
            return (self,)
        return tuple(leaf for child in self.children for leaf in child.leaves())

    def nodes(self) -> tuple["Judgement", ...]:
        return (self, *(node for child in self.children for node in child.nodes()))


class CriteriaResult(Frozen):
    """A whole tree evaluated for one case, with the policy's notes that the outcome calls for."""

    tree_id: str
    policy: PolicyRef
    status: TreeStatus
    draft_reasons: tuple[str, ...]
    root: Judgement
    notes: tuple[PolicyNote, ...] = ()
