"""What electronic messages refuse: remittances, claim statuses and review actions turned into denials."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cases.case import LineOfBusiness, PayerRef
from cases.chart import Coding
from cases.claim_status import ClaimStatus
from cases.decision import ItemDecision, PayerAnswer, ReviewAction
from cases.denial import Adjustment, DenialNumbers, Pathway
from cases.ids import PayerId
from cases.remittance import RemitClaim, RemitLine, Remittance
from knowledge.answer_denials import denial_of_answer, denials_of_statuses
from knowledge.drug_benefit import service_kind
from knowledge.payer_directory import shipped_directory
from knowledge.remit_denials import denials_of

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PLAN = PayerRef(id=PayerId("p"), name="Plan", line_of_business=LineOfBusiness.MEDICARE_ADVANTAGE)


def remittance(*lines: RemitLine, status: int = 1, rarcs: tuple[str, ...] = ()) -> Remittance:
    charge = sum((line.charge for line in lines), Decimal(0))
    paid = sum((line.paid for line in lines), Decimal(0))
    claim = RemitClaim(
        claim_id="C1", payer_claim_number="P1", status=status, charge=charge, paid=paid, lines=lines, rarcs=rarcs
    )
    return Remittance(
        payer="Plan", payee="Us", payment=paid, payment_date=date(2026, 11, 2), trace="T", claims=(claim,)
    )


def line(number: int, *adjustments: tuple[str, str, int], paid: int = 0, rarcs: tuple[str, ...] = ()) -> RemitLine:
    made = tuple(Adjustment(group=g, carc=c, amount=Decimal(a), line=number) for g, c, a in adjustments)
    charge = Decimal(paid) + sum((one.amount for one in made), Decimal(0))
    return RemitLine(
        number=number, code="99213", charge=charge, paid=Decimal(paid), adjustments=made, rarcs=rarcs,
        policy_ids=("L33797",),
    )  # fmt: skip


def test_every_reason_is_kept_with_its_line_codes_policy_and_amount() -> None:
    (found,) = denials_of(
        remittance(line(1, ("CO", "50", 80), rarcs=("N115",)), line(2, ("CO", "252", 40), ("CO", "45", 5))), PLAN
    )
    assert [(r.line, r.carc, r.category, r.amount) for r in found.reasons] == [
        (1, "50", Pathway.CLINICAL, Decimal(80)), (2, "252", Pathway.DOCUMENTS, Decimal(40)),
    ]  # fmt: skip
    assert (found.pathway, found.amount, found.both_clocks) == (Pathway.DOCUMENTS, Decimal(120), True)
    assert (found.reasons[0].policy_cited, found.policy_ids) == ("L33797", ("L33797",))


def test_a_take_back_is_its_own_kind_and_goes_to_a_person() -> None:
    (found,) = denials_of(remittance(line(1, ("CO", "45", -20), paid=-80), status=22), PLAN)
    assert (found.pathway, found.appealable) == (Pathway.TAKE_BACK, "person")


@pytest.mark.parametrize("carc", ["1", "2", "3", "45", "23", "24", "59", "131", "144", "237", "253"])
def test_a_paid_adjustment_never_opens_a_denial(carc: str) -> None:
    assert denials_of(remittance(line(1, ("CO", carc, 20), paid=80)), PLAN) == ()


def test_an_unknown_code_that_leaves_a_line_unpaid_goes_to_a_person() -> None:
    (found,) = denials_of(remittance(line(1, ("CO", "9999", 80))), PLAN)
    assert (found.pathway, found.appealable) == (Pathway.PERSON, "person")


def test_a_payer_that_is_not_known_is_a_doubt() -> None:
    (found,) = denials_of(remittance(line(1, ("CO", "50", 80))), None)
    assert found.line is None
    assert "directory" in found.doubts[0]


def answer(*items: ItemDecision) -> PayerAnswer:
    return PayerAnswer(reference="A1", received_at=NOW, items=items)


def item(action: ReviewAction, *notes: str, number: int = 1) -> ItemDecision:
    return ItemDecision(sequence=number, action=action, action_code=action.value, notes=notes, reason_codes=("0V",))


def test_a_line_granted_as_asked_is_no_denial() -> None:
    granted = answer(item(ReviewAction.CERTIFIED), item(ReviewAction.PENDED, number=2))
    assert denial_of_answer(granted, PLAN, DenialNumbers()) is None


def test_the_payers_words_choose_the_pathway_and_silence_goes_to_a_person() -> None:
    told = answer(item(ReviewAction.NOT_CERTIFIED, "Criteria for the item are not met."))
    silent = answer(item(ReviewAction.MODIFIED))
    first, second = (denial_of_answer(one, PLAN, DenialNumbers()) for one in (told, silent))
    assert first is not None
    assert second is not None
    assert (first.pathway, first.appealable) == (Pathway.CLINICAL, "yes")
    assert (second.pathway, second.appealable) == (Pathway.PERSON, "person")
    assert "specific reason" in second.reasons[0].decision.why


@pytest.mark.parametrize(
    ("category", "pathway", "appealable"),
    [("F2", Pathway.PERSON, "person"), ("A7", Pathway.CORRECTED_CLAIM, "no"), ("P3", None, ""), ("F1", None, "")],
)
def test_a_claim_status_opens_what_is_denied_or_rejected(category: str, pathway: Pathway, appealable: str) -> None:
    status = ClaimStatus(trace="T", category=category, status="88", payer="Northlake Advantage", patient_family="X")
    found = denials_of_statuses([status], shipped_directory())
    assert [(one.pathway, one.appealable) for one in found] == ([(pathway, appealable)] if pathway else [])


@pytest.mark.parametrize(
    ("line", "system", "code", "kind"),
    [
        ("medicare_advantage", "http://terminology.hl7.org/CodeSystem/HCPCS", "J1569", "part_b_drug"),
        ("medicare_advantage", "http://hl7.org/fhir/sid/ndc", "0006-3026-02", "part_d_drug"),
        ("medicaid_mco", "http://www.nlm.nih.gov/research/umls/rxnorm", "1657981", "outpatient_drug"),
        ("medicare_advantage", "http://www.ama-assn.org/go/cpt", "72148", "item_or_service"),
        ("commercial_insured", "http://terminology.hl7.org/CodeSystem/HCPCS", "J1569", "item_or_service"),
    ],
)
def test_a_drug_has_the_clock_of_its_benefit(line: str, system: str, code: str, kind: str) -> None:
    assert service_kind(LineOfBusiness(line), (Coding(system=system, code=code),)) == kind
