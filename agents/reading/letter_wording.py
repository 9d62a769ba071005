"""Words for the letter by templates: every sentence is built together with the spans that support it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from cases.authorization import AuthorizationNeed, Need
from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, PolicyRef, State
from cases.criteria_evaluation import BIRTH_DATE, open_leaves
from cases.document import Document
from cases.evidence import Defect, Fact, Origin, Role, Span
from cases.frozen import Frozen
from cases.ids import DocumentId
from cases.packet import ChartCitation, Citation, Letter, LetterPoint, PolicyCitation, Sentence, SentenceKind
from guardrails.text_tokens import dates_in

_MOST_EVIDENCE = 3
_DAY_WORDS = re.compile(
    r"\d{1,4}[-/]\d{1,2}[-/]\d{2,4}|\d{1,2}\.? [A-Z][a-z]{2,8}\.?,? \d{4}|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}"
)
_NOT_SHOWN = {
    Defect.OTHER_PATIENT: "it belongs to another patient",
    Defect.UNKNOWN_PATIENT: "the source does not say whose it is",
    Defect.FAMILY_HISTORY: "it is about someone else",
    Defect.NEGATED: "it is denied",
    Defect.UNCERTAIN: "it is uncertain",
    Defect.HYPOTHETICAL: "it is only a possibility",
    Defect.PLANNED: "it is planned, not done",
    Defect.REFUSED: "it was not done",
    Defect.HISTORICAL: "it is history, not present",
    Defect.UNDATED: "it has no date",
    Defect.DATE_ISSUED_ONLY: "only its issue date is given",
    Defect.STALE: "it is older than the time of need",
    Defect.AFTER_WINDOW: "it is later than the order",
    Defect.OTHER_SIDE: "it is of the other side",
    Defect.SIDE_NOT_SHOWN: "the side is not stated",
    Defect.DURATION_NOT_SHOWN: "how long is not stated",
    Defect.DURATION_TOO_SHORT: "it was too short",
    Defect.UNIT_UNKNOWN: "the unit is not stated",
    Defect.HIDDEN_TEXT: "it is in hidden text",
    Defect.UNRELIABLE_SCAN: "the scan is not legible enough",
    Defect.IMPLAUSIBLE: "the value is not plausible",
}


class LetterMatter(Frozen):
    """What a letter is written from. `wording` is our own short wording of the ordered code."""

    case: Case
    need: AuthorizationNeed
    result: CriteriaResult
    wording: str
    payer_address: tuple[str, ...] = ()
    written_on: date


def long_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def write_letter(matter: LetterMatter, documents: Mapping[DocumentId, Document]) -> Letter:
    """A letter of medical necessity: the request, then each criterion with what the chart shows.

    What the chart does not show is said, never argued around.
    """
    case = matter.case
    met = [leaf for leaf in relevant_leaves(matter.result.root) if leaf.state is State.MET]
    points = [
        LetterPoint(heading="Request", sentences=tuple(_request(matter, documents))),
        *(criterion_point(leaf, matter.result.policy, documents) for leaf in met),
        *missing_points(matter.result, documents),
    ]
    signer = case.requester
    return Letter(
        date=long_date(matter.written_on),
        sender=party_lines(case),
        recipient=(case.payer.name if case.payer else "Payer", *matter.payer_address),
        subject=_subject(matter),
        salutation="To the medical director:",
        points=tuple(points),
        closing="Respectfully,",
        signer=signer.name if signer and signer.name else "the ordering clinician",
        signer_npi=signer.npi if signer else "",
    )


def request_sentences(matter: LetterMatter, documents: Mapping[DocumentId, Document]) -> tuple[Sentence, ...]:
    """The request alone, for the packet's summary."""
    return tuple(_request(matter, documents))


def party_lines(case: Case) -> tuple[str, ...]:
    """The ordering clinician as a letterhead."""
    party = case.requester
    if party is None:
        return ("The ordering clinician is not named in the order",)
    lines = [party.name or "The ordering clinician is named by reference only"]
    lines += [f"NPI {party.npi}"] if party.npi else []
    address = party.address
    place = " ".join(part for part in (address.city, address.state, address.postal_code) if part)
    return tuple(line for line in (*lines, *address.line, place, party.phone) if line)


def _subject(matter: LetterMatter) -> tuple[str, ...]:
    case = matter.case
    needed = matter.need.need is not Need.NOT_REQUIRED
    kind = "Request for prior authorization" if needed else "Documentation of medical necessity"
    code = case.order.codes[0].code if case.order.codes else ""
    lines = [f"{kind}: {code} {matter.wording}".strip(), f"Patient: {case.patient.full_name}"]
    if case.patient.birth_date:
        lines.append(f"Born: {long_date(case.patient.birth_date)}")
    if case.coverage and case.coverage.member_id:
        lines.append(f"Member: {case.coverage.member_id}")
    return (*lines, f"Case: {case.id}")


