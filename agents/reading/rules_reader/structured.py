"""Facts from structured chart entries, orders and the patient record; code, status and dates decide."""

import re
from collections.abc import Iterator, Mapping, Sequence

from agents.reading.rules_reader.conditions import conditions_in
from agents.reading.rules_reader.frame import sides_in
from cases.chart import ChartEntry, Coding, Order, Patient
from cases.criteria_evaluation import BIRTH_DATE
from cases.document import Document
from cases.evidence import Assertion, Course, DateBasis, Fact, FactDate, Origin, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId
from cases.leaf_evaluation import ORDERED_SIDE
from knowledge.vocabulary import Concept, ConceptKind, Vocabulary

Cues = Mapping[str, re.Pattern[str]]

_RELIABILITY = 0.99
_SURE = frozenset({"final", "amended", "corrected", "completed", "active", "finished", "current", ""})
_NOT_DONE = frozenset({"not-done", "cancelled", "stopped", "aborted", "declined"})
_WRONG = frozenset({"entered-in-error"})
_INTENDED = frozenset({"preparation", "planned", "draft", "on-hold", "registered"})
_PAST = frozenset({"inactive", "resolved", "remission"})
_UNCONFIRMED = frozenset({"provisional", "differential", "unconfirmed"})
_SETTING_FIELDS = (
    "code",
    "method",
    "bodySite",
    "note",
    "component",
    "valueString",
    "valueCodeableConcept",
    "interpretation",
)
_OXYGEN_FLOW = frozenset({"3151-8", "3150-6"})


def facts_of_entries(
    entries: Sequence[ChartEntry], documents: Mapping[DocumentId, Document], vocabulary: Vocabulary, cues: Cues
) -> Iterator[Fact]:
    """Facts of every entry whose code or words stand for a concept; entries in error give none."""
    for entry in entries:
        document = documents.get(entry.document_id)
        if document is None or entry.status in _WRONG or entry.verification in _WRONG:
            continue
        parts = [part for part in entries if part.part_of == entry.document_id and part is not entry]
        for concept, settings in _concepts(entry, vocabulary):
            yield _fact(entry, parts, document, concept, settings, cues)


def _concepts(entry: ChartEntry, vocabulary: Vocabulary) -> list[tuple[Concept, frozenset[Setting]]]:
    """By code; by the words only where no code is known, and then only if the words are exactly the concept's."""
    found: dict[ConceptId, tuple[Concept, frozenset[Setting]]] = {}
    for coding in entry.codes:
        for match in vocabulary.by_code(coding.system, coding.code):
            found.setdefault(match.concept.id, (match.concept, match.code.settings))
    if not found:
        for words in (entry.text, *(coding.display for coding in entry.codes)):
            for concept in vocabulary.by_phrase(words) if words else ():
                found.setdefault(concept.id, (concept, frozenset()))
    return list(found.values())


def _fact(
    entry: ChartEntry,
    parts: Sequence[ChartEntry],
    document: Document,
    concept: Concept,
    implied: frozenset[Setting],
    cues: Cues,
) -> Fact:
    value = concept.canonical(entry.quantity.value, entry.quantity.unit) if entry.quantity else None
    if value is not None and not concept.is_plausible(value):
        value = None
    span = _span(document, entry.value_span or entry.code_span or (0, len(document.text)))
    settings, said = _settings(entry, parts, document, cues)
    when, dated = _when(entry, document)
    amount = f" {entry.quantity.value} {entry.quantity.unit}" if entry.quantity else ""
    code = _span(document, entry.code_span) if entry.code_span else None
    return Fact(
        id=FactId(f"{document.id}:{span.start}-{span.end}:{concept.id}"),
        concept=concept.id,
        statement=f"{concept.label}{amount}",
        assertion=_assertion(entry, concept),
        origin=Origin.STRUCTURED,
        span=span,
        context=span,
        historical=entry.status in _PAST,
        value=value,
        unit=concept.unit,
        when=when,
        course=_course(when, concept),
        duration_days=_days(when, concept),
        settings=settings | implied,
        patient_id=entry.patient_id,
        supporting=tuple(item for item in (code, dated, *said) if item is not None),
        reliability=_RELIABILITY,
    )


