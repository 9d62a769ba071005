"""Whether authorization is needed: the most specific rule in force, with its source; what no rule covers is unknown."""

from datetime import date
from itertools import combinations

import pytest

from cases.authorization import Need
from cases.case import LineOfBusiness, PayerRef
from cases.chart import Coding
from cases.ids import PayerId
from knowledge.authorization_rules import AuthorizationRule, AuthorizationRules, authorization_need, shipped_rules
from knowledge.code_pattern import CodePattern, closest
from knowledge.drug_benefit import dispensed_drug

ON = date(2023, 1, 1)
LATER = date(2026, 6, 1)


def payer(slug: str, line: LineOfBusiness) -> PayerRef:
    return PayerRef(id=PayerId(slug), name=slug, line_of_business=line)


CMS = payer("cms", LineOfBusiness.MEDICARE_FFS)
MA = payer("somebody", LineOfBusiness.MEDICARE_ADVANTAGE)
NORTHLAKE = payer("northlake-advantage", LineOfBusiness.MEDICARE_ADVANTAGE)


@pytest.mark.parametrize(
    ("who", "codes", "on", "place", "need", "channel"),
    [
        (CMS, ["E0424"], ON, None, Need.NOT_REQUIRED, "none"),
        (CMS, ["E0601"], ON, None, Need.NOT_REQUIRED, "none"),
        (CMS, ["E0250"], ON, None, Need.NOT_REQUIRED, "none"),
        (CMS, ["A4217"], date(2016, 9, 20), None, Need.NOT_REQUIRED, "none"),
        (CMS, ["e0424 "], ON, None, Need.NOT_REQUIRED, "none"),
        (CMS, ["K0823"], ON, None, Need.REQUIRED, "portal"),
        (CMS, ["K0823"], date(2018, 8, 31), None, Need.NOT_REQUIRED, "none"),
        (CMS, ["L0651"], date(2026, 4, 12), None, Need.NOT_REQUIRED, "none"),
        (CMS, ["L0651"], date(2026, 4, 13), None, Need.REQUIRED, "portal"),
        (CMS, ["L1833"], date(2024, 8, 11), None, Need.REQUIRED, "portal"),
        (CMS, ["L1833"], date(2024, 8, 12), None, Need.NOT_REQUIRED, "none"),
        (CMS, ["E0747"], date(2024, 8, 28), None, Need.NOT_REQUIRED, "none"),
        (CMS, ["E0424", "K0823"], ON, None, Need.REQUIRED, "portal"),
        (CMS, ["99213"], ON, None, Need.UNKNOWN, ""),
        (CMS, [], ON, None, Need.UNKNOWN, ""),
        (CMS, ["E0424"], None, None, Need.UNKNOWN, ""),
        (CMS, ["64561"], LATER, "OH", Need.REQUIRED, "portal"),
        (CMS, ["64561"], LATER, "NY", Need.UNKNOWN, ""),
        (CMS, ["64561"], LATER, None, Need.UNKNOWN, ""),
        (CMS, ["64561"], date(2025, 12, 31), "OH", Need.UNKNOWN, ""),
        (CMS, ["15823"], LATER, "hospital_outpatient", Need.REQUIRED, "portal"),
        (CMS, ["15823"], LATER, "NY/hospital_outpatient", Need.REQUIRED, "portal"),
        (CMS, ["15823"], LATER, "office", Need.UNKNOWN, ""),
        (CMS, ["G0155"], ON, "NY", Need.NOT_REQUIRED, "none"),
        (CMS, ["G0155"], ON, "OH", Need.UNKNOWN, ""),
        (MA, ["E0424"], ON, None, Need.PRESUMED, "pas"),
        (MA, ["99213"], ON, None, Need.PRESUMED, "pas"),
        (NORTHLAKE, ["E0424"], ON, None, Need.REQUIRED, "pas"),
        (NORTHLAKE, ["E0607"], ON, None, Need.NOT_REQUIRED, "none"),
        (NORTHLAKE, ["95810"], ON, None, Need.VENDOR, "portal"),
        (NORTHLAKE, ["E0424"], date(2021, 12, 31), None, Need.PRESUMED, "pas"),
        (NORTHLAKE, ["99213"], ON, None, Need.PRESUMED, "pas"),
        (payer("x", LineOfBusiness.MEDICAID_MCO), ["E0424"], ON, None, Need.PRESUMED, "pas"),
        (payer("x", LineOfBusiness.PART_D), ["E0424"], ON, None, Need.UNKNOWN, ""),
    ],
)
def test_need(who: PayerRef, codes: list[str], on: date | None, place: str | None, need: Need, channel: str) -> None:
    found = authorization_need(who, codes, on, place)
    assert (found.need, found.channel) == (need, channel)
    assert found.reason


