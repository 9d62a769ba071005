"""Clients of others on our doors: the openai package, AG-UI's own types over SSE, and an MCP client."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from ag_ui.core import Event, RunAgentInput, UserMessage
from anyio import run as run_async
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from pydantic import TypeAdapter

from agents.copilot.running import Run
from agents.copilot.tool_inputs import INPUTS
from api.scopes import Scope
from cases.ids import CaseId
from runtime import copilot_store
from runtime.copilot_store import RunStatus
from tests.api.copilot.conftest import Served

READ = (Scope.COPILOT_ASK, Scope.CASES_READ)
EVENT: TypeAdapter[Any] = TypeAdapter(Event)
MODEL = "countersign-copilot"


def waiting(served: Served) -> CaseId:
    return served.door.case("waiting_documents").id


def other(served: Served) -> CaseId:
    return served.door.case("awaiting_review").id


def chat(served: Served, *scopes: Scope, cases: list[CaseId] | None = None) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{served.address}/v1", api_key=served.key(*scopes, cases=cases), max_retries=0)


def asked(text: str, case_id: CaseId | None = None) -> dict[str, Any]:
    about: dict[str, Any] = {"metadata": {"case_id": case_id}} if case_id else {}
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **about}


def test_an_openai_client_lists_completes_and_streams_the_same_words(served: Served) -> None:
    with chat(served, *READ) as client:
        assert [model.id for model in client.models.list()] == [MODEL]
        whole = client.chat.completions.create(**asked("What is missing?", waiting(served)))
        streamed = client.chat.completions.create(**asked("What is missing?", waiting(served)), stream=True)
        chunks = list(streamed)
    content = whole.choices[0].message.content
    assert content
    assert "[1]" in content
    assert content == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    annotations = whole.choices[0].message.annotations or []
    assert annotations
    for one in annotations:
        place = one.url_citation
        assert content[place.start_index : place.end_index].startswith("[")
        assert place.url.startswith(f"{served.address}/panel/")


def test_an_openai_client_is_told_what_it_may_not(served: Served) -> None:
    with chat(served, Scope.METRICS_READ) as client, pytest.raises(openai.PermissionDeniedError):
        client.chat.completions.create(**asked("What is missing?", waiting(served)))
    with chat(served, *READ) as client, pytest.raises(openai.NotFoundError):
        client.chat.completions.create(**{**asked("x"), "model": "another"})


class Slow:
    """A copilot whose every answer waits until it is let go, so that a client can leave before."""

    def __init__(self, served: Served) -> None:
        self.live = served.door.app.state.copilot.live
        self.plain, self.gate, self.begun = self.live.copilot, threading.Event(), threading.Event()

    def __enter__(self) -> "Slow":
        self.live.copilot = self
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self.live.copilot = self.plain

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def work(self, asker: Any, run: Run, told: Any, stopped: Any) -> Run:
        self.begun.set()
        self.gate.wait(10)
        return self.plain.work(asker, run, told, stopped)  # type: ignore[no-any-return]


def newest(served: Served, key: str) -> RunStatus:
    """How the newest run of this key's stands."""
    with served.door.box.database.read() as transaction:
        (thread, *_) = copilot_store.threads(transaction, f"key:{key.split('_')[1]}", None)  # type: ignore[arg-type]
        return copilot_store.runs(transaction, thread.id)[-1].status


@pytest.mark.parametrize("stream", [True, False])
def test_an_openai_client_that_leaves_cancels_its_run(served: Served, stream: bool) -> None:
    key = served.key(*READ)
    headers = {"Authorization": f"Bearer {key}"}
    httpx.get(f"{served.address}/copilot/threads", headers=headers)
    with Slow(served) as slow:
        body = {**asked("What is missing?", waiting(served)), "stream": stream}
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{served.address}/v1/chat/completions", json=body, headers=headers, timeout=0.6)
        assert slow.begun.is_set()
        deadline = time.monotonic() + 10
        while newest(served, key) is RunStatus.RUNNING and time.monotonic() < deadline:
            time.sleep(0.05)
        assert newest(served, key) is RunStatus.STOPPED


