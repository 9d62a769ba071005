"""Evaluate a bound criteria tree over facts; a fault in one leaf becomes ERROR there and nothing else."""

from collections.abc import Sequence
from datetime import date

from cases.criteria import CriteriaResult, CriteriaTree, Criterion, Judgement, Op, State, combine
from cases.evidence import Evidence, Fact, Role
from cases.ids import ConceptId
from cases.leaf_evaluation import Anchors, Weighed, criterion_words, with_ordered_side
from cases.leaf_tests import (
    AgeTest,
    ChangeTest,
    CountTest,
    DocumentTest,
    FindingTest,
    MeasurementTest,
    PersonTest,
    SequenceTest,
    SideTest,
    TrialTest,
)
from cases.measured_evaluation import weigh_change, weigh_finding, weigh_measurement
from cases.order_evaluation import weigh_count, weigh_document, weigh_sequence, weigh_side
from cases.pointed_out import answers_to, with_words_pointed_out
from cases.trial_evaluation import weigh_trial

BIRTH_DATE = ConceptId("birth_date")
"""The concept under which a reader hands over the patient's date of birth."""


def evaluate(tree: CriteriaTree, facts: Sequence[Fact], anchors: Anchors) -> CriteriaResult:
    """The tree with a state, evidence and reason on every node."""
    root = _judge(tree.root, facts, with_ordered_side(anchors, facts))
    states = {node.id: node.state for node in root.nodes()}
    return CriteriaResult(
        tree_id=tree.id,
        policy=tree.policy,
        status=tree.status,
        draft_reasons=tree.draft_reasons,
        root=root,
        notes=tuple(note for note in tree.notes if note.when in (None, states.get(note.about))),
    )


def _judge(criterion: Criterion, facts: Sequence[Fact], anchors: Anchors) -> Judgement:
    if criterion.op is Op.LEAF:
        return _judge_leaf(criterion, facts, anchors)
    children = tuple(_judge(child, facts, anchors) for child in criterion.children)
    state = combine(criterion.op, [child.state for child in children], criterion.n)
    deciding = [child.confidence for child in children if _bears_on(criterion.op, child.state, state)]
    return Judgement(
        id=criterion.id,
        op=criterion.op,
        statement=criterion.statement,
        state=state,
        confidence=min(deciding, default=min(child.confidence for child in children)),
        n=criterion.n,
        children=children,
        policy_span=criterion.policy_span,
    )


def _bears_on(op: Op, child: State, parent: State) -> bool:
    if op is Op.NONE and parent in (State.MET, State.NOT_MET):
        return child is not parent
    return child is parent


def _judge_leaf(criterion: Criterion, facts: Sequence[Fact], anchors: Anchors) -> Judgement:
    weighed = with_words_pointed_out(criterion, _weigh(criterion, facts, anchors), facts, anchors)
    test = criterion.test
    return Judgement(
        id=criterion.id,
        op=criterion.op,
        statement=criterion.statement,
        state=weighed.state,
        confidence=round(weighed.confidence, 4),
        reason=weighed.reason,
        looked_for=criterion_words(criterion),
        evidence=weighed.evidence,
        policy_span=criterion.policy_span,
        gap=criterion.gap,
        required_document=isinstance(test, FindingTest | DocumentTest) and test.required_document,
    )


