"""The appeal's letter by templates: the payer's words, the policy's words, the chart's words, and why it is met."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from agents.reading.appeals.asking_for import asked_for
from agents.reading.appeals.part_refused import days_refused, part_refused
from agents.reading.appeals.stated_haste import stated_haste
from agents.reading.letter_wording import fields_cited, long_date, party_lines
from cases.appeal import ARGUED, Filing, PathwayPlan, ReasonAnswer, Rebuttal, Stance
from cases.case import Case
from cases.criteria import CriteriaResult, PolicySpan
from cases.denial import DenialFacts
from cases.document import Document
from cases.evidence import Span
from cases.frozen import Frozen
from cases.ids import DocumentId
from cases.packet import (
    ChartCitation,
    Citation,
    LawCitation,
    Letter,
    LetterPoint,
    PolicyCitation,
    Sentence,
    SentenceKind,
)
from guardrails.text_tokens import values_in
from knowledge.appeal_rules import Law

_KINDS = {
    Filing.APPEAL: "Appeal of a denial",
    Filing.EXPEDITED_APPEAL: "Expedited appeal of a denial",
    Filing.REOPENING: "Documents that were asked for, and request to reopen",
    Filing.EXTERNAL_REVIEW: "Request for external review",
    Filing.HEARING: "Request for a hearing",
}
_ALL, _PART = "this denial", "the part of this decision that is not approved"
_OUTSIDE = frozenset({Filing.EXTERNAL_REVIEW, Filing.HEARING})
"""Steps after the plan's own, which come second or third by how many levels the plan has."""
_GREETING = {
    Filing.EXTERNAL_REVIEW: "To the independent reviewer:",
    Filing.HEARING: "To the hearing officer:",
}
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_REQUESTS = {
    "criteria_request": "Please send the criteria that the denial rests on. {wording}",
    "reviewer_request": "Please say who reviewed the request, and of what field. {wording}",
    "specific_reason": "Please state the specific reason, which the notice does not give. {wording}",
}


class AppealMatter(Frozen):
    """What an appeal's letter is written from. `earlier` goes along with a later level."""

    case: Case
    facts: DenialFacts
    denial: Document
    plan: PathwayPlan
    rebuttal: Rebuttal
    result: CriteriaResult | None
    laws: tuple[Law, ...]
    wording: str
    payer_address: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    earlier: tuple[Document, ...] = ()
    written_on: date


def write_appeal(matter: AppealMatter, documents: Mapping[DocumentId, Document]) -> Letter:
    """The letter. Each stated reason has its own point; what is not argued is named, and what was added is listed."""
    case, signer = matter.case, matter.case.requester
    points = [
        LetterPoint(heading="Request", sentences=tuple(_request(matter, documents))),
        *(point for answer in matter.rebuttal.answers for point in _reason_points(answer, matter, documents)),
        *_law_points(matter),
        *_added(matter, documents),
        *_requests(matter),
    ]
    return Letter(
        date=long_date(matter.written_on),
        sender=(*matter.organization, *party_lines(case)),
        recipient=_recipient(matter),
        subject=tuple(_subject(matter)),
        salutation=_GREETING.get(matter.plan.filing, "To the medical director:"),
        points=tuple(point for point in points if point.sentences),
        closing="Respectfully,",
        signer=signer.name if signer and signer.name else "the ordering clinician",
        signer_npi=signer.npi if signer else "",
    )


def _recipient(matter: AppealMatter) -> tuple[str, ...]:
    fax = (f"Fax {matter.plan.fax}",) if matter.plan.fax else ()
    return (*matter.plan.send_to, *fax)