def agui(case_id: CaseId | None, run: str, text: str = "What is missing?", thread: str = "t") -> dict[str, Any]:
    given = RunAgentInput(
        thread_id=f"{thread}-{run}", run_id=run, messages=[UserMessage(id="m1", content=text)], tools=[], context=[],
        state={}, forwarded_props={"caseId": case_id} if case_id else {},
    )  # fmt: skip
    return given.model_dump(mode="json", by_alias=True)


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Each event with its id, read by AG-UI's own types."""
    event_id = ""
    for line in answer.iter_lines():
        if line.startswith("id:"):
            event_id = line[3:].strip()
        if line.startswith("data:"):
            yield event_id, EVENT.validate_json(line[5:].strip())


def follow(served: Served, key: str, run: str, last: str = "", body: dict[str, Any] | None = None) -> list[Any]:
    headers = {"Authorization": f"Bearer {key}", **({"Last-Event-ID": last} if last else {})}
    method, path = ("POST", "/copilot/agui") if body else ("GET", f"/copilot/runs/{run}/events")
    with (
        httpx.Client(timeout=30) as client,
        client.stream(method, f"{served.address}{path}", json=body, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        return list(events(answer))


def test_an_agui_client_completes_a_run_and_takes_it_up_at_any_event(served: Served) -> None:
    key = served.key(*READ)
    whole = follow(served, key, "run-1", body=agui(waiting(served), "run-1"))
    kinds = [event.type.value for _, event in whole]
    assert kinds[0] == "RUN_STARTED"
    assert kinds[-1] == "RUN_FINISHED"
    assert {"TOOL_CALL_START", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "CUSTOM"} <= set(kinds)
    assert [event_id for event_id, _ in whole] == [f"run-1:{n}" for n in range(1, len(whole) + 1)]
    for at in (1, 5, len(whole) - 1):
        assert follow(served, key, "run-1", last=f"run-1:{at}") == whole[at:]
    assert follow(served, key, "run-1", last="run-1:3", body=agui(waiting(served), "run-1")) == whole[3:]
    refused = httpx.get(
        f"{served.address}/copilot/runs/run-1/events",
        headers={"Authorization": f"Bearer {key}", "Last-Event-ID": "run-2:1"},
    )
    assert refused.status_code == 422


def test_an_agui_client_stops_a_run_that_goes(served: Served) -> None:
    key = served.key(*READ)
    headers = {"Authorization": f"Bearer {key}"}
    httpx.get(f"{served.address}/copilot/threads", headers=headers)
    with Slow(served) as slow:
        got: list[Any] = []
        reader = threading.Thread(
            target=lambda: got.extend(follow(served, key, "run-2", body=agui(waiting(served), "run-2")))
        )
        reader.start()
        assert slow.begun.wait(10)
        stopped = httpx.post(f"{served.address}/copilot/runs/run-2/stop", headers=headers)
        reader.join(10)
    assert stopped.json()["status"] == "stopped"
    assert got[-1][1].outcome.type == "cancelled"
    assert not any(event.type.value.startswith("TEXT") for _, event in got)
    assert follow(served, key, "run-2") == got


def test_feedback_is_kept_with_the_run_and_once_for_its_key(served: Served) -> None:
    key = served.key(*READ)
    follow(served, key, "run-3", body=agui(waiting(served), "run-3"))
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "f1"}
    address = f"{served.address}/copilot/runs/run-3/feedback"
    given = {"verdict": "down", "comment": "old", "correction": "version 2"}
    first, again = (httpx.post(address, json=given, headers=headers) for _ in range(2))
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    with served.door.box.database.read() as transaction:
        (kept,) = copilot_store.feedback_on(transaction, ["run-3"])
    assert (kept.verdict, kept.comment, kept.correction) == ("down", "old", "version 2")
    thread = httpx.get(f"{served.address}/copilot/threads/t-run-3", headers=headers)
    assert [run["question"] for run in thread.json()["runs"]] == ["What is missing?"]
    assert thread.headers["ETag"]


async def _mcp(address: str, key: str, calls: list[tuple[str, dict[str, Any]]]) -> tuple[list[str], list[Any]]:
    async with (
        create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
    ):
        listed = await client.list_tools()
        return [tool.name for tool in listed.tools], [await client.call_tool(*call) for call in calls]


def mcp(served: Served, key: str, *calls: tuple[str, dict[str, Any]]) -> tuple[list[str], list[Any]]:
    return run_async(_mcp, served.address, key, list(calls))


def test_an_mcp_client_lists_and_calls_the_read_only_tools(served: Served) -> None:
    case_id = waiting(served)
    names, results = mcp(
        served, served.key(*READ),
        ("ask", {"question": "What is missing?", "case_id": case_id}),
        ("case_record", {"case_id": case_id, "about": "gaps"}),
        ("chart_search", {"case_id": case_id, "question": "oxygen saturation"}),
        ("policy_criteria", {"code": "E1390", "payer": "Northlake Advantage"}),
        ("worklist_lines", {}),
        ("payer_submit", {}),
        ("chart_search", {"question": 3}),
    )  # fmt: skip
    assert set(names) == {"ask", *INPUTS}
    asked_, record, passages, criteria, lines, unknown, wrong = results
    assert asked_.structured_content["citations"]
    assert set(record.structured_content["lines"]) == {"gap.1", "gap.2", "gap.3"}
    assert passages.structured_content["passages"][0]["quote"]
    assert criteria.structured_content["tree"]["root"]["children"]
    assert lines.structured_content["found"] == 2
    assert unknown.is_error
    assert wrong.is_error


def test_without_a_key_mcp_says_where_to_learn_how_to_knock(served: Served) -> None:
    refused = httpx.post(f"{served.address}/mcp", json={})
    assert refused.status_code == 401
    assert "resource_metadata=" in refused.headers["WWW-Authenticate"]
    told = httpx.get(refused.headers["WWW-Authenticate"].split('resource_metadata="')[1].rstrip('"'))
    assert told.json()["resource"] == f"{served.address}/mcp"


def test_a_token_of_one_case_sees_no_other_through_any_door(served: Served) -> None:
    mine, hidden = waiting(served), other(served)
    family = served.door.case("awaiting_review").patient.family
    key = served.key(*READ, cases=[mine])
    headers = {"Authorization": f"Bearer {key}"}

    def get(path: str) -> httpx.Response:
        return httpx.get(f"{served.address}{path}", headers=headers)

    assert get(f"/cases/{mine}/summary").status_code == 200
    assert get(f"/cases/{mine}").status_code == 200
    seen = [get(f"/cases/{hidden}{path}") for path in ("", "/summary", "/criteria", "/gaps", "/gate", "/artefacts")]
    assert {one.status_code for one in seen} == {404}
    lists = [get(path) for path in ("/cases", "/worklist", "/worklist/counts")]
    assert {one.status_code for one in lists} == {403}
    with chat(served, *READ, cases=[mine]) as client:
        assert client.chat.completions.create(**asked("What is missing?", mine)).choices[0].message.content
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(**asked("What is missing?", hidden))
        told = [
            client.chat.completions.create(**asked(text)).choices[0].message.content or ""
            for text in (f"Summarize {hidden}", "Which cases are open?", "similar decisions for E1390")
        ]
    body = agui(hidden, "run-9")
    streamed = httpx.post(f"{served.address}/copilot/agui", json=body, headers=headers)
    assert streamed.status_code == 404
    _, results = mcp(
        served, key, ("case_record", {"case_id": hidden}), ("ask", {"question": "Summarize", "case_id": hidden}),
        ("worklist_lines", {}),
    )  # fmt: skip
    assert [one.is_error for one in results[:2]] == [True, True]
    assert [one["case_id"] for one in results[2].structured_content["cases"]] == [mine]
    everything = " ".join([*told, *(one.text for one in (*seen, *lists, streamed)), json.dumps(str(results))])
    assert family not in everything


def test_an_open_stream_holds_no_words_in_the_log(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    family = served.door.case("waiting_documents").patient.family
    follow(served, served.key(*READ), "run-10", body=agui(waiting(served), "run-10", "Summarize this case"))
    written = "".join(capfd.readouterr())
    assert family not in written
    assert "Summarize" not in written


def test_a_request_makes_no_run_for_who_may_not_ask(served: Served) -> None:
    refused = httpx.post(
        f"{served.address}/copilot/agui", json=agui(None, "run-11"),
        headers={"Authorization": f"Bearer {served.key(Scope.CASES_READ)}"},
    )  # fmt: skip
    assert refused.status_code == 403
    with served.door.box.database.read() as transaction:
        assert not copilot_store.is_taken(transaction, "run-11")
