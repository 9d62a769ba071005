"""The E labels are sound as data: dates add up, every code is there, quotes are in the letters, amounts reconcile."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.labels.e import make_remits

Row = dict[str, Any]

FOLDER = Path(__file__).resolve().parent / "e"
LINES = {
    *("medicare_ffs", "medicare_advantage", "part_d", "medicaid_ffs", "medicaid_mco", "commercial_insured"),
    *("erisa_self_funded", "marketplace"),
}
PATHWAYS = {
    *("none_paid", "code", "clinical", "authorization", "documents", "corrected_claim", "administrative", "benefit"),
    *("no_appeal", "person", "take_back", "wait", "underpayment"),
}
CARCS = (
    "1 2 3 45 23 24 44 59 94 131 144 237 253 4 5 6 7 8 9 10 16 146 181 182 199 50 55 56 150 151 152 153 154 58 40 61 "
    "78 186 216 272 273 249 167 11 188 114 B8 39 197 198 210 284 296 302 243 242 279 288 287 95 136 252 250 251 163 "
    "164 226 227 148 B12 173 174 175 176 107 B15 108 96 204 49 119 35 149 222 256 170 171 172 185 B7 97 234 236 231 "
    "18 22 109 26 27 200 31 177 29 193 285 286 133 A1 15 38 138 165 141"
)
RARCS = (
    "N706 N705 N708 N707 N710 N709 N714 N713 N716 N715 N718 N717 N791 N737 N736 N749 N29 M127 N26 N729 N730 N661 "
    "N758 N54 M62 N175 N188 N180 N115 N386 N124 N125 N130 N170 N640 N435 N362 N674 N623 N569 N385 N591 N109 N129 "
    "N721 N163 N686 N752 N753 MA01 N1 N187 MA130 N704 N142 N185 N111 N690 N691 N688 N702"
)
CLOSED = (
    "2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 "
    "2026-12-25 2027-01-01 2027-01-18 2027-02-15 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-10-11 2027-11-11 "
    "2027-11-25 2027-12-24 2027-12-31 2028-01-17 2028-02-21"
)
HOLIDAYS = {date.fromisoformat(day) for day in CLOSED.split()}
PHONE = re.compile(r"\b\d{3}-\d{4}\b")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


DEADLINES = rows("deadlines.jsonl")
PATHWAY_ROWS = rows("pathways.jsonl")
LETTERS = rows("letters.jsonl")
REMITS = rows("remits.jsonl")
CLAIMS = [(remit, claim) for remit in REMITS for claim in remit["claims"]]
WHOLE = [(remit, claim) for remit, claim in CLAIMS if remit["reconciles"]]


def by_id(row: Row) -> str:
    return str(row["id"])


def words(text: str) -> str:
    return " ".join(text.split())


def moment(value: str) -> date:
    if "T" not in value:
        return date.fromisoformat(value)
    parsed = datetime.fromisoformat(value)
    assert parsed.tzinfo is not None, value
    return parsed


def is_business(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    try:
        moved = date(day.year + years, month + 1, day.day)
    except ValueError:
        moved = date(day.year + years, month + 2, 1)
    while not is_business(moved):
        moved += timedelta(days=1)
    return moved


def add_business(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_business(day)
    return day


def add_days(start: date, count: int, zone: str | None) -> date:
    if not isinstance(start, datetime):
        return start + timedelta(days=count)
    assert zone is not None
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=count)
    return local.replace(tzinfo=ZoneInfo(zone))


def added(start: str, plus: str, zone: str | None) -> date:
    reached = moment(start)
    for count, unit in re.findall(r"(-?\d+)(bd|mo|d|h)", plus):
        if unit == "mo":
            reached = add_months(reached, int(count))
        elif unit == "bd":
            reached = add_business(reached, int(count))
        elif unit == "d":
            reached = add_days(reached, int(count), zone)
        else:
            assert isinstance(reached, datetime)
            reached = reached.astimezone(UTC) + timedelta(hours=int(count))
    return reached


def explained(part: Row, adjustments: list[Row]) -> Decimal:
    left = Decimal(str(part["charge"])) - Decimal(str(part["paid"]))
    return left - sum((Decimal(str(one["amount"])) for one in adjustments), Decimal(0))


@pytest.mark.parametrize(
    ("held", "least"),
    [(DEADLINES, 140), (PATHWAY_ROWS, 120), (LETTERS, 40), (REMITS, 34)],
    ids=["deadlines", "pathways", "letters", "remits"],
)
def test_there_are_enough_and_ids_are_unique(held: list[Row], least: int) -> None:
    assert len(held) >= least
    assert [name for name, count in Counter(map(by_id, held)).items() if count > 1] == []
    assert all(row["why"].strip() for row in held)


@pytest.mark.parametrize("row", DEADLINES, ids=by_id)
def test_a_deadline_is_well_formed(row: Row) -> None:
    assert row["line_of_business"] in LINES
    assert row["denial_kind"] in {"pre", "concurrent", "post", "payment"}
    assert row["urgency"] in {"standard", "expedited"}
    assert row["level"] in range(6)
    assert row["mark"] in {"V", "K"}
    assert row["citation"].strip()
    expected = row["expected"]
    assert (expected["deadline"] is None) == ("why_null" in expected)
    assert all(moment(value) for key, value in row["events"].items() if key != "observation_hours")
    if expected["deadline"] is None:
        assert "arithmetic" not in row
    elif "arithmetic" in row:
        how = row["arithmetic"]
        assert moment(expected["deadline"]) == added(how["start"], how["plus"], row.get("zone"))
    else:
        assert row["procedure"].startswith("qio_")


@pytest.mark.parametrize("row", [one for one in DEADLINES if "zone" in one], ids=by_id)
def test_an_offset_fits_its_zone(row: Row) -> None:
    deadline = row["expected"]["deadline"]
    if deadline and "T" in deadline:
        reached = datetime.fromisoformat(deadline)
        assert reached.utcoffset() == reached.astimezone(ZoneInfo(row["zone"])).utcoffset()


def test_work_to_is_the_earlier_date() -> None:
    printed = [row for row in DEADLINES if "printed_deadline" in row["events"]]
    assert len(printed) >= 3
    for row in printed:
        both = [row["expected"]["deadline"], row["events"]["printed_deadline"]]
        assert row["expected"]["work_to"] == min(both)
        assert row["expected"]["printed_differs"] == ("shorter" if both[1] < both[0] else "longer")


def test_deadlines_cover_lines_levels_and_nulls() -> None:
    assert {row["line_of_business"] for row in DEADLINES} == LINES
    assert {row["level"] for row in DEADLINES} == set(range(6))
    assert {row["denial_kind"] for row in DEADLINES} == {"pre", "concurrent", "post", "payment"}
    assert sum(row["expected"]["deadline"] is None for row in DEADLINES) >= 30
    assert sum("ambiguous" in row for row in DEADLINES) <= 8
    ends = [str(row["expected"]["deadline"]) for row in DEADLINES]
    assert sum(end.startswith("2028-02-29") for end in ends) >= 5


@pytest.mark.parametrize("row", PATHWAY_ROWS, ids=by_id)
def test_a_pathway_is_well_formed(row: Row) -> None:
    expected = row["expected"]
    assert {expected["pathway"], *expected.get("accept", [])} <= PATHWAYS
    assert expected["pathway"] not in expected.get("accept", [])
    assert expected["appealable"] in {"yes", "no", "person"}
    assert set(expected.get("soft", [])) <= {"appealable"}
    assert expected["pathway"] != "no_appeal" or expected["appealable"] == "no"
    assert (row["clp_status"] == 22) == (expected["pathway"] == "take_back")


def test_every_code_of_the_table_is_asked() -> None:
    assert set(CARCS.split()) - {row["carc"] for row in PATHWAY_ROWS} == set()
    assert set(RARCS.split()) - {code for row in PATHWAY_ROWS for code in row["rarcs"]} == set()
    assert {row["expected"]["pathway"] for row in PATHWAY_ROWS} == PATHWAYS


def test_no_pathway_is_asked_twice() -> None:
    asked = [json.dumps({key: row[key] for key in row if key not in {"id", "why", "expected"}}) for row in PATHWAY_ROWS]
    assert [question for question, count in Counter(asked).items() if count > 1] == []


@pytest.mark.parametrize("row", LETTERS, ids=by_id)
def test_a_letter_holds_what_its_label_says(row: Row) -> None:
    text = (FOLDER / row["file"]).read_text(encoding="utf-8")
    flat = words(text)
    assert "synthetic" in text.lower()
    assert all(phone.startswith("555-01") for phone in PHONE.findall(text))
    for reason in row["reasons"]:
        assert reason["category"] in PATHWAYS
        assert reason["quote"] in flat
        assert reason.get("policy_cited", "") in flat
    named = ["member_id", "authorization_number", "claim_number", "appeal_number", "appeal_fax", "printed_words"]
    assert [key for key in named if row.get(key) and row[key] not in flat] == []
    assert all(code in flat for code in row["service_codes"])
    assert all(word.lower() in flat.lower() for word in row["patient"].split())
    address = (row["appeal_address"] or "").replace(",", "")
    assert address in flat.replace(",", "").replace("|", "")


@pytest.mark.parametrize("row", LETTERS, ids=by_id)
def test_a_letter_label_agrees_with_itself(row: Row) -> None:
    printed, computed = row["printed_deadline"], row["computed_deadline"]
    dates = [value for value in (printed, computed) if value]
    assert all(moment(value) for value in [*dates, row["notice_date"]])
    assert row["work_to"] == (min(dates) if dates else None)
    if len(dates) == 2:
        order = "none" if printed == computed else "shorter" if printed < computed else "longer"
        assert row["printed_differs"] == order
    assert row["line_of_business"] in LINES
    assert row["is_denial"] == bool(row["reasons"]) == bool(row["pathway"]) == (row["letter_kind"] == "denial")
    assert {row["pathway"], *row.get("pathway_accept", [])} <= PATHWAYS | {None}
    assert row["appealable"] == "yes" or row["computed_deadline"] is None


def test_letters_have_the_kinds_that_were_asked_for() -> None:
    assert len(LETTERS) == len(list((FOLDER / "letters").iterdir())) == 40
    assert sum(row["scanned"] for row in LETTERS) == 5
    assert Counter(row["printed_differs"] for row in LETTERS) == {"none": 36, "shorter": 2, "longer": 2}
    assert sum(not row["is_denial"] for row in LETTERS) == 3
    assert sum(row["is_denial"] and row["appealable"] == "no" for row in LETTERS) == 4
    assert sum(len(row["reasons"]) == 2 for row in LETTERS) == 4
    assert len({row["layout"] for row in LETTERS}) >= 5


@pytest.mark.parametrize("row", REMITS, ids=by_id)
def test_a_remittance_is_what_its_label_writes(row: Row) -> None:
    assert (FOLDER / row["file"]).read_bytes() == make_remits.text_of(row).encode("utf-8")
    assert ("broken" in row) == ("handling" in row)
    paid = sum((Decimal(str(claim["paid"])) for claim in row["claims"]), Decimal(0))
    held_back = sum((Decimal(str(one["amount"])) for one in row["provider_adjustments"]), Decimal(0))
    assert (paid - held_back == Decimal(str(row["payment"]))) or not row["reconciles"]


@pytest.mark.parametrize(("remit", "claim"), WHOLE, ids=[f"{one['id']}-{two['claim_id']}" for one, two in WHOLE])
def test_a_claim_reconciles(remit: Row, claim: Row) -> None:
    assert remit["reconciles"]
    assert explained(claim, claim["adjustments"]) == 0
    for line in claim["lines"]:
        assert explained(line, [one for one in claim["adjustments"] if one.get("line") == line["line"]]) == 0
    for key in ("charge", "paid"):
        lines = sum((Decimal(str(line[key])) for line in claim["lines"]), Decimal(0))
        assert not claim["lines"] or lines == Decimal(str(claim[key]))
    owed = sum((Decimal(str(one["amount"])) for one in claim["adjustments"] if one["group"] == "PR"), Decimal(0))
    assert owed == Decimal(str(claim["patient_responsibility"]))


def test_remittances_that_do_not_balance_do_not() -> None:
    broken = [row for row in REMITS if not row["reconciles"]]
    assert len(broken) == 3
    for row in broken:
        parts = [claim for claim in row["claims"] if explained(claim, claim["adjustments"]) != 0]
        paid = sum((Decimal(str(claim["paid"])) for claim in row["claims"]), Decimal(0))
        assert parts or paid != Decimal(str(row["payment"]))


def test_remittances_have_the_kinds_that_were_asked_for() -> None:
    assert len(REMITS) == len(list((FOLDER / "remits").iterdir())) == 34
    assert sum("broken" in row for row in REMITS) >= 6
    for remit, claim in CLAIMS:
        assert {*claim["expected_pathways"], *claim.get("accept", [])} <= PATHWAYS, remit["id"]
        assert claim["denial"] != bool({"none_paid", "take_back", "wait"} & set(claim["expected_pathways"]))
    assert any(claim["status"] == 22 for _, claim in CLAIMS)
    assert any(len(claim["adjustments"]) > make_remits.TRIPLETS for _, claim in CLAIMS)
