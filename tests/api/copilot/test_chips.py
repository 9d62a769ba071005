"""Every chip of many answers opens at text equal to its quote; on a store that was tampered with it says so instead."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from agents.casework.asking import PolicyDesk
from agents.casework.panel.worklist import WorklistReader
from agents.copilot.answer import ChartSource, PolicySource, RecordSource, Source
from agents.copilot.question import Asker, Question
from agents.copilot.running import Copilot, RunRequest
from agents.copilot.tools import Shelves
from api.copilot.citations import address_of
from cases.criteria import Criterion
from cases.ids import CaseId, UserId
from knowledge import library
from runtime import case_store, chart_store
from runtime.policy_store import versions
from tests.api.door import Door, close

ME = Asker(user_id=UserId("specialist"), reads_cases=True)
OF_A_CASE = (
    "What is missing?", "Does the chart meet the criteria?", "Summarize this case.", "What should I do next?",
    "Prepare a peer-to-peer brief.", "timeline", "What are the requirements?", "Draft a request to the clinic.",
    "What does the chart say about oxygen?", "Where does it stand?", "Is prior authorization needed?",
    "What saturation at rest is needed?", "When must it be sent?", "Write a message to the patient.",
)  # fmt: skip
_MARKED = re.compile(r"<mark[^>]*>(.*?)</mark>", re.DOTALL)
_MARKDOWN = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]+)", re.MULTILINE)
FEW, MANY = 20, 200


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, furnished_home: Path) -> Iterator[tuple[Door, Copilot]]:
    door = Door.at(Path(shutil.copytree(furnished_home, tmp_path_factory.mktemp("chips") / "home")))
    yield door, Copilot(Shelves(door.box, PolicyDesk(door.box), WorklistReader(door.box)))
    close(door.box)


def leaves_of(door: Door) -> list[tuple[str, Criterion]]:
    """Every point of every policy that ships, with the payer's name: each makes a question of its own."""
    found = []
    with door.box.database.read() as transaction:
        names = library.payer_directory(transaction).entries
        for version in versions(transaction):
            tree = library.criteria_of_document(transaction, version).tree
            found += [(names[version.record.payer_id].name, leaf) for leaf in (tree.root.leaves() if tree else ())]
    return found


def questions(door: Door) -> Iterator[tuple[str, CaseId | None]]:
    """Questions on the sample cases by turns, then what each shipped policy says of each of its points."""
    with door.box.database.read() as transaction:
        cases = [one.id for one in case_store.listing(transaction)]
    for text in OF_A_CASE:
        for case_id in cases:
            yield text, case_id
    for payer, leaf in leaves_of(door):
        yield f"What does {payer} say about {leaf.statement[:1].lower()}{leaf.statement[1:]}?", None
        yield f"How does {payer} word this: {leaf.statement}", None


def opened(client: TestClient, source: Source) -> str:
    """The text marked on the page where the chip leads, as one line."""
    page = client.get(address_of(source).split("#")[0])
    assert page.status_code == 200
    return squeezed("".join(html.unescape(one) for one in _MARKED.findall(page.text)))


def squeezed(text: str) -> str:
    return "".join(_MARKDOWN.sub("", text).split())


def test_every_chip_opens_at_text_equal_to_its_quote(asked: tuple[Door, Copilot], full_counts: bool) -> None:
    door, copilot = asked
    client, wanted = door.person("specialist"), MANY if full_counts else FEW
    answered, kinds = 0, set()
    seen: set[Source] = set()
    for text, case_id in questions(door):
        answer = copilot.ask(ME, RunRequest(question=Question(text=text, case_id=case_id))).answer
        assert answer is not None
        assert answer.dropped == 0, (text, case_id)
        if answer.abstained:
            continue
        for source in set(answer.sources()) - seen:
            assert opened(client, source) == squeezed(source.quote), (text, source)
            kinds.add(source.kind)
            seen.add(source)
        answered += 1
        if answered == wanted:
            break
    assert answered == wanted
    assert kinds == {"policy", "chart", "record", "rule"}


def test_on_a_tampered_store_the_chip_says_so_and_shows_no_quote(home: Path) -> None:
    door = Door.at(home)
    copilot = Copilot(Shelves(door.box, PolicyDesk(door.box), WorklistReader(door.box)))
    case_id, client = door.case("waiting_documents").id, door.person("specialist")
    answer = copilot.ask(ME, RunRequest(question=Question(text="Summarize this case", case_id=case_id))).answer
    assert answer is not None
    chart = next(one for one in answer.sources() if isinstance(one, ChartSource))
    policy = next(one for one in answer.sources() if isinstance(one, PolicySource))
    record = next(one for one in answer.sources() if isinstance(one, RecordSource))
    falsify(door, case_id, chart)
    page = client.get(address_of(chart).split("#")[0]).text
    assert "The quote is not at its place" in page
    assert "<mark" not in page
    for changed, words in (
        (policy.model_copy(update={"quote": f"{policy.quote} and more"}), "The quote is not at its place"),
        (record.model_copy(update={"quote": "Another line."}), "This line says something else now"),
    ):
        page = client.get(address_of(changed).split("#")[0]).text
        assert words in page
        assert "<mark" not in page
    close(door.box)


def falsify(door: Door, case_id: CaseId, source: ChartSource) -> None:
    """Let the store say something else where the quote stood, as whoever holds its key could."""
    with door.box.database.begin() as transaction:
        case = case_store.get(transaction, case_id)
        assert case.chart_digest is not None
        chart = chart_store.get_chart(transaction, case_id, case.chart_digest)
        documents = tuple(
            one.model_copy(update={"text": one.text.replace(source.quote, "x" * len(source.quote))})
            if one.id == source.document_id
            else one
            for one in chart.documents
        )
        digest = chart_store.put_chart(
            transaction, case_id, chart.model_copy(update={"documents": documents}), door.box.clock.now()
        )
        case_store.save(transaction, case.model_copy(update={"chart_digest": digest}), door.box.clock.now())
