"""Facts that the model proposes out of notes: each is checked against its passage, and stays a proposal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from agents.model_session import ModelSession
from agents.reading.model_reader.passages import Passage, batches, chart_span, shown, visible_passages
from agents.reading.model_reader.shapes import StatedFact
from agents.reading.model_reader.tasks import EXTRACT_FACTS
from agents.reading.rules_reader.conditions import conditions_in
from cases.chart import Chart
from cases.document import Document, DocumentKind
from cases.evidence import Assertion, DateBasis, Experiencer, Fact, FactDate, Laterality, Origin, Setting
from cases.ids import ConceptId, FactId
from guardrails.text_tokens import dates_in, values_in
from knowledge.policy_structure import sentences
from knowledge.reading_cues import shipped_cues
from knowledge.vocabulary import Concept, ConceptKind, Vocabulary

_RELIABILITY = 0.7
"""Of a passage that only a model has read; it never decides by itself, whatever this is."""
_HEAD = 400
_AGAINST_AFFIRMED = ("negates", "not_done_after", "refuses", "doubts", "supposes")
_ACTS = frozenset({ConceptKind.PROCEDURE, ConceptKind.TREATMENT})


@dataclass(frozen=True)
class _Source:
    """One note under reading, with the days that are birthdays and therefore no dates of events."""

    document: Document
    passages: Mapping[int, Passage]
    vocabulary: Vocabulary
    births: frozenset[date]

    @property
    def dated(self) -> date | None:
        """The day of writing: the document's own, else the only full date in its head."""
        if self.document.dated is not None:
            return self.document.dated
        head = dates_in(self.document.text[:_HEAD])[0] - self.births
        return next(iter(head)) if len(head) == 1 else None


_SIDES = {
    "left": re.compile(r"\b(?:left|lt|(?-i:L))\b", re.IGNORECASE),
    "right": re.compile(r"\b(?:right|rt|(?-i:R))\b", re.IGNORECASE),
    "bilateral": re.compile(r"\b(?:bilateral\w*|both)\b", re.IGNORECASE),
}


class Unsupported(Exception):
    """Why a proposed statement is dropped; `args[0]` is the reason code."""


def propose_facts(
    session: ModelSession, chart: Chart, concepts: Sequence[ConceptId], vocabulary: Vocabulary
) -> tuple[Fact, ...]:
    """What the model reads about these concepts in the notes of the chart, as far as code can check it.

    `chart` holds only what may be put to the model. One question for each note, several where it is longer than a
    question may be; text that a reader of the page cannot see is left out and counted.
    """
    named = [vocabulary.concepts[concept] for concept in concepts if concept in vocabulary.concepts]
    births = frozenset(patient.birth_date for patient in chart.patients if patient.birth_date)
    notes = [document for document in chart.documents if document.kind is not DocumentKind.FHIR_RESOURCE]
    found = [fact for note in notes for fact in _facts_of(session, note, named, vocabulary, births)] if named else []
    return tuple({fact.id: fact for fact in found}.values())


def _facts_of(
    session: ModelSession,
    document: Document,
    concepts: Sequence[Concept],
    vocabulary: Vocabulary,
    births: frozenset[date],
) -> list[Fact]:
    passages, hidden = visible_passages(document)
    if hidden:
        session.leave_out("hidden_text", hidden)
    source = _Source(document, {passage.number: passage for passage in passages}, vocabulary, births)
    listed = "\n".join(f"{concept.id}: {concept.label}" for concept in concepts)
    offered = frozenset(concept.id for concept in concepts)
    facts = []
    for batch in batches(passages, session.context_chars):
        written = f"written on {source.dated.isoformat()}" if source.dated else "undated"
        variables = {"concepts": listed, "record_date": written, "passages": shown(batch)}
        answer = session.ask(EXTRACT_FACTS, variables)
        numbers = {passage.number for passage in batch}
        for stated in answer.facts if answer else ():
            try:
                facts.append(_checked(stated, source, offered, numbers))
            except Unsupported as dropped:
                session.drop(dropped.args[0])
    return facts


