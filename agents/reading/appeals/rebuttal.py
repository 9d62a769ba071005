"""Every stated reason answered from the evidence map; what the chart does not show is not claimed but said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from agents.reading.appeals.denial_document import payer_words, span_of
from agents.reading.appeals.late_notice import in_time
from agents.reading.appeals.policy_passage import lead_of, policy_passage
from agents.reading.appeals.reason_matching import Match, Settled, match_reason, settle
from agents.reading.letter_wording import criterion_point, fact_citations, fields_cited, long_date, recorded_on
from cases.appeal import CriterionAnswer, ReasonAnswer, Rebuttal, Stance
from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, Op, PolicySpan, TreeStatus
from cases.denial import DenialFacts, DenialReason, Pathway
from cases.document import Document, DocumentKind
from cases.evidence import Fact, Role, Span
from cases.ids import CaseId, DocumentId
from cases.packet import Citation, PolicyCitation, Sentence, SentenceKind
from guardrails.grounding import policy_key, sentence_faults
from knowledge.denial_codes import shipped_codes

_CLINICAL = frozenset({Pathway.CLINICAL, Pathway.DOCUMENTS, Pathway.PERSON})
_ASKS_HOW_LONG = re.compile(r"\b(?:days?|weeks?|months?)\b(?! a (?:week|month|year))")
_NUMBER_WORDS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_NEAR = 220
"""Characters after a reason in which the policy's point may be named."""
_INSTEAD = {
    Pathway.CODE: "Have the coding corrected and send a corrected claim.",
    Pathway.CORRECTED_CLAIM: "Send a corrected claim.",
    Pathway.NO_APPEAL: "No appeal is open for this reason.",
    Pathway.BENEFIT: "Read the plan's own words: a person decides whether they are met.",
    Pathway.AUTHORIZATION: "Show the authorization, that none was needed or an emergency, or ask for one afterwards.",
    Pathway.ADMINISTRATIVE: "Show proof that it was in time, or good cause.",
    Pathway.UNDERPAYMENT: "Dispute under the contract.",
}


@dataclass(frozen=True)
class AnswerMatter:
    """What reasons are answered from.

    `authorization` is the number under which the payer granted the service, as `proofs` (its answers) state it.
    `policy_text` is of the tree's version; `earlier` are documents that went with the request, None where it was not
    made here.
    """

    case: Case
    facts: DenialFacts
    denial: Document
    result: CriteriaResult | None
    documents: Mapping[DocumentId, Document]
    policy_text: str = ""
    proofs: tuple[Document, ...] = ()
    authorization: str = ""
    earlier: frozenset[DocumentId] | None = None
    reused_from: CaseId | None = None
    contradicted: bool = False

    @property
    def applied_on(self) -> date | None:
        return self.case.service_date


def answer_reasons(matter: AnswerMatter) -> Rebuttal:
    """The rebuttal: one answer for each reason that the denial states, in its order."""
    answers = tuple(_answer(number, reason, matter) for number, reason in enumerate(matter.facts.reasons, start=1))
    return Rebuttal(
        policy=matter.result.policy if matter.result else None,
        applied_on=matter.applied_on,
        answers=answers,
        added=tuple(_added(answers, matter)),
        reused_from=matter.reused_from,
    )


def _answer(number: int, reason: DenialReason, matter: AnswerMatter) -> ReasonAnswer:
    pathway = reason.decision.pathway
    plain = ReasonAnswer(
        number=number,
        category=pathway,
        wording=reason.wording,
        words=payer_words(reason, matter.denial),
        codes=tuple(code for code in (reason.group, reason.carc, *reason.rarcs) if code),
        policy_cited=reason.policy_cited,
        stance=Stance.OTHER_WAY,
        why=reason.decision.why,
        instead=_INSTEAD.get(pathway, shipped_codes().pathways[pathway].do),
    )
    if reason.decision.both_clocks and pathway is Pathway.PERSON:
        return plain.model_copy(update={"stance": Stance.PERSON})
    if pathway is Pathway.AUTHORIZATION and (proof := _authorized(matter)):
        why = "the payer authorized the service; its answer is enclosed"
        return plain.model_copy(update={"stance": Stance.SUPPLIED, "supplied": proof, "instead": "", "why": why})
    if pathway is Pathway.ADMINISTRATIVE and (said := in_time(plain.words, matter.denial)):
        why = "by the days in the payer's own notice it was in time"
        return plain.model_copy(update={"stance": Stance.CONTESTED, "said": (said,), "instead": "", "why": why})
    if pathway not in _CLINICAL:
        return plain
    if matter.result is None or matter.result.status is TreeStatus.DRAFT:
        return plain.model_copy(update=_without_criteria(reason, matter))
    return plain.model_copy(update=_by_criteria(reason, plain.words, matter, matter.result))