def _subject(matter: AppealMatter) -> Iterator[str]:
    """The administrative elements, one a line; guardrails.appeal_gate checks that none is missing."""
    case, facts, plan = matter.case, matter.facts, matter.plan
    numbered = f", level {plan.level}" if plan.filing not in _OUTSIDE else ""
    level = f" ({plan.level_name}{numbered})" if plan.level_name and plan.filing is not Filing.REOPENING else ""
    kinds = _KINDS if matter.rebuttal.argued else {**_KINDS, Filing.REOPENING: "About documents asked for"}
    yield f"{kinds[plan.filing]}{level}"
    yield f"Patient: {case.patient.full_name}"
    if case.patient.birth_date:
        yield f"Born: {long_date(case.patient.birth_date)}"
    yield f"Member: {(case.coverage.member_id if case.coverage else '') or facts.numbers.member_id}"
    for label, number in _numbers(facts):
        yield f"{label}: {number}"
    if facts.notice_date:
        yield f"Notice of: {long_date(facts.notice_date)}"
    yield f"Service: {_service(matter)}"
    yield from _days_and_place(case, in_part=bool(part_refused(matter.denial)))
    if case.requester and case.requester.npi:
        yield f"Ordering clinician: {case.requester.name}, NPI {case.requester.npi}"
    if matter.rebuttal.policy is not None:
        policy = matter.rebuttal.policy
        on = f", in force on {long_date(matter.rebuttal.applied_on)}" if matter.rebuttal.applied_on else ""
        yield f"Policy: {policy.number}, version {policy.version}{on}"
    yield from _follow_up(case, plan, matter.organization)


def _numbers(facts: DenialFacts) -> Iterator[tuple[str, str]]:
    numbers = facts.numbers
    yield from (
        (label, number)
        for label, number in (
            ("Authorization or reference", numbers.authorization),
            ("Claim", numbers.claim),
            ("Payer's claim number", numbers.payer_claim),
        )
        if number
    )


def _service(matter: AppealMatter) -> str:
    case = matter.case
    codes = ", ".join(coding.code for coding in case.order.codes if coding.code) or ", ".join(
        matter.facts.numbers.service_codes
    )
    quantity = case.order.quantity
    units = f", {quantity.value.normalize():f} {quantity.unit}".rstrip() if quantity and quantity.value else ""
    sites = (site.display.lower().removeprefix("structure of ") for site in case.order.body_sites if site.display)
    sides = ", ".join(sites)
    side = f" ({sides})" if sides and sides not in matter.wording.lower() else ""
    return f"{codes} {matter.wording}".strip() + side + units


def _days_and_place(case: Case, *, in_part: bool) -> Iterator[str]:
    """Days and site of the order. Of what is refused in part they are the days asked for, not those appealed."""
    order = case.order
    if order.service_date:
        until = f" to {long_date(order.service_end)}" if order.service_end else ""
        label = "Asked for from" if in_part else "Service date"
        yield f"{label}: {long_date(order.service_date)}{until}"
    elif order.authored_on:
        yield f"Ordered: {long_date(order.authored_on)}"
    places = ", ".join(f"{place.display or place.code}" for place in order.places)
    site = case.performer.name if case.performer else ""
    if shown := ", ".join(part for part in (site, places) if part):
        yield f"Site: {shown}"


def _follow_up(case: Case, plan: PathwayPlan, organization: Sequence[str]) -> Iterator[str]:
    phone = case.requester.phone if case.requester else ""
    name = organization[0] if organization else (case.requester.name if case.requester else "")
    contact = ", ".join(part for part in (name, phone) if part)
    if contact:
        yield f"Contact: {contact}"
    if plan.due and plan.filing is Filing.REOPENING:
        yield f"No appeal: the right to appeal by {long_date(plan.due)} is kept"
    elif plan.due:
        yield f"We file by: {long_date(plan.due)}"
    if plan.decide_by:
        yield f"Decision owed: {plan.decide_by}"
    yield f"Case: {case.id}"


