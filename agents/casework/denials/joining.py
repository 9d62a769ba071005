"""Which case a denial is about: by its authorization or claim number, else by member and service, never by likeness."""

from cases.case import Case
from cases.denial import DenialFacts
from cases.ids import CaseId
from runtime import case_store, denial_store
from runtime.database import Transaction


def join(transaction: Transaction, facts: DenialFacts) -> tuple[CaseId | None, str]:
    """The one case that fits and by what; none where nothing fits or several do, which is for a person."""
    numbers = [
        number for number in (facts.numbers.authorization, facts.numbers.claim, facts.numbers.payer_claim) if number
    ]
    found = denial_store.cases_named(transaction, numbers)
    if len(found) == 1:
        return next(iter(found)), "number"
    held = (case_store.get(transaction, one.id) for one in case_store.listing(transaction, payer_id=facts.payer_id))
    cases = [case for case in held if case.appeal is None]
    for name, fits in (("member and service", _member_and_service), ("patient and service", _patient_and_service)):
        matching = [case.id for case in cases if fits(case, facts)]
        if len(matching) == 1:
            return matching[0], name
    return None, ""


def _member_and_service(case: Case, facts: DenialFacts) -> bool:
    member = facts.numbers.member_id
    held = case.coverage.member_id if case.coverage else ""
    return bool(member) and _plain(held) == _plain(member) and _service(case, facts)


def _patient_and_service(case: Case, facts: DenialFacts) -> bool:
    given = {word.casefold() for word in facts.numbers.patient.replace(",", " ").split() if len(word) > 1}
    names = {word.casefold() for word in case.patient.full_name.split() if len(word) > 1}
    birth = facts.numbers.birth_date
    same_birth = birth is None or birth == case.patient.birth_date
    return len(given) > 1 and (given <= names or names <= given) and same_birth and _service(case, facts)


def _service(case: Case, facts: DenialFacts) -> bool:
    """Whether a code agrees; a letter without any code agrees with the patient's only case."""
    codes = {code.code for code in case.order.codes}
    return not facts.numbers.service_codes or bool(codes & set(facts.numbers.service_codes))


def _plain(number: str) -> str:
    return "".join(letter for letter in number.casefold() if letter.isalnum())