def _authorized(matter: AnswerMatter) -> tuple[Span, ...]:
    """The authorization's number as the payer's own answer states it."""
    if not matter.authorization:
        return ()
    found = ((proof, proof.text.find(matter.authorization)) for proof in matter.proofs)
    return tuple(span_of(proof, at, at + len(matter.authorization)) for proof, at in found if at >= 0)


def _without_criteria(reason: DenialReason, matter: AnswerMatter) -> dict[str, object]:
    """No reviewed criteria to argue from: a document that the payer misses may still be handed in."""
    found = _documents_named(reason, matter) if reason.decision.pathway is Pathway.DOCUMENTS else ()
    if found:
        return {"stance": Stance.SUPPLIED, "supplied": found, "instead": "", "why": "the document is in the chart"}
    why = "no policy in force with reviewed criteria is held" if matter.result is None else "the criteria are a draft"
    return {
        "stance": Stance.PERSON,
        "why": why,
        "instead": "A person compares the payer's own criteria with the chart.",
    }


def _by_criteria(
    reason: DenialReason, words: Span | None, matter: AnswerMatter, result: CriteriaResult
) -> dict[str, object]:
    said = words.quote if words else reason.wording
    match = match_reason(
        f"{said} {reason.wording}", _near(words, matter.denial, matter.facts), result.root, matter.policy_text
    )
    settled = settle(result.root, match.leaves)
    supplies = reason.decision.pathway is Pathway.DOCUMENTS
    if match.general and supplies:
        found = _documents_named(reason, matter)
        if found:
            return {"stance": Stance.SUPPLIED, "supplied": found, "instead": "", "why": "the document is in the chart"}
        return {
            "stance": Stance.NOT_SHOWN, "why": "the document that the payer asks for is not in the chart",
            "instead": "Get the document and send it; ask for a reopening.",
        }  # fmt: skip
    if not settled.holds:
        return _not_shown(settled, match)
    criteria = tuple(_argued(leaf, result, matter) for leaf in settled.shown)
    quoted = [leaf.policy_span for leaf in settled.shown if leaf.policy_span]
    lead = lead_of(match.group, matter.policy_text) if match.group else None
    return {
        "stance": Stance.SUPPLIED if supplies else Stance.CONTESTED,
        "criteria": criteria,
        "policy_words": lead
        or policy_passage(said, _near(words, matter.denial, matter.facts), matter.policy_text, quoted),
        "said": tuple(_counted(match.group, len(settled.shown), lead, result)) if match.group and lead else (),
        "instead": "",
        "why": _why(match, settled, reason, result),
    }


def _counted(group: Judgement, shown: int, lead: PolicySpan, result: CriteriaResult) -> Iterator[Sentence]:
    """How many of a counted list the chart shows, in words; the list's own line is cited."""
    if group.op is Op.AT_LEAST and 0 < shown < len(_NUMBER_WORDS):
        number = _NUMBER_WORDS[shown]
        text = f"{number} of them {'is' if shown == 1 else 'are'} shown below."
        yield Sentence(
            kind=SentenceKind.CONCLUSION, text=text, citations=(PolicyCitation(policy=result.policy, span=lead),)
        )