def test_home_oxygen_names_its_source_and_admits_that_nobody_checked_it() -> None:
    found = authorization_need(CMS, ["E0424"], ON)
    assert not found.verified
    assert "414.234" in found.citation
    assert "CMS-6097-N" in found.citation
    assert "documentation" in found.reason


def test_home_oxygen_from_april_2026_asks_for_a_face_to_face_encounter() -> None:
    assert "face-to-face" not in authorization_need(CMS, ["E0424"], date(2026, 4, 12)).reason
    assert "face-to-face" in authorization_need(CMS, ["E0424"], date(2026, 4, 13)).reason


def test_unknown_place_names_the_rule_that_depends_on_it() -> None:
    found = authorization_need(CMS, ["64561"], LATER)
    assert found.rule_id == "ffs-wiser"
    assert "OH" in found.reason


def rule(**changes: object) -> AuthorizationRule:
    values: dict[str, object] = {"id": "r", "payer": "cms", "codes": ("E0424",), "need": "required"}
    values |= {"citation": "c", "verified": False, "reason": "because"}
    return AuthorizationRule.model_validate(values | changes)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"payer": None, "line_of_business": "medicare_ffs"}, {"codes": ("*",)}),
        ({"codes": ("E0400-E0499",)}, {"codes": ("E0424",)}),
        ({"codes": ("E0100-E0999",)}, {"codes": ("E0400-E0499",)}),
        ({"codes": ("E*",)}, {"codes": ("E0100-E0999",)}),
        ({"codes": ("E*",)}, {"codes": ("E04*",)}),
        ({"codes": ("*",)}, {"codes": ("E*",)}),
        ({}, {"states": frozenset({"OH"})}),
        ({}, {"effective": date(2020, 1, 1)}),
        ({"effective": date(2020, 1, 1)}, {"effective": date(2021, 1, 1)}),
    ],
)
def test_the_more_specific_rule_wins_in_either_order(weaker: dict[str, object], stronger: dict[str, object]) -> None:
    rows = [rule(id="weaker", **weaker), rule(id="stronger", **stronger)]
    for order in (rows, rows[::-1]):
        assert AuthorizationRules(order).need(CMS, ["E0424"], LATER, "OH").rule_id == "stronger"


def test_an_expired_rule_says_nothing() -> None:
    rules = AuthorizationRules([rule(expires=date(2022, 12, 31))])
    assert rules.need(CMS, ["E0424"], date(2022, 12, 31), None).need is Need.REQUIRED
    assert rules.need(CMS, ["E0424"], ON, None).need is Need.UNKNOWN


@pytest.mark.parametrize("codes", [{"payer": None}, {"line_of_business": "medicare_ffs"}])
def test_a_rule_names_payer_or_line_and_not_both(codes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="payer or line_of_business"):
        rule(**codes)


def test_no_two_shipped_rules_tie() -> None:
    """Two rules of one rank that both cover some code, for one payer or line on one day, would be decided by chance."""
    ties = []
    for one, other in combinations(shipped_rules().rules, 2):
        same_bearer = (one.payer, one.line_of_business) == (other.payer, other.line_of_business)
        if same_bearer and _overlap(one, other):
            ties += [(one.id, other.id, code) for code in _codes(one, other) if one.rank(code) == other.rank(code)]
    assert ties == []


def _overlap(one: AuthorizationRule, other: AuthorizationRule) -> bool:
    starts = max(one.effective or date.min, other.effective or date.min)
    ends = min(one.expires or date.max, other.expires or date.max)
    return starts <= ends


