"""Ages that follow from a dated report: whoever has a diagnosis proved on a day was no older when it was made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from cases.chart import Patient
from cases.evidence import Assertion, Experiencer, Fact
from cases.ids import ConceptId, FactId, PatientId
from knowledge.vocabulary import Vocabulary

_DIAGNOSED = re.compile(r"\b(?:diagnosed|dx|(?:she|he|pt|patient) was \d)", re.IGNORECASE)
AGE_OF: Mapping[ConceptId, ConceptId] = {ConceptId("personal_breast_cancer"): ConceptId("breast_cancer_age")}
"""For a condition, the concept of the age at which it was found."""


def ages_at_diagnosis(patients: Sequence[Patient], facts: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Fact]:
    """The age on the day of each such fact, for the patient whom its document names; none without both dates.

    It is an upper bound of the age at diagnosis, which is what the policies limit; one told age goes before it.
    """
    told = _told(facts)
    born = {patient.id: patient.birth_date for patient in patients}
    for fact in facts:
        age_of = AGE_OF.get(fact.concept)
        birth = born.get(fact.patient_id) if fact.patient_id else None
        if age_of is None or birth is None or fact.when is None or age_of not in vocabulary.concepts:
            continue
        if _is_own(fact) and not fact.historical and (fact.patient_id, age_of) not in told:
            concept = vocabulary.concepts[age_of]
            years = _years(birth, fact.when.on)
            yield fact.model_copy(
                update={
                    "id": FactId(f"{fact.id}:age"),
                    "concept": age_of,
                    "statement": f"{concept.label} at most {years}",
                    "value": Decimal(years),
                    "unit": concept.unit,
                }
            )


def _told(facts: Sequence[Fact]) -> set[tuple[PatientId | None, ConceptId]]:
    """The patients and ages told once, as those of the diagnosis, with no other person's to be taken for theirs."""
    ages: dict[tuple[PatientId | None, ConceptId], set[Decimal | None]] = {}
    for fact in facts:
        if fact.concept in AGE_OF.values():
            sure = _is_own(fact) and _DIAGNOSED.search(fact.span.quote)
            ages.setdefault((fact.patient_id, fact.concept), set()).add(fact.value if sure else None)
    return {key for key, values in ages.items() if len(values) == 1 and None not in values}


def _is_own(fact: Fact) -> bool:
    return fact.assertion is Assertion.AFFIRMED and fact.experiencer is Experiencer.PATIENT


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