def _not_shown(settled: Settled, match: Match) -> dict[str, object]:
    open_ones = settled.open
    missing = "; ".join(
        dict.fromkeys(f"{leaf.statement}: {leaf.reason or leaf.state.value.lower()}" for leaf in open_ones)
    )
    why = f"the chart does not show it ({missing})" if missing else "nothing in the chart answers it"
    asks = "; ".join(dict.fromkeys(leaf.gap.document for leaf in open_ones if leaf.gap))
    instead = f"Get: {asks}." if asks else "A person decides whether there is more evidence."
    return {"stance": Stance.NOT_SHOWN, "why": why, "instead": instead}


def _why(match: Match, settled: Settled, reason: DenialReason, result: CriteriaResult) -> str:
    shown = "; ".join(f"{leaf.statement}: {leaf.reason}".rstrip(": ") for leaf in settled.shown)
    absent = "; ".join(f"not shown by the chart: {leaf.statement}" for leaf in settled.absent)
    words = "; ".join(part for part in (shown, absent) if part)
    general = "the reason names no criterion; all that bear on the result are met: " if match.general else ""
    other = reason.policy_cited and _plain(reason.policy_cited) != _plain(result.policy.number)
    cited = f" (the payer cites {reason.policy_cited}; in force is {result.policy.number})" if other else ""
    return f"{general}{words}{cited}"


def _plain(number: str) -> str:
    return re.sub(r"[^a-z0-9]", "", number.casefold())


def _near(words: Span | None, denial: Document, facts: DenialFacts) -> str:
    """What stands behind a reason up to the next one: it may name the policy's point."""
    if words is None:
        return ""
    ends = [reason.passage.start for reason in facts.reasons if reason.passage and reason.passage.start > words.start]
    return denial.text[words.end : min([words.end + _NEAR, *ends])]


def _argued(leaf: Judgement, result: CriteriaResult, matter: AnswerMatter) -> CriterionAnswer:
    """Policy, evidence, and why it is met; each sentence verified before anything uses it."""
    point = criterion_point(leaf, result.policy, matter.documents, versioned=True)
    return CriterionAnswer(judgement=leaf, sentences=(*point.sentences, _conclusion(leaf, result, matter)))


def _conclusion(leaf: Judgement, result: CriteriaResult, matter: AnswerMatter) -> Sentence:
    """Why it is met, with both dates where the day matters; in plain words where a number would lack support."""
    supports = [item for item in leaf.evidence if item.role is Role.SUPPORTS]
    cited: list[Citation] = [
        citation for item in supports[:1] for citation in fact_citations(item.fact, matter.documents)
    ]
    if leaf.policy_span is not None:
        cited.append(PolicyCitation(policy=result.policy, span=leaf.policy_span))
    texts = {policy_key(result.policy): matter.policy_text}
    for text, more in _conclusions(leaf, supports[0].fact if supports else None, matter):
        sentence = Sentence(kind=SentenceKind.CONCLUSION, text=text, citations=tuple(dict.fromkeys((*cited, *more))))
        if not sentence_faults(sentence, matter.documents, texts):
            return sentence
    return Sentence(kind=SentenceKind.CONCLUSION, text="This criterion is met.", citations=tuple(cited))


def _conclusions(
    leaf: Judgement, fact: Fact | None, matter: AnswerMatter
) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """Ways to conclude, the fullest first: how long it ran where that is asked, how long before the order, neither."""
    first, rest = leaf.statement[:1], leaf.statement[1:]
    is_name = first != "A" and not leaf.statement.split(" ")[0][1:].islower()
    statement = leaf.statement if is_name else f"{first.lower()}{rest}"
    dated = (*_run(leaf, fact, matter), *_recorded_before(fact, matter)) if fact else ()
    for opening, dates in dated:
        yield f"{opening}, this meets what the policy asks: {statement}.", dates
    for opening, dates in dated:
        yield f"{opening}, this meets what the policy asks.", dates
    yield f"This meets what the policy asks: {statement}.", ()
    yield "This is what the policy asks.", ()


