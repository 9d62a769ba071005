"""A criterion left open can be answered with words of the chart: offered, taken over, recorded, refused."""

from agents.casework.panel.case import read_case
from cases.ids import CaseId, UserId
from runtime import case_store
from tests.api.door import Door

LEAF = "northlake_oxygen.rest_room_air"


def waiting(door: Door) -> CaseId:
    with door.box.database.read() as transaction:
        (found,) = [one.id for one in case_store.listing(transaction) if one.state == "waiting_documents"]
    return found


def test_near_words_are_offered_and_taken_over(door: Door) -> None:
    case_id = waiting(door)
    address = f"/panel/cases/{case_id}/evidence/{LEAF}"
    page = door.person("specialist").get(address).text
    assert "Nearest words in the chart, not judged" in page
    assert "Does the chart show it after all" in page
    assert f"{address}?use=0" in page
    taken = door.person("specialist").get(address, params={"use": 0}).text
    assert "saturation was 84% at rest on room air" in taken.partition('name="quote"')[2][:400]
    assert door.person("specialist").get(address, params={"use": 3}).status_code == 404


def test_words_of_a_day_outside_the_window_are_kept_and_settle_nothing(door: Door) -> None:
    case_id = waiting(door)
    address = f"/panel/cases/{case_id}/evidence/{LEAF}"
    client = door.person("specialist")
    key = client.get(address, params={"use": 0}).text.partition(" selected")[0].rpartition('value="')[2].rstrip('"')
    words = "saturation was 84% at rest on room air on 07/21/2026"
    sent = {"answer": "yes", "document": key, "quote": words, "reason": "86 at rest"}
    assert client.post(f"{address}/answer", data={**sent, "quote": "not there"}).status_code == 422
    assert client.post(f"{address}/answer", data=sent).status_code == 303
    with door.box.database.read() as transaction:
        assert case_store.get(transaction, case_id).state == "opened"
    assert LEAF in read_case(door.box, case_id, UserId("specialist")).questions


def test_a_viewer_answers_nothing(door: Door) -> None:
    case_id = waiting(door)
    answered = door.person("viewer").post(f"/panel/cases/{case_id}/evidence/{LEAF}/answer", data={"answer": "yes"})
    assert answered.status_code == 403