def _days(when: FactDate | None, concept: Concept) -> int | None:
    """How long a treatment ran that has a first and a last day on record."""
    if concept.kind not in _COURSES or when is None or when.until is None or when.basis is not DateBasis.EFFECTIVE:
        return None
    return max((when.until - when.on).days, 0)


def _course(when: FactDate | None, concept: Concept) -> Course | None:
    if _days(when, concept) is None or when is None:
        return None
    return Course(starts=when.on, ends=when.until)


def _span(document: Document, place: tuple[int, int]) -> Span:
    start, end = place
    return Span(document_id=document.id, start=start, end=end, quote=document.text[start:end])


def _assertion(entry: ChartEntry, concept: Concept) -> Assertion:
    if entry.verification == "refuted":
        return Assertion.NEGATED
    if entry.status in _NOT_DONE:
        return Assertion.REFUSED
    if entry.status in _INTENDED or entry.resource_type == "ServiceRequest":
        return Assertion.PLANNED
    if entry.verification in _UNCONFIRMED or (entry.quantity and entry.quantity.comparator):
        return Assertion.UNCERTAIN
    if entry.status not in _SURE and entry.status not in _PAST and entry.resource_type != "Condition":
        return Assertion.UNCERTAIN
    if concept.kind is not ConceptKind.MEASUREMENT and entry.resource_type == "Observation":
        return _observed(entry)
    return Assertion.AFFIRMED


def _observed(entry: ChartEntry) -> Assertion:
    """A finding recorded as an observation says so by its value; without one it says nothing certain."""
    words = " ".join(
        [entry.value_text, *(f"{coding.code} {coding.display}" for coding in entry.value_codes)]
    ).casefold()
    if re.search(
        r"\b(?:no|none|absent|negative|non-?reactive|false|not detected|373067005|260385009|2667000)\b", words
    ):
        return Assertion.NEGATED
    if re.search(r"\b(?:yes|present|positive|reactive|true|detected|373066001|10828004|52101004)\b|\d\+", words):
        return Assertion.AFFIRMED
    return Assertion.UNCERTAIN


def _when(entry: ChartEntry, document: Document) -> tuple[FactDate | None, Span | None]:
    for on, until, basis, paths in (
        (entry.effective, entry.effective_end, DateBasis.EFFECTIVE, _EFFECTIVE_PATHS),
        (entry.issued, None, DateBasis.ISSUED, ("issued", "recordedDate", "dateRecorded", "authoredOn", "date")),
    ):
        if on is not None:
            place = next((field for path in paths if (field := document.field(path))), None)
            return FactDate(on=on, basis=basis, until=until), _span(
                document, (place.start, place.end)
            ) if place else None
    return None, None


_COURSES = frozenset({ConceptKind.TREATMENT, ConceptKind.PROCEDURE})
_EFFECTIVE_PATHS = (
    "effectiveDateTime", "effectivePeriod", "effectiveInstant", "performedDateTime", "performedPeriod",
    "onsetDateTime", "onsetPeriod", "period", "occurrenceDateTime", "timingDateTime", "timingPeriod",
)  # fmt: skip


def _settings(
    entry: ChartEntry, parts: Sequence[ChartEntry], document: Document, cues: Cues
) -> tuple[frozenset[Setting], list[Span]]:
    """Conditions stated in the entry's own words or components, with the passages that state them."""
    settings: set[Setting] = set()
    said = []
    for field in document.fields:
        if field.path.split(".")[0].split("[")[0] in _SETTING_FIELDS:
            for condition in conditions_in(document.text, field.start, field.end, cues):
                settings.add(condition.setting)
                said.append(_span(document, (field.start, field.end)))
    for part in parts:
        flow = _oxygen_flow(part)
        if flow is not None:
            settings.add(flow)
            said += [_span(document, part.value_span)] if part.value_span else []
    return frozenset(settings), list(dict.fromkeys(said))