def _codes(one: AuthorizationRule, other: AuthorizationRule) -> set[str]:
    """Ends of every range and every exact code of both, where both cover them."""
    named = {code for text in (*one.codes, *other.codes) for code in text.rstrip("*").split("-") if code}
    return {code for code in named if closest(one.codes, code) and closest(other.codes, code)}


def test_shipped_rule_ids_are_unique_and_each_cites_a_source() -> None:
    rules = shipped_rules().rules
    assert len({rule.id for rule in rules}) == len(rules)
    assert [rule.id for rule in rules if not rule.citation] == []


@pytest.mark.parametrize(
    ("pattern", "code", "covered"),
    [
        ("E0424", "E0424", True),
        ("E0424", "E04245", False),
        ("E0424-E0444", "E0424", True),
        ("E0424-E0444", "E0444", True),
        ("E0424-E0444", "E0445", False),
        ("E0424-E0444", "K0430", False),
        ("E0424-E0444", "E0430X", False),
        ("22510-22515", "22513", True),
        ("22510-22515", "E2251", False),
        ("L5*", "L5856", True),
        ("L5*", "L0648", False),
        ("*", "anything", True),
    ],
)
def test_code_patterns(pattern: str, code: str, covered: bool) -> None:
    assert CodePattern(text=pattern).covers(code) is covered


@pytest.mark.parametrize(
    ("system", "code", "display", "dispensed"),
    [
        ("http://hl7.org/fhir/sid/ndc", "0169-4525-14", "Wegovy 0.25 mg pen", "Wegovy 0.25 mg pen"),
        ("http://hl7.org/fhir/sid/ndc", "0169-4525-14", "", "0169-4525-14"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "1", "vedolizumab 300 mg for intravenous infusion", ""),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "1", "ocrelizumab IV, 300 mg", ""),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "1", "ivabradine 5 mg tablet", "ivabradine 5 mg tablet"),
        ("http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J0139", "adalimumab", ""),
    ],
)
def test_what_a_pharmacy_dispenses(system: str, code: str, display: str, dispensed: str) -> None:
    assert dispensed_drug([Coding(system=system, code=code, display=display)]) == dispensed


INSURED = payer("anybody", LineOfBusiness.COMMERCIAL_INSURED)
PART_D = payer("a-pdp", LineOfBusiness.PART_D)


@pytest.mark.parametrize(
    ("who", "drug", "on", "rule", "need"),
    [
        (MA, "Wegovy 0.25 mg pen", LATER.replace(month=7), "ma-glp1-bridge", Need.VENDOR),
        (MA, "ZEPBOUND", date(2027, 12, 31), "ma-glp1-bridge", Need.VENDOR),
        (MA, "Wegovy 0.25 mg pen", LATER, "ma-pharmacy-benefit", Need.VENDOR),
        (MA, "Wegovy 0.25 mg pen", date(2028, 1, 1), "ma-pharmacy-benefit", Need.VENDOR),
        (MA, "Ozempic 0.5 mg pen", date(2026, 8, 1), "ma-pharmacy-benefit", Need.VENDOR),
        (PART_D, "Wegovy", date(2026, 8, 1), "part-d-glp1-bridge", Need.VENDOR),
        (PART_D, "Ozempic", date(2026, 8, 1), "part-d-drug-channel", Need.UNKNOWN),
        (INSURED, "Wegovy", date(2026, 8, 1), "commercial-pharmacy-benefit", Need.VENDOR),
        (CMS, "Ozempic", LATER, "ffs-pharmacy-benefit", Need.VENDOR),
        (INSURED, "", LATER, "commercial-own-list-not-held", Need.PRESUMED),
    ],
)
def test_a_drug_of_the_pharmacy_goes_through_another_door(
    who: PayerRef, drug: str, on: date, rule: str, need: Need
) -> None:
    found = authorization_need(who, ["0169-4525-14"], on, "MN", drug)
    assert (found.rule_id, found.need) == (rule, need)
    assert need is not Need.VENDOR or found.decider
