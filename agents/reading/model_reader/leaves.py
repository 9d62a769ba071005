"""The model's opinion of one leaf, from the passages that bear on it; without a verified quote it is no opinion."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from agents.model_session import ModelSession
from agents.reading.model_reader.passages import Passage, chart_span, shown, visible_passages
from agents.reading.model_reader.shapes import LeafOpinion
from agents.reading.model_reader.tasks import JUDGE_LEAF
from cases.chart import Chart
from cases.criteria import Criterion, State
from cases.document import Document, DocumentKind
from cases.evidence import Span
from cases.frozen import Frozen
from cases.ids import ConceptId, DocumentId
from cases.leaf_tests import AgeTest, MeasurementTest, PersonTest
from guardrails.text_tokens import dates_in, values_in
from knowledge.vocabulary import Vocabulary

_SHORTEST_QUOTE = 8
"""Characters of a quote that can be understood alone, unless it is the whole passage."""


Place = tuple[DocumentId, int, int]
"""A document and code points [start, end) of its text."""


class ModelOpinion(Frozen):
    """What the model says of a leaf, with the verified passages it rests on."""

    state: State
    quotes: tuple[Span, ...]


def concepts_of(criterion: Criterion) -> tuple[ConceptId, ...]:
    """The concepts a leaf's test is about, in its own order; none for age and for what a person answers."""
    test = criterion.test
    if test is None or isinstance(test, AgeTest | PersonTest):
        return ()
    named: list[ConceptId] = [*getattr(test, "concepts", ()), *getattr(test, "others", ())]
    named += [*getattr(test, "stated_by", ()), *(one for step in getattr(test, "steps", ()) for one in step.concepts)]
    return tuple(dict.fromkeys(named))


class ChartPassages:
    """The passages of a chart that may be shown to the model, and which of them are about what."""

    def __init__(self, chart: Chart, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.documents: Mapping[DocumentId, Document] = {document.id: document for document in chart.documents}
        self._passages = [
            (document.id, passage)
            for document in self.documents.values()
            if document.kind is not DocumentKind.FHIR_RESOURCE
            for passage in visible_passages(document)[0]
        ]
        self._about = [
            frozenset(mention.concept.id for mention in vocabulary.mentions(passage.text))
            for _, passage in self._passages
        ]

    def bearing_on(self, concepts: Iterable[ConceptId], cited: Iterable[Place]) -> list[Passage]:
        """Passages that name one of the concepts, and the spans cited already, in the documents' order, renumbered."""
        wanted = frozenset(concepts)
        places = {
            (document_id, passage.start, passage.end)
            for (document_id, passage), about in zip(self._passages, self._about, strict=True)
            if about & wanted
        }
        held = {place for place in cited if place[0] in self.documents}
        places |= {place for place in held if not any(_inside(place, other) for other in places | held - {place})}
        order = {document_id: index for index, document_id in enumerate(self.documents)}
        ranked = sorted(
            (place for place in places if not self.documents[place[0]].is_hidden(place[1], place[2])),
            key=lambda place: (order[place[0]], place[1]),
        )
        return [
            Passage(number, document_id, start, end, self.documents[document_id].text[start:end])
            for number, (document_id, start, end) in enumerate(ranked, start=1)
        ]

    def span(self, passage: Passage, place: tuple[int, int]) -> Span:
        return chart_span(self.documents[DocumentId(passage.source)], *place)

    def shown(self, passages: Sequence[Passage]) -> str:
        """The passages as the model sees them, each document under the day it is dated."""
        lines: list[str] = []
        last = ""
        for passage in passages:
            if passage.source != last:
                dated = self.documents[DocumentId(passage.source)].dated
                lines.append(
                    f"A document of {dated.isoformat()}:" if dated else "A document without a date of its own:"
                )
                last = passage.source
            lines.append(shown([passage]))
        return "\n".join(lines)


def judge_leaf(
    session: ModelSession,
    chart: ChartPassages,
    criterion: Criterion,
    cited: Iterable[Place],
    ordered: date | None,
) -> ModelOpinion | None:
    """The model's verified opinion; None where there is nothing to show it, or it gave none that its quotes support."""
    concepts = concepts_of(criterion)
    passages = chart.bearing_on(concepts, cited) if concepts else []
    if not passages:
        return None
    text = chart.shown(passages)
    if len(text) > session.context_chars:
        session.leave_out("leaf_with_too_many_passages")
        return None
    policy = criterion.policy_span.quote if criterion.policy_span else ""
    answer = session.ask(
        JUDGE_LEAF,
        {
            "criterion": criterion.statement,
            "policy": " ".join(policy.split()) or "not cited",
            "order_date": ordered.isoformat() if ordered else "not known",
            "passages": text,
        },
    )
    return _verified(session, chart, criterion, passages, answer) if answer else None


def _verified(
    session: ModelSession,
    chart: ChartPassages,
    criterion: Criterion,
    passages: Sequence[Passage],
    answer: LeafOpinion,
) -> ModelOpinion | None:
    if answer.state is None:
        session.drop("opinion_without_state")
        return None
    quotes = _quotes(session, chart, passages, answer)
    state = State(answer.state)
    if state is not State.INSUFFICIENT:
        if not quotes:
            session.drop("opinion_without_verified_quote")
            return None
        if not _numbers_support(criterion, state, quotes, chart.vocabulary):
            session.drop("opinion_against_its_numbers")
            return None
    return ModelOpinion(state=state, quotes=quotes)


def _quotes(
    session: ModelSession, chart: ChartPassages, passages: Sequence[Passage], answer: LeafOpinion
) -> tuple[Span, ...]:
    by_number = {passage.number: passage for passage in passages}
    found = []
    for item in answer.quotes:
        passage = by_number.get(item.passage)
        place = passage.find(item.quote) if passage else None
        if passage is None or place is None:
            session.drop("quote_not_in_passage" if passage else "passage_not_given")
        elif place[1] - place[0] < min(_SHORTEST_QUOTE, len(passage.text)):
            session.drop("quote_too_short")
        else:
            found.append(chart.span(passage, place))
    return tuple(dict.fromkeys(found))


def _numbers_support(criterion: Criterion, state: State, quotes: Sequence[Span], vocabulary: Vocabulary) -> bool:
    """Whether, where a measured value is asked for, some number in the quotes is such as the opinion needs.

    A number is compared as the concept that its quote names; where it names none, as any that the leaf asks for.
    """
    if not isinstance(criterion.test, MeasurementTest):
        return True
    wanted = state is State.MET
    for quote in quotes:
        named = {mention.concept.id for mention in vocabulary.mentions(quote.quote)}
        comparisons = criterion.test.comparisons
        asked = [comparison for concept, comparison in comparisons.items() if concept in named] or comparisons.values()
        numbers = [Decimal(value) for value in values_in(dates_in(quote.quote)[1]) if _is_number(value)]
        if any(comparison.holds(number) is wanted for comparison in asked for number in numbers):
            return True
    return False


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit()


def _inside(place: Place, other: Place) -> bool:
    return place[0] == other[0] and other[1] <= place[1] and place[2] <= other[2]
