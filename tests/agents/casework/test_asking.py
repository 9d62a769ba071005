"""Questions asked of a real library: quotes word for word with their source, abstentions with a reason."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.casework.asking import PolicyDesk, PolicyQuestion
from agents.casework.policies import import_policies, missing_vectors
from agents.casework.policy_changes import affected, difference
from agents.toolbox import Toolbox, build_toolbox
from cases.errors import NotFound
from cases.ids import PolicyDocId
from knowledge import library
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import path_items
from runtime.policy_store import PolicyVersion
from runtime.settings import Settings

LAMPS = """70.1 - Desk Lamps
(Rev. 1; Effective: {day})

A. General

A desk lamp gives light to a desk.

B. Coverage

A desk lamp is covered when all of these are shown:

1. the room is darker than {lux} lux; and
2. the reader works at night for at least 4 hours.
"""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolbox]:
    home: Path = tmp_path_factory.mktemp("asking")
    box = build_toolbox(Settings(home=home / "home"))
    for day, lux in (("01-01-20", 5), ("01-01-24", 8)):
        path = home / "lamps.txt"
        path.write_text(LAMPS.format(day=day, lux=lux), "utf-8")
        list(import_policies(box, path_items([path], Particulars())))
    chairs = home / "chairs.txt"
    chairs.write_text(
        "70.2 - Chairs\n(Rev. 1; Effective: 01-01-20)\n\nA. General\n\nA chair is covered once.\n", "utf-8"
    )
    list(import_policies(box, path_items([chairs], Particulars())))
    yield box
    box.database.close()


@pytest.fixture(scope="module")
def desk(box: Toolbox) -> PolicyDesk:
    return PolicyDesk(box)


def test_an_answer_quotes_the_stored_version_word_for_word(box: Toolbox, desk: PolicyDesk) -> None:
    found = desk.ask(PolicyQuestion(question="how dark must the room be for a desk lamp", payer="CMS Medicare"))
    assert not found.abstained
    first = found.citations[0]
    assert (first.number, first.version, str(first.effective)) == ("NCD 70.1", 2, "2024-01-01")
    with box.database.read() as transaction:
        for one in found.citations:
            text = library.text_of_version(transaction, one.payer_id, one.doc_id, one.version)
            assert text[one.start : one.end] == one.quote
    assert "8 lux" in " ".join(one.quote for one in found.citations)
    assert "Original Medicare, NCD 70.1" in found.answer


def test_the_day_of_service_decides_the_version(desk: PolicyDesk) -> None:
    asked = PolicyQuestion.model_validate_json(json.dumps({"id": 7, "question": "desk lamp lux", "date": "2021-05-01"}))
    found = desk.ask(asked)
    assert asked.id == "7"
    assert found.citations[0].version == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"payer": "Harbor Bay Mutual"}, "not known"),
        ({"payer": "Northlake Advantage"}, "No policy"),
        ({"question": "zebra quagga okapi"}, "too little"),
    ],
)
def test_what_is_not_held_is_not_answered(desk: PolicyDesk, asked: dict[str, str], said: str) -> None:
    found = desk.ask(PolicyQuestion.model_validate({"question": "desk lamp lux"} | asked))
    assert found.abstained
    assert said in found.reason
    assert found.citations == ()


def test_the_desk_reads_the_library_again_when_it_has_changed(box: Toolbox, desk: PolicyDesk, tmp_path: Path) -> None:
    desk.ask(PolicyQuestion(question="torch"))
    path = tmp_path / "torch.txt"
    path.write_text("70.3 - Torches\n(Rev. 1; Effective: 01-01-20)\n\nA torch is covered in a storm.\n", "utf-8")
    list(import_policies(box, path_items([path], Particulars())))
    assert missing_vectors(box) == 1
    found = desk.ask(PolicyQuestion(question="is a torch covered in a storm"))
    assert found.citations[0].doc_id == "torch"
    assert missing_vectors(box) == 0


def test_two_versions_differ_where_they_differ(box: Toolbox) -> None:
    found = difference(box, PolicyDocId("lamps"), 1, 2)
    words = [(change.kind, change.after.text if change.after else "") for change in found.passages]
    assert ("changed", "1. the room is darker than 8 lux; and") in words
    assert len(words) == 2
    with pytest.raises(NotFound, match="version 9"):
        difference(box, PolicyDocId("lamps"), 1, 9)


def test_a_document_that_no_case_rests_on_touches_none(box: Toolbox) -> None:
    assert affected(box, PolicyDocId("lamps")) == ()
    with pytest.raises(NotFound):
        affected(box, PolicyDocId("nothing"))


class Loading(PolicyDesk):
    """A desk whose library is being loaded for as long as `go_on` is not set."""

    def __init__(self, toolbox: Toolbox) -> None:
        super().__init__(toolbox)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def fill(self) -> Iterator[tuple[PolicyVersion, int]]:
        self.begun.set()
        self.go_on.wait(60)
        return super().fill()


def test_a_page_that_asks_for_warming_does_not_wait_for_it(box: Toolbox) -> None:
    desk = Loading(box)
    loading, page = threading.Thread(target=desk.warm), threading.Thread(target=desk.warm_soon)
    loading.start()
    assert desk.begun.wait(60)
    page.start()
    page.join(10)
    waits = page.is_alive()
    desk.go_on.set()
    loading.join()
    page.join()
    assert not waits
