"""A second reading of a chart by the model: where it and the rules differ about a leaf, the leaf pends to a person."""

from collections.abc import Mapping, Sequence

from agents.model_session import ModelSession
from agents.reading.model_reader.facts import propose_facts
from agents.reading.model_reader.leaves import ChartPassages, ModelOpinion, concepts_of, judge_leaf
from cases.chart import Chart
from cases.criteria import CriteriaResult, CriteriaTree, Criterion, GapAdvice, Judgement, Op, State, combine
from cases.criteria_evaluation import evaluate
from cases.document import DocumentKind
from cases.evidence import Defect, Fact, Finding, Origin, Role
from cases.frozen import Frozen
from cases.ids import DocumentId
from cases.leaf_evaluation import Anchors
from knowledge.vocabulary import Vocabulary

_READ_OTHERWISE = Finding(defect=Defect.CONTRADICTED, detail="a second reading differs and no person has settled it")


_DECISION = GapAdvice(document="A decision between the two readings of the chart", holder="a reviewer here")


class LeafReadings(Frozen):
    """One leaf as both readers see it.

    `rules` is the state code found over the facts of the rules reader and of persons. `judged` is the model's own
    opinion with its verified passages, None where it gave none. `with_proposed` is the state over those facts and the
    model's proposed ones, which are in `proposed` where they bear on the leaf.
    """

    id: str
    rules: State
    with_proposed: State
    judged: ModelOpinion | None = None
    proposed: tuple[Fact, ...] = ()
    settled_by_person: bool = False

    @property
    def differ(self) -> bool:
        """Whether the readers differ, and no person has settled it already."""
        judged = self.judged is not None and self.judged.state is not self.rules
        return not self.settled_by_person and (judged or self.with_proposed is not self.rules)


class SecondReading(Frozen):
    """The result that stands: the rules' own, with every leaf pended that the model reads otherwise."""

    result: CriteriaResult
    readings: tuple[LeafReadings, ...]

    @property
    def disputed(self) -> tuple[LeafReadings, ...]:
        return tuple(reading for reading in self.readings if reading.differ)


def read_again(
    session: ModelSession,
    tree: CriteriaTree,
    chart: Chart,
    facts: Sequence[Fact],
    anchors: Anchors,
    vocabulary: Vocabulary,
) -> SecondReading:
    """The rules' result over `facts`, read a second time by the model; `chart` is of the case's patient alone.

    No state is ever taken from the model: a leaf keeps the state that the rules gave it, or becomes INSUFFICIENT.
    """
    settled = [fact for fact in facts if fact.origin is not Origin.MODEL]
    by_rules = evaluate(tree, settled, anchors)
    concepts = tuple(dict.fromkeys(one for leaf in tree.root.leaves() for one in concepts_of(leaf)))
    chart = readable(session, chart)
    proposed = propose_facts(session, chart, concepts, vocabulary)
    with_proposed = {leaf.id: leaf for leaf in evaluate(tree, [*settled, *proposed], anchors).root.leaves()}
    passages = ChartPassages(chart, vocabulary)
    criteria = {leaf.id: leaf for leaf in tree.root.leaves()}
    readings = [
        _readings(session, passages, criteria[leaf.id], leaf, with_proposed[leaf.id], anchors)
        for leaf in by_rules.root.leaves()
    ]
    return SecondReading(result=_pended(tree, by_rules, readings), readings=tuple(readings))


def readable(session: ModelSession, chart: Chart) -> Chart:
    """Without documents that name nobody or are specially protected: they are counted and not put to the model."""
    own = {patient.id for patient in chart.patients}
    named = [document for document in chart.documents if document.patient_id in own]
    notes = sum(
        document.kind is not DocumentKind.FHIR_RESOURCE for document in chart.documents if document not in named
    )
    if notes:
        session.leave_out("document_names_nobody", notes)
    return chart.model_copy(update={"documents": tuple(one for one in named if not session.withholds(one.text))})


