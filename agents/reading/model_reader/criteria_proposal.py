"""A criteria tree that the model proposes from policy text: a draft for a reviewer, each leaf with a verified span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from agents.model_session import ModelSession
from agents.reading.model_reader.passages import Passage, batches, passages_of, shown
from agents.reading.model_reader.shapes import NodeTest, ProposedNode
from agents.reading.model_reader.tasks import PROPOSE_CRITERIA
from agents.reading.model_reader.wording_support import denies, unsupported_words
from cases.criteria import Criterion, Op, PolicySpan
from cases.evidence import Setting
from cases.frozen import Frozen
from cases.ids import ConceptId
from cases.leaf_tests import Comparison, FindingTest, LeafTest, MeasurementTest, PersonTest, Window
from guardrails.text_tokens import values_in
from knowledge.vocabulary import ConceptKind, Vocabulary

_PLAIN = {
    Op.ALL: "All of these",
    Op.ANY: "Any of these",
    Op.AT_LEAST: "At least some of these",
    Op.NONE: "None of these",
}
_MOST_NODES = 200
_DEEPEST = 12


class CriteriaProposal(Frozen):
    """A proposed tree; `faults` say what of the model's proposal was left out or changed, and why. Never approved.

    `root` is None where nothing of the proposal stands. A leaf that was left out makes the tree ask for less than the
    policy does: each fault names it, and a draft tree lets no case pass.
    """

    root: Criterion | None
    faults: tuple[str, ...] = ()


@dataclass
class _Text:
    """The policy under work: its passages by number, what a test may speak of, and the faults found."""

    policy: str
    passages: Mapping[int, Passage]
    vocabulary: Vocabulary
    session: ModelSession
    faults: list[str] = field(default_factory=list)

    def fault(self, node: str, reason: str) -> None:
        self.session.drop(reason)
        self.faults.append(f"{node}: {reason.replace('_', ' ')}")


def propose_criteria(
    session: ModelSession, policy_text: str, vocabulary: Vocabulary, concepts: Sequence[ConceptId] = ()
) -> CriteriaProposal:
    """The tree proposed for a policy's text; `concepts` are those a test may name, all of the vocabulary by default.

    A text longer than one question may carry is asked about in parts, whose trees are joined under one `all`.
    """
    passages = passages_of("policy", policy_text)
    named = [vocabulary.concepts[one] for one in concepts or vocabulary.concepts if one in vocabulary.concepts]
    listed = "\n".join(f"{concept.id}: {concept.label} ({concept.kind.value})" for concept in named)
    text = _Text(policy_text, {passage.number: passage for passage in passages}, vocabulary, session)
    roots = []
    for part, batch in enumerate(batches(passages, session.context_chars), start=1):
        answer = session.ask(PROPOSE_CRITERIA, {"concepts": listed, "passages": shown(batch)})
        if answer is None:
            text.faults.append(f"part {part}: the model gave no proposal that can be used")
        else:
            root = _tree(answer.nodes, text, f"part{part}." if part > 1 else "")
            roots += [root] if root else []
    return CriteriaProposal(root=_joined(roots), faults=tuple(text.faults))


def _joined(roots: Sequence[Criterion]) -> Criterion | None:
    if len(roots) <= 1:
        return roots[0] if roots else None
    return Criterion(id="parts", op=Op.ALL, statement="All parts of the policy", children=tuple(roots))


def _tree(nodes: Sequence[ProposedNode], text: _Text, prefix: str) -> Criterion | None:
    """The nodes as one tree; a node without a known parent, a second root and a repeated id are left out."""
    children: dict[str, list[ProposedNode]] = {}
    seen: set[str] = set()
    root: ProposedNode | None = None
    for node in nodes[:_MOST_NODES]:
        if node.id in seen:
            text.fault(node.id, "node_id_repeated")
        elif node.parent is None and root is None:
            root = node
            seen.add(node.id)
        elif node.parent not in seen or node.parent is None:
            text.fault(node.id, "node_without_parent")
        else:
            children.setdefault(node.parent, []).append(node)
            seen.add(node.id)
    if len(nodes) > _MOST_NODES:
        text.fault("the tree", "too_many_nodes")
    return _criterion(root, children, text, prefix, 1) if root else None


def _criterion(
    node: ProposedNode, children: Mapping[str, Sequence[ProposedNode]], text: _Text, prefix: str, depth: int
) -> Criterion | None:
    below = children.get(node.id, ())
    if node.op == "leaf":
        for child in below:
            text.fault(child.id, "node_below_a_leaf")
        return _leaf(node, text, prefix)
    if depth > _DEEPEST:
        text.fault(node.id, "node_too_deep")
        return None
    made = (_criterion(child, children, text, prefix, depth + 1) for child in below)
    kept = tuple(child for child in made if child is not None)
    statement = _line(node.statement)
    if statement not in _PLAIN.values() and _goes_beyond(statement, text.policy):
        text.fault(node.id, "statement_not_in_policy")
        statement = _PLAIN[Op(node.op)]
    try:
        return Criterion(
            id=prefix + node.id,
            op=Op(node.op),
            statement=statement,
            n=node.n if node.op == "at_least" else None,
            children=kept,
        )
    except ValidationError:
        text.fault(node.id, "node_without_children" if not kept else "node_count_does_not_fit")
        return None


def _leaf(node: ProposedNode, text: _Text, prefix: str) -> Criterion | None:
    passage = text.passages.get(node.passage or 0)
    place = passage.find(node.quote or "") if passage else None
    if passage is None or place is None:
        text.fault(node.id, "quote_not_in_passage" if passage else "passage_not_given")
        return None
    quote = passage.text[place[0] - passage.start : place[1] - passage.start]
    statement = _line(node.statement)
    if _goes_beyond(statement, quote):
        text.fault(node.id, "statement_not_in_quote")
        statement = _line(quote)
    return Criterion(
        id=prefix + node.id,
        op=Op.LEAF,
        statement=statement,
        test=_test(node, quote, text),
        policy_span=PolicySpan(start=place[0], end=place[1], quote=quote),
    )


def _goes_beyond(statement: str, source: str) -> bool:
    """Whether a statement has a value, a content word or a denial that its source has not."""
    values = values_in(statement) - values_in(source)
    return bool(values or unsupported_words(statement, [source])) or (denies(statement) and not denies(source))


def _test(node: ProposedNode, quote: str, text: _Text) -> LeafTest:
    """The test, where its concept is known and its numbers stand in the quote; else a question for a person."""
    asked = PersonTest(question=f"Is this shown: {_line(quote)}")
    if node.test is None or node.test.kind == "person":
        return asked
    reason = _test_fault(node.test, quote, text.vocabulary)
    if reason:
        text.fault(node.id, reason)
        return asked
    concept = ConceptId(node.test.concept or "")
    window = Window(days_before=node.test.within_days, source="proposed by a model") if node.test.within_days else None
    if node.test.kind == "finding":
        return FindingTest(concepts=(concept,), window=window, min_duration_days=node.test.for_days)
    comparison = _comparison(node.test)
    assert comparison is not None
    settings = frozenset(Setting(name) for name in node.test.settings)
    return MeasurementTest(concepts=(concept,), comparisons={concept: comparison}, settings=settings, window=window)


def _test_fault(test: NodeTest, quote: str, vocabulary: Vocabulary) -> str:
    concept = vocabulary.concepts.get(ConceptId(test.concept or ""))
    if concept is None:
        return "concept_not_offered"
    if (concept.kind is ConceptKind.MEASUREMENT) is not (test.kind == "measurement"):
        return "concept_of_another_kind"
    if test.kind == "measurement" and _comparison(test) is None:
        return "comparison_not_usable"
    numbers = [test.value, test.high] if test.kind == "measurement" else [str(test.for_days) if test.for_days else None]
    numbers.append(str(test.within_days) if test.within_days else None)
    stated = values_in(" ; ".join(number for number in numbers if number))
    return "number_of_test_not_in_quote" if stated - values_in(quote) else ""


def _comparison(test: NodeTest) -> Comparison | None:
    """The comparison with its numbers; None where one is missing or is no number."""
    try:
        value = Decimal(test.value or "")
        high = Decimal(test.high or "") if test.comparison == "between" else None
    except InvalidOperation:
        return None
    numbers = [value] if high is None else [value, high]
    if test.comparison is None or not all(number.is_finite() for number in numbers):
        return None
    return Comparison(op=test.comparison, value=value, high=high)


def _line(words: str) -> str:
    return " ".join(words.split())