def _request(matter: LetterMatter, documents: Mapping[DocumentId, Document]) -> list[Sentence]:
    case = matter.case
    order = documents[case.order.document_id]
    asked = "Prior authorization is requested" if matter.need.need is not Need.NOT_REQUIRED else "Documented here is"
    what = "for " if asked.startswith("Prior") else "the medical necessity of "
    code = case.order.codes[0].code if case.order.codes else "the service ordered"
    ordered = f", ordered on {long_date(case.order.authored_on)}" if case.order.authored_on else ""
    citations = fields_cited(order, ("codeCodeableConcept", "code", "medicationCodeableConcept", "authoredOn"))
    patient = documents.get(case.patient.document_id)
    who = [f"The patient is {case.patient.full_name}"]
    if case.patient.birth_date:
        who.append(f", born on {long_date(case.patient.birth_date)}")
    cited = fields_cited(patient, ("name", "name[0]", "birthDate")) if patient else []
    coverage = documents.get(case.coverage.document_id) if case.coverage else None
    if case.coverage and coverage and case.coverage.member_id:
        who.append(f", member {case.coverage.member_id}")
        cited += fields_cited(coverage, ("subscriberId", "identifier", "identifier[0]"))
    return [
        Sentence(kind=SentenceKind.REQUEST, text=f"{asked} {what}{code}{ordered}.", citations=tuple(citations)),
        Sentence(kind=SentenceKind.REQUEST, text="".join(who) + ".", citations=tuple(cited)),
    ]


def fields_cited(document: Document, paths: Sequence[str]) -> list[Citation]:
    """Citations of these elements of a structured entry, where it has them."""
    found: list[Citation] = []
    for path in paths:
        place = document.field(path)
        if place is not None:
            span = Span(
                document_id=document.id, start=place.start, end=place.end, quote=document.text[place.start : place.end]
            )
            found.append(ChartCitation(span=span, source=document.source))
    return found


def relevant_leaves(node: Judgement) -> tuple[Judgement, ...]:
    """Leaves that bear on the result: under a met `any`, only its met branches."""
    if not node.children:
        return (node,)
    children = node.children
    if node.op in ("any", "at_least") and node.state is State.MET:
        children = tuple(child for child in children if child.state is State.MET)
    if node.op == "none":
        children = ()
    return tuple(leaf for child in children for leaf in relevant_leaves(child))


def criterion_point(
    leaf: Judgement, policy: PolicyRef, documents: Mapping[DocumentId, Document], *, versioned: bool = False
) -> LetterPoint:
    """One criterion argued: the policy's own words, then what the chart records; `versioned` names the version too."""
    supports = [item for item in leaf.evidence if item.role is Role.SUPPORTS]
    said = {sentence.text: sentence for sentence in (evidence_sentence(item.fact, documents) for item in supports)}
    sentences = [*_policy_sentence(leaf, policy, versioned), *list(said.values())[:_MOST_EVIDENCE]]
    return LetterPoint(heading=leaf.statement, sentences=tuple(sentences), criterion_id=leaf.id)


def _policy_sentence(leaf: Judgement, policy: PolicyRef, versioned: bool) -> list[Sentence]:
    if leaf.policy_span is None:
        return []
    quote = " ".join(leaf.policy_span.quote.split())
    effective = f", effective {long_date(policy.effective)}" if policy.effective else ""
    version = f", version {policy.version}" if versioned else ""
    text = f"{policy.number}{version}{effective}, states: “{quote}”"
    citation = PolicyCitation(policy=policy, span=leaf.policy_span)
    return [Sentence(kind=SentenceKind.POLICY, text=text, citations=(citation,))]


def evidence_sentence(fact: Fact, documents: Mapping[DocumentId, Document]) -> Sentence:
    """What one fact says, in the chart's own words: under the day that its passages state, else the note's own day."""
    citations = fact_citations(fact, documents)
    told = _told(fact)
    words = ", ".join(f"“{' '.join(quote.split())}”" for quote in told or [fact.span.quote])
    opening, placed = _when_told(fact, citations, documents)
    text = f"{opening}: {words}" if told else f"{fact.statement}: the chart gives {words}"
    if fact.concept == BIRTH_DATE and fact.when:
        text = f"The chart gives {long_date(fact.when.on)} as the date of birth"
    cited = tuple(dict.fromkeys((*citations, *placed)))
    return Sentence(kind=SentenceKind.EVIDENCE, text=text + ("" if text.endswith(".”") else "."), citations=cited)


def _when_told(
    fact: Fact, citations: tuple[Citation, ...], documents: Mapping[DocumentId, Document]
) -> tuple[str, tuple[Citation, ...]]:
    """The sentence's opening, and what shows its day; a year that the passage leaves to its reader is not written."""
    day, placed = recorded_on(fact, citations, documents)
    if day is None:
        return "The chart records", ()
    return (f"A note of {long_date(day)} records" if placed else f"The chart records on {long_date(day)}"), placed


