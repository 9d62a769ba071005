"""A conversation as pages without a script: the draft first, chips that lead to their places, feedback that is kept."""

import re

from tests.api.door import Door


def test_a_conversation_is_read_again_with_its_draft_its_chips_and_the_feedback(door: Door) -> None:
    client, case_id = door.person("specialist"), door.case("waiting_documents").id
    address = f"/panel/cases/{case_id}/ask"
    place = client.post(address, data={"suggested": "Draft a request to the clinic."}).headers["location"]
    page = client.get(place).text
    assert page.index("Nothing here sends it") > page.index("Copy the draft")
    assert page.index("Copy the draft") < page.index("It rests on")
    chips = re.findall(r'class="mark-chip" href="([^"]+)"', page)
    assert chips
    for one in chips:
        assert "<mark" in client.get(one.replace("&amp;", "&").split("#")[0]).text
    run = re.search(r'data-run="([^"]+)"', page)
    assert run is not None
    told = client.post(f"/panel/copilot/runs/{run[1]}/feedback", data={"verdict": "down", "comment": "too long"})
    assert told.headers["location"].startswith(f"{address}?thread=")
    again = client.get(told.headers["location"]).text
    assert "it did not help" in again
    assert "too long" in again
    assert place.split("thread=")[1].split("#")[0] in client.get(address).text
    assert "Draft a request" not in door.person("reviewer").get(address).text.split('class="chat"')[0]
    assert door.person("reviewer").get(place).status_code == 404
