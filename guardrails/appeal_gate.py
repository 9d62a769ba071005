"""The judge of an appeal: complete, consistent, and arguing something; a person always decides after it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cases.appeal import ARGUED, LETTERS, Filing, PathwayPlan, Rebuttal, Stance
from cases.case import Case
from cases.criteria import CriteriaResult, Judgement
from cases.decision import GateOutcome, GateResult, Verdict
from cases.denial import DenialFacts, Pathway
from cases.document import Document
from cases.evidence import Role
from cases.frozen import Frozen
from cases.ids import Digest, DocumentId
from cases.packet import ChartCitation, ChartExtract, Letter, PolicyCitation, SentenceKind
from guardrails.confidence import argued_parts, combined
from guardrails.submission_gate import APPEAL_ACTION
from guardrails.thresholds import Thresholds

_BY_FILING = {
    Filing.NONE: "no_appeal_open",
    Filing.CORRECTED_CLAIM: "corrected_claim_instead_of_appeal",
    Filing.PERSON: "right_to_appeal_contradicted",
}
_UNARGUED = {
    Pathway.BENEFIT: "benefit_needs_the_plans_own_words",
    Pathway.ADMINISTRATIVE: "procedure_needs_proof",
    Pathway.AUTHORIZATION: "authorization_not_on_file",
}


_PARTLY = re.compile(r"\b(?:only|partly|partial(?:ly)?|reduced|remaining|days? .*not approved)\b", re.IGNORECASE)
"""A refusal of part of what was asked may be about amounts that the criteria do not speak of."""


class AppealGateCase(Frozen):
    """What the gate judges; `digest` is of the bytes drafted, None where nothing is. `today` is the payer's day.

    `refused_until` is the last day that the notice refuses, None where it names none.
    """

    case: Case
    plan: PathwayPlan
    rebuttal: Rebuttal
    denied_on: date | None
    in_part: bool
    refused_until: date | None
    result: CriteriaResult | None
    verdicts: tuple[Verdict, ...]
    digest: Digest | None
    not_drafted: str
    today: date


def judge_appeal(subject: AppealGateCase, thresholds: Thresholds) -> GateResult:
    """Blocked with the reasons, else to a person, with what that person should weigh; never by itself."""
    rule = thresholds.rule(APPEAL_ACTION)
    argued = [item.judgement for answer in subject.rebuttal.argued for item in answer.criteria]
    parts = argued_parts(subject.case, subject.result, argued)
    confidence = combined(parts)
    stops = list(_stops(subject))
    if not stops and confidence < rule.threshold:
        stops.append("confidence_below_threshold")
    reasons = stops or list(_to_weigh(subject))
    return GateResult(
        action=APPEAL_ACTION,
        risk_tier=rule.tier,
        confidence=confidence,
        confidence_parts=parts,
        threshold=rule.threshold,
        thresholds_version=thresholds.version,
        verdicts=subject.verdicts,
        outcome=GateOutcome.BLOCKED if stops else GateOutcome.REVIEW,
        reasons=tuple(dict.fromkeys(reasons)),
        digest=subject.digest,
    )


def _stops(subject: AppealGateCase) -> Iterator[str]:
    if subject.plan.filing not in LETTERS:
        yield _BY_FILING[subject.plan.filing]
        return
    if subject.case.payer is None:
        yield "payer_unresolved"
    yield from (flag.code for flag in subject.case.flags if flag.severity == "blocking")
    if not subject.rebuttal.argued:
        yield "nothing_to_argue"
        yield from _why_unargued(subject.rebuttal)
    for verdict in subject.verdicts:
        if not verdict.passed:
            yield f"{verdict.guard}_failed" if verdict.passed is False else f"{verdict.guard}_unknown"
    if subject.digest is None:
        yield subject.not_drafted or "nothing_drafted"


def _why_unargued(rebuttal: Rebuttal) -> Iterator[str]:
    for answer in rebuttal.answers:
        if answer.stance is Stance.NOT_SHOWN:
            yield "evidence_not_shown"
        elif answer.stance is Stance.PERSON:
            yield "no_reviewed_criteria"
        elif answer.category in _UNARGUED:
            yield _UNARGUED[answer.category]


def _to_weigh(subject: AppealGateCase) -> Iterator[str]:
    """What the person who countersigns should know; none of it is decided by code."""
    plan = subject.plan
    if subject.rebuttal.left:
        yield "not_every_reason_contested"
        yield from _why_unargued(subject.rebuttal)
    if plan.form and not plan.consent_on_file:
        yield "representative_form_needed"
    if plan.due is not None and plan.due < subject.today:
        yield "deadline_passed"
    if plan.appealable == "person":
        yield "right_to_appeal_unclear"
    if subject.in_part or any(_PARTLY.search(answer.wording) for answer in subject.rebuttal.answers):
        yield "check_how_much_was_denied"
    if plan.filing is Filing.APPEAL and subject.refused_until is not None and subject.refused_until >= subject.today:
        yield "days_refused_are_running_ask_whether_it_can_wait"
    ordered, refused = subject.case.order.authored_on, subject.denied_on
    if ordered is not None and refused is not None and ordered > refused:
        yield "order_is_later_than_the_denial"
    if plan.forwarded:
        yield "payer_forwards_the_case"


def administrative(letter: Letter, case: Case, facts: DenialFacts) -> Verdict:
    """Whether the letter carries what a payer's clerk needs to place it: each element that is known, and the needed."""
    said = "\n".join((*letter.subject, *letter.sender, *letter.recipient, letter.date))
    member = (case.coverage.member_id if case.coverage else "") or facts.numbers.member_id
    codes = [coding.code for coding in case.order.codes if coding.code] or list(facts.numbers.service_codes)
    needed = {
        "patient": case.patient.full_name,
        "member number": member,
        "service code": codes[0] if codes else "",
        "signer": letter.signer,
    }
    known = {
        "authorization number": facts.numbers.authorization,
        "claim number": facts.numbers.claim,
        "payer's claim number": facts.numbers.payer_claim,
        "NPI": case.requester.npi if case.requester else "",
    }
    missing = [name for name, value in needed.items() if not value or (name != "signer" and value not in said)]
    missing += [name for name, value in known.items() if value and value not in said and value != letter.signer_npi]
    if not letter.recipient:
        missing.append("recipient")
    return Verdict(
        guard="administrative",
        passed=not missing,
        reasons=tuple(f"{name.replace(' ', '_')}_missing" for name in missing),
        details=tuple(f"the letter does not name the {name}" for name in missing),
    )