def _oxygen_flow(part: ChartEntry) -> Setting | None:
    """Inhaled oxygen as a component: a flow above none, or a fraction above that of air, is oxygen."""
    codes = {coding.code for coding in part.codes} & _OXYGEN_FLOW
    if not codes or part.quantity is None:
        return None
    amount = part.quantity.value
    if "3151-8" in codes:
        return Setting.ON_OXYGEN if amount > 0 else Setting.ROOM_AIR
    percent = amount * 100 if amount <= 1 else amount
    return Setting.ROOM_AIR if percent <= 21 else Setting.ON_OXYGEN


def facts_of_orders(
    orders: Sequence[Order], documents: Mapping[DocumentId, Document], vocabulary: Vocabulary
) -> Iterator[Fact]:
    """An order shows that something was asked for, never that it was done."""
    for order in orders:
        document = documents.get(order.document_id)
        for concept in _ordered(order.codes, vocabulary) if document else ():
            assert document is not None
            place = document.field("code") or document.field("codeCodeableConcept")
            span = _span(document, (place.start, place.end) if place else (0, len(document.text)))
            yield Fact(
                id=FactId(f"{document.id}:{span.start}-{span.end}:{concept.id}"), concept=concept.id,
                statement=f"{concept.label} ordered", assertion=Assertion.PLANNED, origin=Origin.STRUCTURED,
                span=span, context=span, patient_id=order.patient_id, reliability=_RELIABILITY,
                when=FactDate(on=order.authored_on, basis=DateBasis.EFFECTIVE) if order.authored_on else None,
            )  # fmt: skip


def sides_ordered(
    orders: Sequence[Order], documents: Mapping[DocumentId, Document], vocabulary: Vocabulary
) -> Iterator[Fact]:
    """The one body side that an order's own body site names."""
    for order in orders:
        document, concept = documents.get(order.document_id), vocabulary.concepts.get(ORDERED_SIDE)
        sides = {side for site in order.body_sites for side in sides_in(site.display)}
        if document is None or concept is None or len(sides) != 1:
            continue
        place = document.field("bodySite")
        span = _span(document, (place.start, place.end) if place else (0, len(document.text)))
        yield Fact(
            id=FactId(f"{document.id}:{span.start}-{span.end}:{concept.id}"), concept=concept.id,
            statement=f"{concept.label}: {order.body_sites[0].display}", assertion=Assertion.AFFIRMED,
            origin=Origin.STRUCTURED, span=span, context=span, patient_id=order.patient_id, reliability=_RELIABILITY,
            when=FactDate(on=order.authored_on, basis=DateBasis.EFFECTIVE) if order.authored_on else None,
            laterality=next(iter(sides)),
        )  # fmt: skip


def _ordered(codes: Sequence[Coding], vocabulary: Vocabulary) -> list[Concept]:
    return [match.concept for coding in codes for match in vocabulary.by_code(coding.system, coding.code)]


def facts_of_patients(patients: Sequence[Patient], documents: Mapping[DocumentId, Document]) -> Iterator[Fact]:
    """The date of birth, as a fact that age criteria cite."""
    for patient in patients:
        document = documents.get(patient.document_id)
        place = document.field("birthDate") if document else None
        if document and place and patient.birth_date:
            span = _span(document, (place.start, place.end))
            yield Fact(
                id=FactId(f"{document.id}:{span.start}-{span.end}:{BIRTH_DATE}"), concept=BIRTH_DATE,
                statement=f"Born {patient.birth_date}", assertion=Assertion.AFFIRMED, origin=Origin.STRUCTURED,
                span=span, context=span, patient_id=patient.id, reliability=_RELIABILITY,
                when=FactDate(on=patient.birth_date, basis=DateBasis.EFFECTIVE),
            )  # fmt: skip
