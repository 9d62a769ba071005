"""Criteria trees: what a policy asks, as nodes that code evaluates, and the algebra of their states."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from cases.evidence import Evidence
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from cases.leaf_tests import LeafTest


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
