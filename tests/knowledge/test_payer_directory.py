"""One payer for every name it goes by, and nobody for a name that is only like one."""

import pytest

from cases.case import LineOfBusiness
from cases.chart import NamedIdentifier
from cases.ids import PayerId
from knowledge.payer_directory import PayerDirectory, PayerEntry, new_entry, shipped_directory

INSURED, MA = LineOfBusiness.COMMERCIAL_INSURED, LineOfBusiness.MEDICARE_ADVANTAGE


def with_names(*entries: tuple[str, str, LineOfBusiness]) -> PayerDirectory:
    made = [PayerEntry(id=PayerId(slug), name=name, line_of_business=line) for slug, name, line in entries]
    return shipped_directory().with_entries(made)


@pytest.mark.parametrize(
    "name",
    [
        "cms",
        "CMS Medicare",
        "Centers for Medicare and Medicaid Services",
        "Centers for Medicare & Medicaid Services",
        "The Centers for Medicare and Medicaid Services",
        "Original Medicare",
        "ORIGINAL  MEDICARE",
        "Medicare Part B",
        "Traditional Medicare",
        "U.S. Medicare",
        "Medicare FFS",
    ],
)
def test_every_name_of_original_medicare_is_one_payer(name: str) -> None:
    found = shipped_directory().by_name(name).payer
    assert found is not None
    assert (found.id, found.line_of_business) == ("cms", LineOfBusiness.MEDICARE_FFS)


@pytest.mark.parametrize(
    "name",
    [
        "Medicare Advantage",
        "Medicare Part C",
        "Medicare Part D",
        "Medicare Supplement",
        "Medigap",
        "Medicaid",
        "private",
        "Humble Medicare",
        "CMS Logistics",
        "Northlake",
        "Northlake Advantage Dental",
        "",
    ],
)
def test_look_alikes_are_left_to_a_person(name: str) -> None:
    outcome = shipped_directory().by_name(name)
    assert outcome.payer is None
    assert outcome.reason


def test_a_longer_name_is_another_payer_and_both_are_named_as_candidates() -> None:
    directory = with_names(("aetna", "Aetna", INSURED))
    outcome = directory.by_name("Aetna Better Health")
    assert outcome.payer is None
    assert outcome.candidates == ("Aetna (commercial_insured)",)


def test_one_name_of_two_payers_is_ambiguous_until_the_line_is_known() -> None:
    directory = with_names(("acme", "Acme", INSURED), ("acme-ma", "Acme", MA))
    assert directory.by_name("Acme").payer is None
    assert len(directory.by_name("Acme").candidates) == 2
    found = directory.by_name("Acme", MA).payer
    assert found is not None
    assert found.id == "acme-ma"


def test_identifier_needs_its_own_system() -> None:
    directory = shipped_directory()
    known = NamedIdentifier(system="urn:countersign:sample:payer", value="northlake-advantage")
    found = directory.by_identifier(known)
    assert found is not None
    assert found.id == "northlake-advantage"
    assert directory.by_identifier(known.model_copy(update={"system": "urn:other"})) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does Medicare require for home oxygen?", {"cms"}),
        ("Under CMS Medicare, is CPAP covered?", {"cms"}),
        ("Does Northlake Advantage cover a concentrator?", {"northlake-advantage"}),
        ("Is a concentrator covered by Medicare Advantage plans?", set()),
        ("Does Northlake Advantage follow Medicare?", {"northlake-advantage", "cms"}),
        ("Which grades qualify for biopsy?", set()),
        ("Is medicaredx covered?", set()),
    ],
)
def test_payers_named_in_a_question(question: str, expected: set[str]) -> None:
    assert {payer.id for payer in shipped_directory().named_in(question)} == expected


def test_new_payer_gets_an_id_of_its_own_and_a_known_one_keeps_its() -> None:
    directory = with_names(("acme", "Acme", INSURED))
    assert new_entry(directory, "Acme", INSURED).id == "acme"
    assert new_entry(directory, "Acme", MA).id == "acme-medicare-advantage"
    assert new_entry(directory, "Blue Heron Health", MA).id == "blue-heron-health"


@pytest.mark.parametrize(
    ("name", "allowed"), [("Blue Heron", True), ("CMS Medicare", False), ("Medicare Advantage", False), ("!", False)]
)
def test_names_that_may_not_be_added(name: str, allowed: bool) -> None:
    assert shipped_directory().may_add(name) is allowed


def test_only_synthetic_payers_ship_beside_original_medicare() -> None:
    entries = shipped_directory().entries.values()
    assert {entry.id for entry in entries if not entry.synthetic} == {"cms"}