def _request(matter: AppealMatter, documents: Mapping[DocumentId, Document]) -> Iterator[Sentence]:
    case = matter.case
    order = documents.get(case.order.document_id)
    cited: list[Citation] = (
        list(fields_cited(order, ("codeCodeableConcept", "code", "medicationCodeableConcept"))) if order else []
    )
    code = case.order.codes[0].code if case.order.codes and cited else "the service"
    what = _named_service(matter.wording, code, cited)
    words = next((answer.words for answer in matter.rebuttal.answers if answer.words), None)
    support = cited or ([_denial(words, matter.denial)] if words else [])
    parts = part_refused(matter.denial)
    text = asked_for(matter.plan.filing, matter.rebuttal, what, _PART if parts else _ALL)
    yield Sentence(kind=SentenceKind.REQUEST, text=text, citations=tuple(support))
    if parts:
        told = ", ".join(f"“{_quoted(part)}”" for part in parts)
        text = ended(f"The {_source(matter)} approves a part of what was asked for and refuses the rest: {told}")
        cited_parts = tuple(_denial(part, matter.denial) for part in parts)
        yield Sentence(kind=SentenceKind.DENIAL, text=text, citations=cited_parts)
    elif days := days_refused(matter.denial):
        text = ended(f"Of the days refused the {_source(matter)} says: “{_quoted(days)}”")
        yield Sentence(kind=SentenceKind.DENIAL, text=text, citations=(_denial(days, matter.denial),))
    if matter.plan.filing is Filing.EXPEDITED_APPEAL:
        yield from stated_haste(case, documents)
    patient = documents.get(case.patient.document_id)
    who = fields_cited(patient, ("name", "name[0]", "birthDate")) if patient else []
    if who:
        born = f", born on {long_date(case.patient.birth_date)}" if case.patient.birth_date else ""
        yield Sentence(
            kind=SentenceKind.REQUEST, text=f"The patient is {case.patient.full_name}{born}.", citations=tuple(who)
        )


def _named_service(wording: str, code: str, cited: Sequence[Citation]) -> str:
    """The service in words with its code, as far as the order that is cited bears it."""
    quotes = " ".join(citation.span.quote for citation in cited)
    if code not in quotes:
        return "the service ordered"
    plain = _IN_BRACKETS.sub("", wording)
    if not plain or values_in(plain) - values_in(quotes):
        return code
    first, rest = plain[0], plain[1:]
    return f"{first.lower() if rest[:1].islower() else first}{rest} ({code})"


def _denial(words: Span, denial: Document) -> ChartCitation:
    return ChartCitation(span=words, source=denial.source)


def _quoted(words: Span) -> str:
    return " ".join(words.quote.split()).replace("“", "‘").replace("”", "’")


def _reason_points(
    answer: ReasonAnswer, matter: AppealMatter, documents: Mapping[DocumentId, Document]
) -> Iterator[LetterPoint]:
    """The payer's words, then each criterion that answers them; what is not argued is said in one line."""
    count = len(matter.rebuttal.answers)
    heading = f"Reason {answer.number} of {count}" if count > 1 else "The stated reason"
    said = [
        *_stated(answer, matter),
        *_policy_says(answer, matter),
        *answer.said,
        *_supplied(answer, matter, documents),
        *_not_argued(answer, matter),
    ]
    yield LetterPoint(heading=heading, sentences=tuple(said))
    for criterion in answer.criteria:
        leaf = criterion.judgement
        yield LetterPoint(heading=leaf.statement, sentences=criterion.sentences, criterion_id=leaf.id)


def _source(matter: AppealMatter) -> str:
    return "notice" if matter.facts.source == "letter" else "decision"


def _stated(answer: ReasonAnswer, matter: AppealMatter) -> Iterator[Sentence]:
    if answer.words is None:
        return
    how = _source(matter)
    text = ended(f"The {how} states: “{_quoted(answer.words)}”")
    plain = (
        text
        if text.count("“") == 1 and not {"‘", "’"} & (set(text) - set(answer.words.quote))
        else f"The {how} states the reason cited here."
    )
    yield Sentence(kind=SentenceKind.DENIAL, text=plain, citations=(_denial(answer.words, matter.denial),))


def _policy_says(answer: ReasonAnswer, matter: AppealMatter) -> Iterator[Sentence]:
    """The policy's own words on the point, where the criteria below do not quote them."""
    policy, span = matter.rebuttal.policy, answer.policy_words
    if policy is None or span is None or "“" in span.quote or "”" in span.quote:
        return
    text = ended(f"On this point {policy.number}, version {policy.version}, states: “{' '.join(span.quote.split())}”")
    yield Sentence(kind=SentenceKind.POLICY, text=text, citations=(PolicyCitation(policy=policy, span=span),))