def _weigh(criterion: Criterion, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    match criterion.test:
        case MeasurementTest() as test:
            return weigh_measurement(test, facts, anchors)
        case ChangeTest() as test:
            return weigh_change(test, facts, anchors)
        case FindingTest() as test:
            return weigh_finding(test, facts, anchors)
        case TrialTest() as test:
            return weigh_trial(test, facts, anchors)
        case AgeTest() as test:
            return _weigh_age(test, facts, anchors)
        case PersonTest() as test:
            return _weigh_person(test, criterion.id, facts)
        case None:
            return Weighed(state=State.ERROR, reason="the leaf has no test", evidence=(), confidence=0.0)
        case test:
            return _weigh_several(test, facts, anchors)


def _weigh_several(
    test: CountTest | SequenceTest | SideTest | DocumentTest, facts: Sequence[Fact], anchors: Anchors
) -> Weighed:
    match test:
        case CountTest():
            return weigh_count(test, facts, anchors)
        case SequenceTest():
            return weigh_sequence(test, facts, anchors)
        case SideTest():
            return weigh_side(test, facts, anchors)
        case DocumentTest():
            return weigh_document(test, facts, anchors)


def age_on(birth: date, on: date) -> int:
    """Whole years of age; a birthday on 29 February is reached on 1 March in other years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _weigh_age(test: AgeTest, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    on = anchors.service_date or anchors.order_date
    births = [f for f in facts if f.concept == BIRTH_DATE and f.patient_id == anchors.patient_id and f.when]
    if anchors.birth_date is None or on is None or not births:
        reason = "the date of birth is not in the chart" if on else "the order has no date to reckon the age on"
        return Weighed(state=State.INSUFFICIENT, reason=reason, evidence=(), confidence=0.9)
    if any(fact.when and fact.when.on != anchors.birth_date for fact in births):
        evidence = tuple(Evidence(fact=fact, role=Role.CONSIDERED) for fact in births)
        reason = "the chart gives more than one date of birth"
        return Weighed(state=State.INSUFFICIENT, reason=reason, evidence=evidence, confidence=0.5)
    age = age_on(anchors.birth_date, on)
    fits = (test.at_least is None or age >= test.at_least) and (test.below is None or age < test.below)
    role = Role.SUPPORTS if fits else Role.CONTRADICTS
    return Weighed(
        state=State.MET if fits else State.NOT_MET,
        reason=f"{age} years old on {on}",
        evidence=tuple(Evidence(fact=fact, role=role) for fact in births),
        confidence=max(fact.reliability for fact in births),
    )


def _weigh_person(test: PersonTest, criterion_id: str, facts: Sequence[Fact]) -> Weighed:
    answers = answers_to(criterion_id, facts)
    if not answers:
        reason = f"a person has to answer: {test.question}"
        return Weighed(state=State.INSUFFICIENT, reason=reason, evidence=(), confidence=0.9)
    last = answers[-1]
    yes = last.assertion.value == "affirmed"
    role = Role.SUPPORTS if yes else Role.CONTRADICTS
    return Weighed(
        state=State.MET if yes else State.NOT_MET,
        reason=last.statement,
        evidence=(Evidence(fact=last, role=role),),
        confidence=last.reliability,
    )


def lacks_required_document(node: Judgement) -> bool:
    """Whether a document that the policy demands is shown in none of its allowed kinds.

    Of alternatives, one that is decided against no longer matters: whether it asked for a document is no way out.
    """
    if node.op is Op.LEAF:
        return node.required_document and node.state is not State.MET
    if node.op is Op.NONE:
        return False
    if node.op is Op.ALL:
        return any(lacks_required_document(child) for child in node.children)
    ways = [child for child in node.children if child.state is not State.NOT_MET] or node.children
    return all(lacks_required_document(child) for child in ways)


def open_leaves(node: Judgement) -> tuple[Judgement, ...]:
    """The leaves that keep a tree from being MET, one branch for each choice: the one nearest to being met."""
    if node.state is State.MET:
        return ()
    if node.op is Op.LEAF:
        return (node,)
    if node.op is Op.NONE:
        return tuple(leaf for child in node.children for leaf in child.leaves() if leaf.state is not State.NOT_MET)
    if node.op is Op.ALL:
        return tuple(leaf for child in node.children for leaf in open_leaves(child))
    missing = (node.n or 1) - sum(child.state is State.MET for child in node.children)
    unmet = sorted((child for child in node.children if child.state is not State.MET), key=_distance)
    return tuple(leaf for child in unmet[:missing] for leaf in open_leaves(child))


def _distance(node: Judgement) -> tuple[int, int, int]:
    """How far a branch is from being met: leaves decided against, leaves open, and least evidence last."""
    leaves = node.leaves()
    against = sum(leaf.state is State.NOT_MET for leaf in leaves)
    evidence = sum(bool(leaf.evidence) for leaf in leaves)
    return against, sum(leaf.state is not State.MET for leaf in leaves) - evidence, len(leaves)
