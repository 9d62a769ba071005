"""The right payer's right version on the day of service, or a reason why there is none."""

from datetime import UTC, date, datetime

import pytest

from cases.case import LineOfBusiness, PayerRef
from cases.ids import Digest, PayerId, PolicyDocId
from knowledge.policy_in_force import PolicyInForce, in_force, policy_in_force, speaks_of
from runtime.policy_store import PolicyRecord, PolicyVersion

ON = date(2023, 1, 1)
CMS, NORTHLAKE = "cms", "northlake-advantage"


def held(
    payer: str,
    doc: str,
    number: str,
    since: date | None,
    until: date | None = None,
    version: int = 1,
    codes: tuple[str, ...] = (),
) -> PolicyVersion:
    record = PolicyRecord(
        payer_id=PayerId(payer),
        doc_id=PolicyDocId(doc),
        number=number,
        title=doc,
        effective=since,
        expires=until,
        codes=codes,
    )
    return PolicyVersion(
        record=record, version=version, digest=Digest("0"), imported_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


OXYGEN = held(CMS, "oxygen", "NCD 240.2", date(2021, 9, 27))
CPAP = held(CMS, "cpap", "NCD 240.4", date(2008, 3, 13))
BEDS = held(CMS, "beds", "NCD 280.7", None)
LIST = held(CMS, "list", "NCD 280.1", date(2005, 5, 5))
RESPIRATORY = held(CMS, "respiratory", "NCD 240.9", date(2025, 6, 9))
LIBRARY = [OXYGEN, CPAP, BEDS, LIST, RESPIRATORY]


def chosen(found: PolicyInForce) -> tuple[str, int] | None:
    return (found.version.record.doc_id, found.version.version) if found.version else None


@pytest.mark.parametrize(
    ("code", "on", "document"),
    [
        ("E0424", ON, ("oxygen", 1)),
        ("e1390", ON, ("oxygen", 1)),
        ("E0601", ON, ("cpap", 1)),
        ("E0250", ON, ("beds", 1)),
        ("E0465", ON, ("list", 1)),
        ("E0466", ON, ("list", 1)),
        ("E0466", date(2025, 6, 9), ("respiratory", 1)),
        ("E0607", ON, None),
        ("G0155", ON, None),
        ("E0424", date(2021, 9, 26), None),
    ],
)
def test_policy_by_code_and_day(cms: PayerRef, code: str, on: date, document: tuple[str, int] | None) -> None:
    found = policy_in_force(LIBRARY, cms, [code], on)
    assert chosen(found) == document
    assert bool(found.reason) is (document is None)


def test_a_policy_not_yet_in_force_is_named_with_its_date(cms: PayerRef) -> None:
    found = policy_in_force(LIBRARY, cms, ["E0424"], date(2021, 9, 26))
    assert "2021-09-27" in found.reason


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2019, 6, 1), 1),
        (date(2020, 12, 31), 1),
        (date(2021, 1, 1), 2),
        (date(2023, 6, 1), 3),
        (date(2030, 1, 1), None),
    ],
)
def test_the_version_in_force_on_the_day_is_taken(on: date, version: int | None) -> None:
    group = [
        held(CMS, "d", "N", date(2018, 1, 1), date(2029, 12, 31), 1),
        held(CMS, "d", "N", date(2021, 1, 1), date(2029, 12, 31), 2),
        held(CMS, "d", "N", date(2023, 1, 1), date(2029, 12, 31), 3),
    ]
    found = in_force(group, on)
    assert (found.version if found else None) == version


def test_a_version_of_unknown_date_gives_way_to_a_dated_one_and_is_flagged_when_alone(cms: PayerRef) -> None:
    dated, undated = held(CMS, "d", "N", date(2018, 1, 1), version=1), held(CMS, "d", "N", None, version=2)
    assert in_force([dated, undated], ON) == dated
    assert in_force([undated], ON) == undated
    assert "not known" in policy_in_force([BEDS], cms, ["E0250"], ON).notes[0]


def test_an_order_without_a_date_gets_the_newest_version_and_a_note(cms: PayerRef) -> None:
    newer = held(CMS, "oxygen", "NCD 240.2", date(2024, 1, 1), version=2)
    found = policy_in_force([OXYGEN, newer], cms, ["E0424"], None)
    assert chosen(found) == ("oxygen", 2)
    assert "no date of service" in found.notes[0]


def test_a_medicare_advantage_plan_without_a_policy_follows_the_ncd_and_says_so(northlake: PayerRef) -> None:
    found = policy_in_force(LIBRARY, northlake, ["E0424"], ON)
    assert found.version == OXYGEN
    assert "422.101(b)" in found.notes[0]


def test_a_plans_own_policy_comes_first(northlake: PayerRef) -> None:
    own = held(NORTHLAKE, "own", "NLA-DME-014", date(2022, 1, 1))
    found = policy_in_force([*LIBRARY, own], northlake, ["E0424"], ON)
    assert found.version == own
    assert found.notes == ()


def test_a_plans_own_policy_that_is_not_in_force_gives_way_to_the_ncd(northlake: PayerRef) -> None:
    own = held(NORTHLAKE, "own", "NLA-DME-014", date(2024, 1, 1))
    assert policy_in_force([*LIBRARY, own], northlake, ["E0424"], ON).version == OXYGEN


def test_an_ncd_imported_for_the_plan_itself_is_its_own(northlake: PayerRef) -> None:
    own = held(NORTHLAKE, "oxygen", "NCD 240.2", date(2021, 9, 27))
    found = policy_in_force([*LIBRARY, own], northlake, ["E0424"], ON)
    assert found.version == own
    assert found.notes == ()


@pytest.mark.parametrize("line", [LineOfBusiness.COMMERCIAL_INSURED, LineOfBusiness.MEDICAID_MCO])
def test_other_payers_do_not_fall_back_on_medicare(line: LineOfBusiness) -> None:
    other = PayerRef(id=PayerId("x"), name="X", line_of_business=line)
    assert policy_in_force(LIBRARY, other, ["E0424"], ON).version is None


def test_a_reviewed_tree_leads_over_a_list_of_codes_and_the_rest_are_named(cms: PayerRef) -> None:
    listed = held(CMS, "listed", "X-1", date(2020, 1, 1), codes=("E0400-E0499",))
    found = policy_in_force([listed, OXYGEN], cms, ["E0424"], ON)
    assert found.version == OXYGEN
    assert [ref.doc_id for ref in found.also] == ["listed"]


@pytest.mark.parametrize(
    ("version", "code", "sureness"),
    [
        (OXYGEN, "E0424", 3),
        (BEDS, "E0250", 3),
        (BEDS, "E0424", 0),
        (held(CMS, "d", "", None, codes=("E0424",)), "E0424", 2),
    ],
)
def test_how_surely_a_policy_is_about_a_code(version: PolicyVersion, code: str, sureness: int) -> None:
    assert speaks_of(version, code, ON) == sureness