def ended(text: str) -> str:
    """A sentence with one end mark, also where it ends in a quote that has its own."""
    return text if text.rstrip("”")[-1:] in ".?!" else f"{text}."


def _supplied(
    answer: ReasonAnswer, matter: AppealMatter, documents: Mapping[DocumentId, Document]
) -> Iterator[Sentence]:
    for span in answer.supplied:
        document = documents.get(span.document_id)
        source = document.source if document else ""
        text = ended(f"It is enclosed: “{' '.join(span.quote.split())}”")
        yield Sentence(kind=SentenceKind.EVIDENCE, text=text, citations=(ChartCitation(span=span, source=source),))


def _not_argued(answer: ReasonAnswer, matter: AppealMatter) -> Iterator[Sentence]:
    if answer.stance in ARGUED or answer.words is None:
        return
    how = {
        Stance.NOT_SHOWN: "This reason is not contested here: the records at hand do not show what it asks for.",
        Stance.OTHER_WAY: "This letter does not argue this reason.",
        Stance.PERSON: "This letter does not argue this reason.",
    }[answer.stance]
    yield Sentence(kind=SentenceKind.MISSING, text=how, citations=(_denial(answer.words, matter.denial),))


def law_citation(law: Law) -> LawCitation:
    """A law as a citation that opens in our own rules."""
    return LawCitation(
        law_id=law.id,
        place=law.citation,
        verified=law.verified,
        span=PolicySpan(start=0, end=len(law.wording), quote=law.wording),
    )


def _law_points(matter: AppealMatter) -> Iterator[LetterPoint]:
    """The law that binds this payer, only where something is argued, and only what was checked or is marked."""
    if not matter.rebuttal.argued:
        return
    bound = [law for law in matter.laws if law.use in ("argument", "decision")]
    sentences = tuple(
        Sentence(kind=SentenceKind.LAW, text=f"{law.wording} ({law.citation})", citations=(law_citation(law),))
        for law in bound
    )
    yield LetterPoint(heading="The rules that bind this decision", sentences=sentences)


def _requests(matter: AppealMatter) -> Iterator[LetterPoint]:
    unsaid = any(not answer.codes and answer.words is None for answer in matter.rebuttal.answers)
    asked: dict[str, list[Sentence]] = {}
    for law in matter.laws:
        if law.use == "reviewer_request" and matter.plan.filing is Filing.REOPENING:
            continue
        if law.use in _REQUESTS and (law.use != "specific_reason" or unsaid):
            form = _REQUESTS[law.use] if law.use not in asked else "{wording}"
            text = f"{form.format(wording=law.wording)} ({law.citation})"
            said = Sentence(kind=SentenceKind.LAW, text=text, citations=(law_citation(law),))
            asked.setdefault(law.use, []).append(said)
    sentences = tuple(sentence for use in _REQUESTS for sentence in asked.get(use, ()))
    yield LetterPoint(heading="What we ask you to send", sentences=sentences)


def _added(matter: AppealMatter, documents: Mapping[DocumentId, Document]) -> Iterator[LetterPoint]:
    heads = []
    for name in matter.rebuttal.added:
        document = documents.get(DocumentId(name))
        cited = _cited_in(matter.rebuttal, DocumentId(name))
        if document is None or cited is None:
            continue
        citation = ChartCitation(span=cited, source=document.source)
        text = ended(f"A record that did not go with the request is enclosed: “{' '.join(cited.quote.split())}”")
        heads.append(Sentence(kind=SentenceKind.EVIDENCE, text=text, citations=(citation,)))
    yield LetterPoint(heading="What was added", sentences=tuple(heads))


def _cited_in(rebuttal: Rebuttal, document_id: DocumentId) -> Span | None:
    spans = [span for answer in rebuttal.answers for span in answer.supplied]
    for answer in rebuttal.answers:
        for criterion in answer.criteria:
            for item in criterion.judgement.evidence:
                spans += [item.fact.context, item.fact.span]
    return next((span for span in spans if span.document_id == document_id), None)