def _readings(
    session: ModelSession,
    passages: ChartPassages,
    criterion: Criterion,
    by_rules: Judgement,
    with_proposed: Judgement,
    anchors: Anchors,
) -> LeafReadings:
    cited = [_around(item.fact) for item in (*by_rules.evidence, *with_proposed.evidence)]
    person = any(item.fact.origin is Origin.PERSON and item.role is not Role.CONSIDERED for item in by_rules.evidence)
    return LeafReadings(
        id=criterion.id,
        rules=by_rules.state,
        with_proposed=with_proposed.state,
        judged=None if person else judge_leaf(session, passages, criterion, cited, anchors.order_date),
        proposed=tuple(item.fact for item in with_proposed.evidence if item.fact.origin is Origin.MODEL),
        settled_by_person=person,
    )


def _around(fact: Fact) -> tuple[DocumentId, int, int]:
    """The passage a fact is judged by: a note's sentence; of a structured entry everything that the fact rests on."""
    spans = [fact.context]
    if fact.origin is Origin.STRUCTURED:
        spans = [
            span for span in (fact.context, fact.span, *fact.supporting) if span.document_id == fact.span.document_id
        ]
    return fact.span.document_id, min(span.start for span in spans), max(span.end for span in spans)


def _pended(tree: CriteriaTree, by_rules: CriteriaResult, readings: Sequence[LeafReadings]) -> CriteriaResult:
    """The result with each disputed leaf INSUFFICIENT, and what follows for the nodes above it and the notes."""
    disputed = {reading.id: reading for reading in readings if reading.differ}
    if not disputed:
        return by_rules
    root = _without(by_rules.root, disputed)
    states = {node.id: node.state for node in root.nodes()}
    notes = tuple(note for note in tree.notes if note.when in (None, states.get(note.about)))
    return by_rules.model_copy(update={"root": root, "notes": notes})


def _without(node: Judgement, disputed: Mapping[str, LeafReadings]) -> Judgement:
    if node.op is Op.LEAF:
        reading = disputed.get(node.id)
        return node if reading is None else _pended_leaf(node, reading)
    children = tuple(_without(child, disputed) for child in node.children)
    if children == node.children:
        return node
    state = combine(node.op, [child.state for child in children], node.n)
    inverted = node.op is Op.NONE and state in (State.MET, State.NOT_MET)
    deciding = [child.confidence for child in children if (child.state is state) is not inverted]
    confidence = min(deciding, default=min(child.confidence for child in children))
    return node.model_copy(update={"children": children, "state": state, "confidence": confidence})


def _pended_leaf(node: Judgement, reading: LeafReadings) -> Judgement:
    evidence = tuple(
        item.model_copy(update={"role": Role.CONSIDERED, "findings": (*item.findings, _READ_OTHERWISE)})
        for item in node.evidence
    )
    return node.model_copy(
        update={
            "state": State.INSUFFICIENT,
            "confidence": min(node.confidence, 0.5),
            "reason": dispute_words(node, reading),
            "evidence": evidence,
            "gap": _DECISION,
        }
    )


def dispute_words(node: Judgement, reading: LeafReadings) -> str:
    """Both readings in words, each with what it rests on."""
    first = f"read by the rules as {reading.rules}" + (f" ({node.reason})" if node.reason else "")
    says = []
    if reading.judged is not None and reading.judged.state is not reading.rules:
        quotes = "; ".join(f"“{' '.join(span.quote.split())}”" for span in reading.judged.quotes)
        says.append(f"read by the model as {reading.judged.state}" + (f" on {quotes}" if quotes else ""))
    if reading.with_proposed is not reading.rules:
        found = "; ".join(f"“{' '.join(fact.span.quote.split())}”" for fact in reading.proposed)
        says.append(f"with what the model found ({found}) it would be {reading.with_proposed}")
    return f"The two readers differ, so a person decides: {first}; {'; '.join(says)}."