def recorded_on(
    fact: Fact, citations: tuple[Citation, ...], documents: Mapping[DocumentId, Document]
) -> tuple[date | None, tuple[Citation, ...]]:
    """The day on which the chart records a fact, and where the note writes it, if it is the note's.

    A measured value, and an entry of one day, have their own day where their passages state it. What a note tells in
    words is recorded on the note's day: the days in the words are when a treatment began or a sign was first seen.
    """
    if fact.when is None:
        return None, ()
    told = fact.value is None and fact.origin is not Origin.STRUCTURED
    stated = any(fact.when.on in dates_in(citation.span.quote)[0] for citation in citations)
    if stated and not told:
        return (None if fact.when.until else fact.when.on), ()
    document = documents.get(fact.span.document_id)
    shown = _own_day(document) if document else None
    if document is None or shown is None:
        return None, ()
    return document.dated, (ChartCitation(span=shown, source=document.source),)


def _own_day(document: Document) -> Span | None:
    """Where the document writes the day that it is dated."""
    for match in _DAY_WORDS.finditer(document.text):
        if document.dated in dates_in(match[0])[0]:
            page = document.page_at(match.start())
            return Span(document_id=document.id, start=match.start(), end=match.end(), quote=match[0], page=page)
    return None


_BULLET = re.compile(r"^\s*[-*•–]\s+(?!\d)")
"""The mark before an entry of a list is no part of what it says; before a number it may be its sign."""


_CODE_BEHIND = re.compile(r"(?<=\w) \((?:LOINC|SNOMED CT|ICD-10-CM|RxNorm|https?://\S+) [^()]+\)$")
"""A code of a terminology behind a name: for machines, and kept in the list of sources."""


def _told(fact: Fact) -> list[str]:
    """The words to quote: a note's own sentence; of a structured entry its name, value and conditions."""
    if fact.origin is not Origin.STRUCTURED:
        return [_BULLET.sub("", fact.context.quote)]
    others = [span for span in fact.supporting if span.start < fact.span.start or not dates_only(span.quote)]
    named = [_CODE_BEHIND.sub("", span.quote) for span in sorted((fact.span, *others), key=lambda span: span.start)]
    return list(dict.fromkeys(quote for quote in named if not dates_only(quote)))


def dates_only(words: str) -> bool:
    """Whether words are nothing but a date or instant."""
    return bool(re.fullmatch(r"(?:[\d\-:T.+Z/ ]|\bto\b)+", words))


def fact_citations(fact: Fact, documents: Mapping[DocumentId, Document]) -> tuple[Citation, ...]:
    """Every passage that a fact rests on, the widest of those that hold each other."""
    every = dict.fromkeys((fact.context, fact.span, *fact.supporting))
    spans = [span for span in every if not any(_inside(span, other) for other in every if other != span)]
    sources = {document_id: document.source for document_id, document in documents.items()}
    return tuple(ChartCitation(span=span, source=sources.get(span.document_id, "")) for span in spans)


def _inside(span: Span, other: Span) -> bool:
    return span.document_id == other.document_id and other.start <= span.start and span.end <= other.end


def missing_points(result: CriteriaResult, documents: Mapping[DocumentId, Document]) -> list[LetterPoint]:
    """One point that lists what is not shown; absent when the tree is met."""
    if result.root.state is State.MET:
        return []
    unsettled = open_leaves(result.root)
    sentences = [_missing_sentence(leaf, result.policy, documents) for leaf in unsettled if leaf.policy_span]
    heading = "Not shown by the documents at hand"
    return [LetterPoint(heading=heading, sentences=tuple(sentences))] if sentences else []


def _missing_sentence(leaf: Judgement, policy: PolicyRef, documents: Mapping[DocumentId, Document]) -> Sentence:
    assert leaf.policy_span is not None
    citations: list[Citation] = [PolicyCitation(policy=policy, span=leaf.policy_span)]
    text = f"{leaf.statement}: nothing about it was found in the chart."
    if leaf.evidence:
        nearest = leaf.evidence[0]
        why = [finding.detail for finding in nearest.findings if finding.defect not in _NOT_SHOWN]
        why += [_NOT_SHOWN[finding.defect] for finding in nearest.findings if finding.defect in _NOT_SHOWN]
        quote = " ".join(nearest.fact.span.quote.split())
        said = "; ".join(why) or "the value does not satisfy it"
        text = f"{leaf.statement}: the chart records “{quote}”, but {said}."
        citations += fact_citations(nearest.fact, documents)
    return Sentence(kind=SentenceKind.MISSING, text=text, citations=tuple(citations))