class Drafted(Frozen):
    """A drafted appeal as the judge of contradictions sees it: letter and enclosures beside denial and judgement."""

    letter: Letter
    extracts: tuple[ChartExtract, ...]
    facts: DenialFacts
    rebuttal: Rebuttal
    result: CriteriaResult | None
    laws: tuple[str, ...]


def consistent(drafted: Drafted, case: Case, documents: Mapping[DocumentId, Document]) -> Verdict:
    """Whether letter, enclosures, chart and denial speak of one patient, service and policy, and none contradicts."""
    found = [
        *_other_numbers(case, drafted.facts),
        *_not_enclosed(drafted, documents),
        *_other_policy(drafted),
        *_contradicted(item.judgement for answer in drafted.rebuttal.argued for item in answer.criteria),
        *_unanswered(drafted),
    ]
    return Verdict(guard="consistency", passed=not found, reasons=tuple(dict.fromkeys(found)))


def _other_numbers(case: Case, facts: DenialFacts) -> Iterator[str]:
    held = case.coverage.member_id if case.coverage else ""
    if held and facts.numbers.member_id and _plain(held) != _plain(facts.numbers.member_id):
        yield "member_number_differs"
    birth, given = case.patient.birth_date, facts.numbers.birth_date
    if birth and given and birth != given:
        yield "birth_date_differs"
    codes = {_plain(coding.code) for coding in case.order.codes}
    asked = {_plain(code) for code in facts.numbers.service_codes}
    if codes and asked and not codes & asked:
        yield "service_differs"


def _plain(number: str) -> str:
    return "".join(letter for letter in number.casefold() if letter.isalnum())


def _not_enclosed(drafted: Drafted, documents: Mapping[DocumentId, Document]) -> Iterator[str]:
    enclosed = {extract.document.id for extract in drafted.extracts}
    for sentence in drafted.letter.sentences():
        if sentence.kind is SentenceKind.REQUEST:
            continue
        for citation in sentence.citations:
            if isinstance(citation, ChartCitation) and citation.span.document_id not in enclosed:
                held = documents.get(citation.span.document_id)
                if held is not None and held.patient_id is not None:
                    yield "cited_document_not_enclosed"


def _other_policy(drafted: Drafted) -> Iterator[str]:
    policy = drafted.result.policy if drafted.result else None
    for sentence in drafted.letter.sentences():
        for citation in sentence.citations:
            if isinstance(citation, PolicyCitation) and citation.policy != policy:
                yield "cites_another_policy_version"


def _contradicted(argued: Iterable[Judgement]) -> Iterator[str]:
    if any(item.role is Role.CONTRADICTS for leaf in argued for item in leaf.evidence):
        yield "argued_criterion_is_contradicted_in_the_chart"


def _unanswered(drafted: Drafted) -> Iterator[str]:
    """Every stated reason has an answer, and every argued one stands in the letter."""
    if len(drafted.rebuttal.answers) != len(drafted.facts.reasons):
        yield "a_reason_is_unanswered"
    said = {point.criterion_id for point in drafted.letter.points}
    cited = {sentence.citations for sentence in drafted.letter.sentences()}
    for answer in drafted.rebuttal.answers:
        ids = {item.judgement.id for item in answer.criteria}
        gone = any(one.citations not in cited for one in answer.said)
        if answer.stance in ARGUED and (gone or (ids and not ids & said)):
            yield "an_argued_reason_left_the_letter"
