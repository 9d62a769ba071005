"""A leaf that the reader left open, and a person who points to the words of the chart that settle it.

The person answers for what the words mean; code still checks that they are of this patient, dated inside the leaf's
window, visible, and not read as a denial, a plan or another person's.
"""

from collections.abc import Sequence

from cases.criteria import Criterion, State
from cases.evidence import Assertion, Defect, Evidence, Fact, Finding, Origin, Role
from cases.ids import ConceptId
from cases.leaf_evaluation import Anchors, Weighed, blocking, defects_of
from cases.leaf_tests import AgeTest, ChartTest, PersonTest

_READ_OTHERWISE = frozenset({
    Defect.OTHER_PATIENT, Defect.UNKNOWN_PATIENT, Defect.FAMILY_HISTORY, Defect.NEGATED, Defect.HYPOTHETICAL,
    Defect.PLANNED, Defect.REFUSED, Defect.HIDDEN_TEXT, Defect.REJECTED,
})  # fmt: skip
"""What a reading of the same words may not have found: a person corrects that fact first, with a reason."""


def person_concept(criterion_id: str) -> ConceptId:
    """The concept under which a person's recorded answer to a leaf is stored."""
    return ConceptId(f"person:{criterion_id}")


def answers_to(criterion_id: str, facts: Sequence[Fact]) -> list[Fact]:
    """The recorded answers to a leaf, in the order given; the last holds."""
    concept = person_concept(criterion_id)
    return [fact for fact in facts if fact.concept == concept and fact.origin is Origin.PERSON]


def may_be_pointed_out(criterion: Criterion) -> bool:
    """Whether words of the chart can settle the leaf: an age follows from the date of birth alone."""
    return _test_of(criterion) is not None


def with_words_pointed_out(criterion: Criterion, weighed: Weighed, facts: Sequence[Fact], anchors: Anchors) -> Weighed:
    """What an open leaf comes to by the words that a person pointed to; as weighed where nobody did."""
    answers = answers_to(criterion.id, facts)
    test = _test_of(criterion)
    if weighed.state is not State.INSUFFICIENT or not answers or test is None:
        return weighed
    last = answers[-1]
    findings = [*_defects(test, last, anchors), *_read_otherwise(last, weighed.evidence)]
    if findings:
        told = Evidence(fact=last, role=Role.CONSIDERED, findings=tuple(findings))
        reason = f"a person pointed to words, but {'; '.join(finding.detail for finding in findings)}"
        return weighed.model_copy(update={"reason": reason, "evidence": (told, *weighed.evidence)})
    yes = last.assertion is Assertion.AFFIRMED
    settles = Evidence(fact=last, role=Role.SUPPORTS if yes else Role.CONTRADICTS)
    return Weighed(
        state=State.MET if yes else State.NOT_MET,
        reason=f"a person pointed to the words: {last.statement}",
        evidence=(settles, *weighed.evidence),
        confidence=last.reliability,
    )


def _test_of(criterion: Criterion) -> ChartTest | None:
    test = criterion.test
    return None if test is None or isinstance(test, AgeTest | PersonTest) else test


def _defects(test: ChartTest, answer: Fact, anchors: Anchors) -> list[Finding]:
    """What is wrong with the words themselves; a day is asked for only where the leaf has a window."""
    said = answer.model_copy(update={"assertion": Assertion.AFFIRMED})
    found = blocking(defects_of(said, test.window, anchors, past_counts=True))
    return [finding for finding in found if test.window is not None or finding.defect is not Defect.UNDATED]


def _read_otherwise(answer: Fact, evidence: Sequence[Evidence]) -> list[Finding]:
    """Where the same words were read for this leaf, and something was wrong with them."""
    return [
        finding.model_copy(
            update={"detail": f"the words “{item.fact.span.quote}” were read otherwise: {finding.detail}"}
        )
        for item in evidence
        if item.fact.span.document_id == answer.span.document_id
        and item.fact.span.start < answer.span.end
        and answer.span.start < item.fact.span.end
        for finding in item.findings
        if finding.defect in _READ_OTHERWISE
    ]