def _run(leaf: Judgement, fact: Fact, matter: AnswerMatter) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """From the first to the last day of a treatment, where the criterion asks how long it ran.

    Said only where no more days lie between than code counts for it: a course with a pause ran shorter than it lasted.
    """
    course = fact.course
    if course is None or course.starts is None or course.ends is None or not _ASKS_HOW_LONG.search(leaf.statement):
        return
    days = (course.ends - course.starts).days
    _, shown = recorded_on(fact, fact_citations(fact, matter.documents), matter.documents)
    if 0 < days <= (fact.duration_days or 0):
        yield f"From {long_date(course.starts)} to {long_date(course.ends)}, {days} days", shown


def _recorded_before(fact: Fact, matter: AnswerMatter) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """The day of the record beside that of the order, and the days between them."""
    day, shown = recorded_on(fact, fact_citations(fact, matter.documents), matter.documents)
    on, ordered = _ordered_on(matter), _ordered(matter)
    if day is None or on is None or day > on or not ordered:
        return
    days = (on - day).days
    before = f"{days} day{'s' if days > 1 else ''} before the order of {long_date(on)}"
    yield f"Recorded on {long_date(day)}, {before if days else 'on the day of the order'}", (*shown, *ordered)


def _ordered_on(matter: AnswerMatter) -> date | None:
    """The day of the order that was denied; None where the order at hand is later than the denial, so another one."""
    on, denied = matter.case.order.authored_on, matter.facts.notice_date
    return None if on is not None and denied is not None and on > denied else on


def _ordered(matter: AnswerMatter) -> tuple[Citation, ...]:
    order = matter.documents.get(matter.case.order.document_id)
    return tuple(fields_cited(order, ("authoredOn",))) if order else ()


_WORD = re.compile(r"[a-z]{4,}|\b(?:ct|mri|pet|emg|ekg|ecg|pft|psg)\b")
_EMPTY_WORDS = frozenset({
    "report", "copy", "note", "notes", "record", "records", "attached", "received", "sent", "asked", "submitted",
    "document", "documents", "documentation", "named", "order", "been", "have", "with", "from", "that",
    "this", "were", "found", "missing", "request", "please", "last", "days", "file", "dated",
})  # fmt: skip


def _documents_named(reason: DenialReason, matter: AnswerMatter) -> tuple[Span, ...]:
    """The head of each chart document that the payer says it lacks: its words stand in title or first lines."""
    wanted = {word[:6] for word in _WORD.findall(reason.wording.casefold())} - {word[:6] for word in _EMPTY_WORDS}
    if len(wanted) < 2:
        return ()
    found = []
    for document in matter.documents.values():
        if document.patient_id != matter.case.patient.id or _is_no_report(document):
            continue
        head = f"{document.title} {document.source} {document.text[:400]}".casefold()
        shared = wanted & {word[:6] for word in _WORD.findall(head)}
        if len(shared) >= max(2, len(wanted) // 2) and (line := _telling_line(document, wanted)):
            found.append(line)
    return tuple(found[:3])


def _is_no_report(document: Document) -> bool:
    """Of structured resources only a report is a document that a payer may lack."""
    return document.kind is DocumentKind.FHIR_RESOURCE and not document.id.startswith("DiagnosticReport/")


def _telling_line(document: Document, wanted: set[str]) -> Span | None:
    """The first line of a document; of a structured report, which begins with its id, the first that names it."""
    lines = [span_of(document, *match.span()) for match in re.finditer(r"[^\n]*\w[^\n]*", document.text)
             if not document.is_hidden(*match.span())]  # fmt: skip
    if document.kind is DocumentKind.FHIR_RESOURCE:
        told = (line for line in lines if wanted & {word[:6] for word in _WORD.findall(line.quote.casefold())})
        return next(told, None)
    return next(iter(lines), None)


def _added(answers: Sequence[ReasonAnswer], matter: AnswerMatter) -> Iterator[str]:
    """Chart documents that are relied on and did not go with the request that was refused."""
    if matter.earlier is None:
        return
    relied = {span.document_id for answer in answers for span in answer.supplied}
    for answer in answers:
        for criterion in answer.criteria:
            for item in criterion.judgement.evidence:
                if item.role is Role.SUPPORTS:
                    relied |= {span.document_id for span in (item.fact.span, *item.fact.supporting)}
    for document_id in sorted(relied - matter.earlier):
        if document_id in matter.documents:
            yield document_id