def _checked(stated: StatedFact, source: _Source, offered: frozenset[ConceptId], numbers: set[int]) -> Fact:
    """The proposal as a fact; raises Unsupported where any part of it does not stand in the passage."""
    concept_id = ConceptId(stated.concept)
    if concept_id not in offered:
        raise Unsupported("concept_not_offered")
    if stated.passage not in numbers:
        raise Unsupported("passage_not_given")
    passage = source.passages[stated.passage]
    place = passage.find(stated.quote)
    if place is None:
        raise Unsupported("quote_not_in_passage")
    document, concept = source.document, source.vocabulary.concept(concept_id)
    context = _sentence(document.text, passage, place)
    words = document.text[context[0] : context[1]]
    value = _value(stated, concept)
    assertion = _assertion(stated, words, act=concept.kind in _ACTS)
    span = chart_span(document, *place)
    return Fact(
        id=FactId(f"model:{document.id}:{place[0]}-{place[1]}:{concept_id}"),
        concept=concept_id,
        statement=_statement(concept, value, span.quote),
        assertion=assertion,
        origin=Origin.MODEL,
        span=span,
        context=chart_span(document, *context),
        experiencer=Experiencer(stated.about),
        value=value,
        unit=concept.unit,
        when=_when(stated, source, passage),
        settings=_settings(stated, document.text, context),
        laterality=_side(stated, words),
        patient_id=document.patient_id,
        reliability=_RELIABILITY,
        hidden=document.is_hidden(*place),
    )


def _sentence(text: str, passage: Passage, place: tuple[int, int]) -> tuple[int, int]:
    """The sentence the quote stands in; the passage where it runs over several."""
    within = [(start, end) for start, end in sentences(text, passage.start, passage.end) if start <= place[0] < end]
    return within[0] if within and place[1] <= within[0][1] else (passage.start, passage.end)


def _value(stated: StatedFact, concept: Concept) -> Decimal | None:
    """The value in the concept's unit; number and unit both stand in the quote."""
    if concept.kind is not ConceptKind.MEASUREMENT:
        return None
    if stated.value is None:
        raise Unsupported("measurement_without_value")
    try:
        value = Decimal(stated.value)
    except InvalidOperation:
        raise Unsupported("value_not_a_number") from None
    if not value.is_finite() or values_in(stated.value) - values_in(stated.quote) or not values_in(stated.value):
        raise Unsupported("value_not_in_quote")
    unit = stated.unit or ""
    if unit and unit.casefold() not in stated.quote.casefold():
        raise Unsupported("unit_not_in_quote")
    canonical = concept.canonical(value, unit)
    if canonical is None:
        raise Unsupported("unit_not_of_concept")
    if not concept.is_plausible(canonical):
        raise Unsupported("value_not_plausible")
    return canonical


def _assertion(stated: StatedFact, words: str, *, act: bool) -> Assertion:
    """As the model reads it; but what the sentence may deny, doubt or plan is not taken as affirmed from a model."""
    cues = shipped_cues()
    against = (*_AGAINST_AFFIRMED, "plans") if act else _AGAINST_AFFIRMED
    if stated.assertion == "affirmed" and any(cues[name].search(words) for name in against):
        raise Unsupported("affirmed_against_the_sentence")
    return Assertion(stated.assertion)


def _when(stated: StatedFact, source: _Source, passage: Passage) -> FactDate | None:
    """The stated day where it stands in the passage, the note's own day where it was given as that."""
    if stated.date is None:
        return FactDate(on=source.dated, basis=DateBasis.NOTE) if source.dated else None
    try:
        on = date.fromisoformat(stated.date)
    except ValueError:
        raise Unsupported("date_not_a_date") from None
    if on in source.births:
        raise Unsupported("date_of_birth_as_date")
    if on in dates_in(passage.text)[0]:
        return FactDate(on=on, basis=DateBasis.STATED)
    if on == source.dated:
        return FactDate(on=on, basis=DateBasis.NOTE)
    raise Unsupported("date_not_in_source")


def _settings(stated: StatedFact, text: str, context: tuple[int, int]) -> frozenset[Setting]:
    """Of the settings the model names, those that the sentence shows."""
    found = {condition.setting for condition in conditions_in(text, *context, shipped_cues())}
    return frozenset(Setting(name) for name in stated.settings) & found


def _side(stated: StatedFact, words: str) -> Laterality | None:
    if stated.side is None:
        return None
    if not _SIDES[stated.side].search(words):
        raise Unsupported("side_not_in_sentence")
    return Laterality(stated.side)


def _statement(concept: Concept, value: Decimal | None, quote: str) -> str:
    amount = f"{value.normalize():f} {concept.unit}".strip() if value is not None else " ".join(quote.split())
    return f"{concept.label}{' ' if value is not None else ': '}{amount}"
