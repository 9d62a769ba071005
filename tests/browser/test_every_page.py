"""Every page, narrow and wide, light and dark: no violation of axe, nothing wider than the screen, no error said.

With --full all widths and themes, and a picture of each page in out/screens.
"""

import json
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page

from agents.casework.appeals.opening import open_appeal
from agents.casework.asking import PolicyDesk
from agents.casework.panel.case import read_case
from agents.casework.panel.documents import key_of
from agents.casework.panel.policies import passage_key
from agents.casework.panel.worklist import WorklistReader
from agents.casework.payer_messages import take_message
from agents.casework.working import open_graph, work_case
from agents.copilot.question import Asker, Question
from agents.copilot.running import Copilot, RunRequest
from agents.copilot.tools import Shelves
from cases.ids import CaseId, UserId
from knowledge.authorization_rules import shipped_rules
from runtime import denial_store
from tests.browser.clinic_server import ROOT, ClinicServer
from tests.browser.conftest import Open
from tests.flows.appeal_desk import denied

SCREENS = ROOT / "out" / "screens"
_AXE = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations.map(" \
       "one => [one.id, one.nodes.map(node => node.html.slice(0, 160) + ' ' + node.failureSummary)])))"  # fmt: skip
ALWAYS = [(320, "dark"), (1440, "light")]
REST = [(320, "light"), (768, "light"), (768, "dark"), (1440, "dark")]


def addresses(server: ClinicServer) -> dict[str, str]:
    """Every kind of page by name."""
    ready, waits, done = (server.case(state) for state in ("awaiting_review", "waiting_documents", "not_required"))
    box = server.box()
    result = read_case(box, ready.id, UserId("sol")).result
    persons = {
        case.id: read_case(box, case.id, UserId("sol")).result
        for state in ("needs_person", "awaiting_review", "waiting_documents")
        for case in server.cases(state)
    }
    with box.database.read() as transaction:
        denials = denial_store.listing(transaction)
        names = {one.id: denial_store.source(transaction, one.source_digest)[0] for one in denials}
    box.database.close()
    paged, two, remit = (
        next(one for one in denials if names[one.id].startswith(name)).id for name in ("letter.pdf", "02-", "24-")
    )
    assert result is not None
    leaf = result.root.leaves()[0]
    span, policy = leaf.policy_span, result.policy
    assert span is not None
    person, on_page = next(
        (case_id, one.id)
        for case_id, judged in persons.items()
        for one in (judged.root.leaves() if judged else ())
        if any(item.fact.span.page for item in one.evidence)
    )
    thread, appeal = conversation(server, waits.id), appealed(server)
    text = f"payer={policy.payer_id}&doc={policy.doc_id}&version={policy.version}"
    return {
        "worklist": "", "worklist-empty": "?view=sent", "case-ready": f"/cases/{ready.id}",
        "case-waiting": f"/cases/{waits.id}", "case-person": f"/cases/{person}", "case-done": f"/cases/{done.id}",
        "evidence": f"/cases/{person}/evidence/{on_page}", "packet": f"/cases/{ready.id}/packet",
        "no-packet": f"/cases/{done.id}/packet", "letter": f"/cases/{ready.id}/letter", "appeal": f"/cases/{appeal}",
        "documents": f"/cases/{ready.id}/documents",
        "document": f"/cases/{ready.id}/documents/{key_of(ready.order.document_id)}",
        "case-ask": f"/cases/{ready.id}/ask", "ask": "/ask", "record": f"/cases/{waits.id}/record?line=state",
        "rule": f"/rules?rule={shipped_rules().rules[0].id}", "conversation": f"/cases/{waits.id}/ask?thread={thread}",
        "policies": "/policies",
        "policy": f"/policies/text?{text}&start={span.start}&end={span.end}&sha={passage_key(span.quote)}#hit",
        "policy-changes": "/policies/changes?payer=brightwater-commercial&doc=brightwater-lumbar-mri&before=1&after=2",
        "denials": "/denials", "denials-none": "/denials?view=closed", "denials-due": "/denials/due",
        "denial": f"/denials/{two}", "denial-pages": f"/denials/{paged}", "denial-remit": f"/denials/{remit}",
        "denial-reason": f"/denials/{two}/reasons/2",
        "dead-letters": "/dead-letters", "quality": "/quality", "labels": "/labels", "settings": "/settings",
        "components": "/components",
        "not-found": "/cases/c-0000000000000000",
    }  # fmt: skip


