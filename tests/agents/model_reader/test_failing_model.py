"""A model that refuses, is late, breaks off or speaks no JSON: the rules reader goes on alone, and it is said where."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from cases.lifecycle import CaseState
from tests.agents.model_reader.model_clinic import ModelClinic, Outcome
from tests.llm.model_server import Asked, ModelServer, Reply, Script, abstention, completion, failure
from tests.llm.scripted_answers import honest_paragraph

Make = Callable[..., ModelClinic]

_GOOD = completion(json.dumps(abstention("extract_facts")))


def tool_call() -> Reply:
    """An answer that calls a tool which was never offered."""
    call = {"id": "1", "type": "function", "function": {"name": "payer_submit", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}], "model": "stub-model-1"}
    return Reply(body=json.dumps(body).encode())


BAD: dict[str, tuple[Reply, str, str]] = {
    "refuses": (completion(None, refusal="I will not, Marguerite."), "model_refused", "declined"),
    "is filtered": (completion("", finish="content_filter"), "model_refused", "declined"),
    "speaks no JSON": (completion("Marguerite is fine"), "model_answer_invalid", "not the shape"),
    "breaks its JSON": (completion('{"facts": [{"concept": "spo2"'), "model_answer_invalid", "not the shape"),
    "gives another shape": (completion('{"verdict": "MET"}'), "model_answer_invalid", "not the shape"),
    "gives HTML": (Reply(200, b"<html><b>Marguerite</b></html>"), "model_answer_invalid", "not a chat completion"),
    "is cut at its length": (completion('{"facts": []', finish="length"), "model_answer_invalid", "cut off"),
    "calls a tool": (tool_call(), "model_answer_invalid", "called a tool"),
    "streams unasked": (
        Reply(200, b'data: {"choices": [{"delta": {"content": "{"}}]}\n\n', media="text/event-stream"),
        "model_answer_invalid",
        "not a chat completion",
    ),
    "is broken": (failure(500), "model_unavailable", "status 500"),
    "is too busy": (failure(429), "model_unavailable", "status 429"),
    "knows no such model": (failure(404), "model_unavailable", "status 404"),
    "finds it too long": (failure(400), "model_unavailable", "status 400"),
    "breaks off": (replace(_GOOD, body=_GOOD.body[:40], promised=len(_GOOD.body)), "model_unavailable", "broke off"),
    "is late": (replace(_GOOD, delay=0.5), "model_unavailable", "in time"),
    "drips": (replace(_GOOD, pieces=0.02), "model_unavailable", "in time"),
}


@pytest.mark.parametrize("fault", BAD)
def test_the_case_goes_on_by_the_rules_and_says_why(
    fault: str, server: ModelServer, with_model: Make, plain: Outcome
) -> None:
    reply, code, words = BAD[fault]
    server.replies = [reply]
    started = time.monotonic()
    outcome = with_model(timeout=0.2).work()
    assert time.monotonic() - started < 30
    assert outcome.case.state is CaseState.AWAITING_REVIEW
    assert outcome.letter == plain.letter
    assert outcome.packet == plain.packet
    for name in ("gaps.json",):
        assert outcome.files[name] == plain.files[name]
    assert {key: leaf["state"] for key, leaf in outcome.leaves.items()} == {
        key: leaf["state"] for key, leaf in plain.leaves.items()
    }
    stopped = "model_unavailable" if code == "model_unavailable" else "model_answers_invalid"
    assert stopped in outcome.told["reasons"]
    assert any(words in detail for detail in outcome.told["details"])
    assert not outcome.model["used"]
    assert outcome.model["not_used_because"][0]["reason"] == stopped
    assert set(outcome.model["outcomes"]) == {code}
    assert {entry["outcome"] for entry in outcome.audited("model.asked")} == {code}
    (flag,) = (flag for flag in outcome.case.flags if flag.code == "model_not_used")
    assert words in flag.message
    assert "The rules reader alone read this chart" in flag.message


@pytest.mark.parametrize(("fault", "most"), [("is broken", 4), ("is late", 4), ("refuses", 6), ("gives HTML", 12)])
def test_a_model_that_fails_is_given_up_soon(fault: str, most: int, server: ModelServer, with_model: Make) -> None:
    server.replies = [BAD[fault][0]]
    with_model(timeout=0.2).work()
    assert len(server.asked) <= most


def test_a_bad_answer_is_asked_for_once_more_with_what_was_wrong(server: ModelServer, with_model: Make) -> None:
    def first_in_words(asked: Asked) -> Reply:
        if len(asked.body["messages"]) == 2:
            return completion('{"abstain": null, "sentences": "Marguerite"}')
        return completion(json.dumps(honest_paragraph(asked)))

    server.answer = Script({"phrase_paragraph": first_in_words})
    outcome = with_model().work()
    assert outcome.model["letter_points_in_its_words"] == 4
    repaired = [entry for entry in outcome.audited("model.asked") if entry["repaired"]]
    assert [entry["task"] for entry in repaired] == ["phrase_paragraph"] * 4
    assert {entry["attempts"] for entry in repaired} == {2}
    assert {entry["prompt_tokens"] for entry in repaired} == {42}
    again = next(one for one in server.asked if len(one.body["messages"]) == 3)
    assert "sentences (list_type)" in again.body["messages"][2]["content"]
    assert b"Marguerite" not in again.raw


def test_a_model_that_fails_half_way_leaves_the_rest_to_the_rules(
    server: ModelServer, with_model: Make, plain: Outcome
) -> None:
    server.answer = Script({"phrase_paragraph": lambda asked: failure(503)})
    outcome = with_model().work()
    assert outcome.letter == plain.letter
    assert outcome.case.state is CaseState.AWAITING_REVIEW
    assert outcome.model["used"] is False
    assert [one["reason"] for one in outcome.model["not_used_because"]] == ["model_unavailable"]


def test_a_model_that_abstains_from_everything_changes_nothing_and_is_no_failure(
    server: ModelServer, with_model: Make, plain: Outcome
) -> None:
    server.answer = Script()
    outcome = with_model().work()
    assert outcome.letter == plain.letter
    assert outcome.told["reasons"] == []
    assert outcome.model["not_used_because"] == []
    assert set(outcome.model["outcomes"]) == {"abstained"}


def test_too_many_questions_are_not_asked_and_said(server: ModelServer, with_model: Make) -> None:
    server.answer = Script()
    outcome = with_model(llm_most_calls=3).work()
    assert "too_many_questions" in outcome.told["reasons"]
    assert sum(one.task != "phrase_paragraph" for one in server.asked) == 3
    assert sum(one.task == "phrase_paragraph" for one in server.asked) == 3


def test_a_model_that_uses_up_the_steps_time_is_given_up(server: ModelServer, with_model: Make, plain: Outcome) -> None:
    server.answer = lambda asked: replace(completion(json.dumps(abstention(asked.task))), delay=0.15)
    outcome = with_model(llm_step_seconds=0.2).work()
    assert "too_slow" in outcome.told["reasons"]
    assert outcome.letter == plain.letter


def test_tokens_seconds_and_cost_are_kept_for_each_question(server: ModelServer, with_model: Make) -> None:
    server.answer = Script()
    outcome = with_model(llm_price_in=Decimal("3"), llm_price_out=Decimal("15")).work()
    asked = outcome.audited("model.asked")
    assert len(asked) == len(server.asked) == outcome.model["calls"]
    assert {(entry["prompt_tokens"], entry["completion_tokens"]) for entry in asked} == {(21, 9)}
    assert {entry["cost"] for entry in asked} == {"0.000198"}
    assert Decimal(str(outcome.model["dollars"])) == Decimal("0.000198") * len(asked)
    assert sum(int(str(entry["bytes"])) for entry in asked) > 1000
    assert {str(entry["prompt_sha256"]) for entry in asked if entry["task"] == "extract_facts"} != set()
