"""Denials in the panel: what is due first, the payer's words at their place, both dates, and who may close one."""

import re
from datetime import timedelta

import pytest

from agents.casework.denials.views import due_by_day
from cases.denial import Denial
from tests.api.denials_at import hand_in
from tests.api.door import Door


@pytest.fixture
def opened(door: Door) -> dict[str, Denial]:
    return hand_in(door.box)


def test_the_list_shows_reason_pathway_clocks_amount_and_who_may_file(door: Door, opened: dict[str, Denial]) -> None:
    page = door.person("specialist").get("/panel/denials").text
    assert page.count("data-row") == len(opened)
    assert "the oxygen value your doctor sent was not taken in the 30 days" in page
    for words in ("Clinical appeal", "Send documents", "Show authorization", "Corrected claim"):
        assert words in page
    assert "File by" in page
    assert "Reopening by" in page
    assert "Files: the member, a representative or the treating physician" in re.sub(r"\s+", " ", page)
    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)"', page)
    assert days == sorted(days)


def test_the_list_is_narrowed_by_what_to_do_payer_and_day(door: Door, opened: dict[str, Denial]) -> None:
    client = door.person("specialist")
    assert client.get("/panel/denials?pathway=authorization").text.count("data-row") == 2
    assert client.get("/panel/denials?payer=northlake-advantage").text.count("data-row") == 5
    assert client.get("/panel/denials?day=2027-01-23").text.count("data-row") == 1
    assert "Nothing here" in client.get("/panel/denials?payer=nobody").text


def test_a_denial_shows_the_words_in_the_letter_and_both_dates(door: Door, opened: dict[str, Denial]) -> None:
    client = door.person("specialist")
    page = client.get(f"/panel/denials/{opened['01-northlake-oxygen'].id}").text
    assert '<mark id="hit">the oxygen value your doctor sent' in page
    assert "Printed on the notice" in page
    assert "within 65 calendar days" in page
    assert "42 CFR 422.582" in page
    longer = client.get(f"/panel/denials/{opened['38-northlake-days-denied'].id}").text
    assert "The notice prints a later date" in longer


def test_a_second_reason_is_opened_where_it_stands(door: Door, opened: dict[str, Denial]) -> None:
    client, address = door.person("specialist"), f"/panel/denials/{opened['02-keel-pet-ct'].id}"
    assert "Reason 2 of 2" in client.get(f"{address}?criterion=2").text
    second = client.get(f"{address}/reasons/2").text
    assert re.search(r'<mark id="hit">The report of the chest CT', second)
    assert client.get(f"{address}/reasons/3").status_code == 404


def test_a_letter_with_pages_is_shown_as_pages_with_the_words_boxed(door: Door, opened: dict[str, Denial]) -> None:
    client, address = door.person("specialist"), f"/panel/denials/{opened['pdf'].id}"
    page = client.get(address).text
    assert f"{address}/letter/1.webp" in page
    assert '<svg class="boxes"' in page
    picture = client.get(f"{address}/letter/1.webp")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    assert client.get(f"{address}/letter/2.webp").status_code == 404


def test_a_remittance_shows_codes_and_amounts(door: Door, opened: dict[str, Denial]) -> None:
    denial = opened["remit"]
    page = door.person("specialist").get(f"/panel/denials/{denial.id}").text
    assert denial.facts.reasons[0].carc in page
    assert "by a remittance (X12 835)" in page
    assert "left unpaid" in page


def test_what_is_due_by_day_and_payer(door: Door, opened: dict[str, Denial]) -> None:
    client = door.person("supervisor")
    page = client.get("/panel/denials/due").text
    rows = due_by_day(door.box)
    assert page.count('<th scope="row">') == len(rows)
    for address in re.findall(r'href="(/panel/denials\?payer=[^"]+)"', page):
        assert "data-row" in client.get(address.replace("&amp;", "&")).text


def test_only_who_decides_may_close_and_must_say_why(door: Door, opened: dict[str, Denial]) -> None:
    address = f"/panel/denials/{opened['15-brightwater-mri-expedited'].id}"
    assert "Close this denial" not in door.person("specialist").get(address).text
    assert door.person("specialist").post(f"{address}/close", data={"reason": "done"}).status_code == 403
    reviewer = door.person("reviewer")
    refused = reviewer.post(f"{address}/close", data={"reason": "  "})
    assert (refused.status_code, "say why the denial is closed" in refused.text) == (422, True)
    assert reviewer.post(f"{address}/close", data={"reason": "Paid on appeal"}).status_code == 303
    assert "Paid on appeal" in reviewer.get(address).text
    assert reviewer.get("/panel/denials?view=closed").text.count("data-row") == 1


def test_the_case_names_its_denial_and_an_overdue_one_is_told(door: Door, opened: dict[str, Denial]) -> None:
    denial = opened["01-northlake-oxygen"]
    assert denial.case_id is not None
    client = door.person("specialist")
    assert f"/panel/denials/{denial.id}" in client.get(f"/panel/cases/{denial.case_id}").text
    door.later(timedelta(days=100))
    assert "Was due" in door.person("specialist").get("/panel/denials").text


def test_a_viewer_reads_no_denial(door: Door, opened: dict[str, Denial]) -> None:
    client = door.person("viewer")
    for address in ("", "/due", f"/{opened['pdf'].id}"):
        assert client.get(f"/panel/denials{address}").status_code == 403
