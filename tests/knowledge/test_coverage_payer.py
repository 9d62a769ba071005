"""A coverage leads to one payer where payor, class and kind agree, and to a person where they do not."""

import pytest

from cases.case import LineOfBusiness
from cases.chart import Coding, Coverage, CoverageClass, NamedIdentifier, Party
from cases.ids import DocumentId
from knowledge.code_wording import shipped_codes
from knowledge.coverage_payer import part_mismatch, payer_of
from knowledge.payer_directory import shipped_directory

CMS_NAME = "Centers for Medicare and Medicaid Services"
PLAN_ID = NamedIdentifier(system="urn:countersign:sample:payer", value="northlake-advantage")


def coverage(
    *payors: str, plan: str = "", plan_name: str = "", kind: tuple[Coding, ...] = (), party: Party | None = None
) -> Coverage:
    parties = tuple(Party(reference="Organization/x", name=name) for name in payors)
    classes = (CoverageClass(kind="plan", value=plan, name=plan_name),) if plan or plan_name else ()
    return Coverage(
        id="c1",
        document_id=DocumentId("Coverage/c1"),
        status="active",
        beneficiary_id=None,
        payors=(*parties, party) if party else parties,
        classes=classes,
        kind=kind,
    )


def sopt(code: str) -> tuple[Coding, ...]:
    return (Coding(system="https://nahdo.org/sopt", code=code),)


@pytest.mark.parametrize(
    ("given", "payer"),
    [
        (coverage(CMS_NAME), "cms"),
        (coverage(CMS_NAME, plan="Medicare Part A"), "cms"),
        (coverage(CMS_NAME, plan="2798233", plan_name="Medicare Part A"), "cms"),
        (coverage(CMS_NAME, plan="Medicare Part D"), "cms"),
        (coverage(CMS_NAME, kind=sopt("121")), "cms"),
        (coverage("Northlake Advantage", plan="Medicare Advantage"), "northlake-advantage"),
        (coverage("Northlake Advantage", plan="Medicare Part C"), "northlake-advantage"),
        (
            coverage("", party=Party(reference="Organization/y", name="NLA", identifiers=(PLAN_ID,))),
            "northlake-advantage",
        ),
        (coverage("Unknown Holdings", plan="Northlake Advantage"), "northlake-advantage"),
    ],
)
def test_coverage_resolves(given: Coverage, payer: str) -> None:
    found = payer_of(shipped_directory(), given).payer
    assert found is not None
    assert found.id == payer


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (coverage(CMS_NAME, plan="Medicare Advantage"), "plan itself has to be named"),
        (coverage(CMS_NAME, plan_name="Medicare Part C PPO"), "plan itself has to be named"),
        (coverage(CMS_NAME, kind=sopt("111")), "plan itself has to be named"),
        (coverage(CMS_NAME, plan="Northlake Advantage"), "several payers"),
        (coverage("Northlake Advantage", kind=sopt("121")), "plan itself has to be named"),
        (coverage("Aetna Better Health"), "not in the payer directory"),
        (coverage("private"), "does not say which payer"),
        (coverage(), "names no payer"),
        (coverage(""), "has no name"),
        (coverage(party=Party(reference="Patient/p", name="Ann", kind="Patient")), "the patient pays"),
    ],
)
def test_coverage_goes_to_a_person(given: Coverage, said: str) -> None:
    outcome = payer_of(shipped_directory(), given)
    assert outcome.payer is None
    assert said in outcome.reason


def test_a_code_of_another_system_is_no_line_of_business() -> None:
    found = payer_of(shipped_directory(), coverage(CMS_NAME, kind=(Coding(system="urn:local", code="111"),))).payer
    assert found is not None
    assert found.line_of_business is LineOfBusiness.MEDICARE_FFS


@pytest.mark.parametrize(
    ("given", "code", "flagged"),
    [
        (coverage(CMS_NAME, plan="Medicare Part A"), "E0424", True),
        (coverage(CMS_NAME, plan="Medicare Part D"), "E0424", True),
        (coverage(CMS_NAME, plan="Medicare Part B"), "E0424", False),
        (coverage(CMS_NAME, plan="Medicare Parts A and B"), "E0424", False),
        (coverage(CMS_NAME, plan="Medicare Part A & B"), "E0424", False),
        (coverage("Northlake Advantage", plan="Medicare Part C"), "E0424", False),
        (coverage(CMS_NAME), "E0424", False),
        (coverage(CMS_NAME, plan="Medicare Part A"), "G0155", False),
        (coverage(CMS_NAME, plan="Medicare Part A"), "A4217", True),
        (coverage(CMS_NAME, plan="Medicare Part A"), "99999", False),
        (coverage(CMS_NAME, plan="Partnership A"), "E0424", False),
    ],
)
def test_part_that_does_not_pay_is_flagged(given: Coverage, code: str, flagged: bool) -> None:
    flag = part_mismatch(shipped_codes(), given, [code])
    assert (flag is not None) is flagged
    if flag:
        assert flag.code == "coverage_part_mismatch"
        assert flag.source == "Coverage/c1"