def appealed(server: ClinicServer) -> str:
    """The appeal of a denial of the case that is ready, worked to the gate."""
    box = server.box()
    (denial,) = take_message(box, "denial.txt", denied().encode()).denials
    appeal_id = open_appeal(box, denial.id)
    with open_graph(box) as graph:
        work_case(box, graph, appeal_id)
    box.database.close()
    return appeal_id


def conversation(server: ClinicServer, case_id: CaseId) -> str:
    """A thread of the supervisor's with an answer, a draft and an abstention in it."""
    box = server.box()
    copilot = Copilot(Shelves(box, PolicyDesk(box), WorklistReader(box)))
    asker, thread = Asker(user_id=UserId("sol"), reads_cases=True), f"t-{uuid.uuid4().hex}"
    for text in ("Summarize this case.", "Draft a request to the clinic.", "Approve it"):
        copilot.ask(asker, RunRequest(question=Question(text=text, case_id=case_id), thread_id=thread))
    box.database.close()
    return thread


def faults(page: Page, axe: str) -> list[object]:
    """What axe finds; it runs beside the page, whose content policy would not let it in."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": axe})
    answer = session.send("Runtime.evaluate", {"expression": _AXE, "awaitPromise": True})
    session.detach()
    found: list[object] = json.loads(answer["result"]["value"])
    return found


def look_at_all(server: ClinicServer, signed_in: Open, axe: str, width: int, theme: str, keep: Path | None) -> None:
    page = signed_in(server, "sol", width=width, theme=theme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: dict[str, object] = {}
    for name, address in addresses(server).items():
        said.clear()
        answer = page.goto(f"{server.address}/panel{address}")
        found = faults(page, axe)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        complaints = [] if answer is not None and answer.status == 404 else list(said)
        if found or wider > 0 or complaints:
            wrong[f"{name} at {width}, {theme}"] = (found, wider, complaints)
        if keep is not None:
            page.wait_for_load_state("networkidle")
            page.screenshot(path=keep / f"{name}-{width}-{theme}.png", full_page=True)
    assert wrong == {}


@pytest.mark.parametrize(("width", "theme"), ALWAYS + REST)
def test_no_page_has_a_fault(
    standing: ClinicServer, signed_in: Open, axe: str, width: int, theme: str, full_counts: bool
) -> None:
    if not full_counts and (width, theme) in REST:
        pytest.skip("further widths and themes are looked at with --full")
    if full_counts:
        SCREENS.mkdir(parents=True, exist_ok=True)
    look_at_all(standing, signed_in, axe, width, theme, SCREENS if full_counts else None)


def test_what_opens_over_a_page_has_no_fault(standing: ClinicServer, signed_in: Open, axe: str) -> None:
    page = signed_in(standing, "sol", width=320, theme="dark")
    page.locator(".menu summary").click()
    page.get_by_text("Saved views").click()
    assert faults(page, axe) == []
    page.goto(f"{standing.address}/panel/cases/{standing.case('awaiting_review').id}")
    page.keyboard.press("r")
    assert faults(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert faults(page, axe) == []


def test_the_sign_in_pages_have_no_fault(standing: ClinicServer, axe: str, signed_in: Open) -> None:
    page = signed_in(standing, "ines", width=320)
    page.context.clear_cookies()
    for address in ("/sign-in", "/sign-in/used-already", standing.link("ines").removeprefix(standing.address)):
        page.goto(standing.address + address)
        assert faults(page, axe) == []
