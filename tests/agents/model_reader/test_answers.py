"""Answers from given passages: what stands in them is kept with its quote, the rest dropped, or there is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.guarded_model import GuardedModel, ModelGuards, Subject
from agents.model_session import ModelSession
from agents.reading.model_reader.answers import NoAnswer, SourceText, VerifiedAnswer, answer_question
from cases.ids import CaseId
from cases.ports import CaseMemory, KnownIdentifier
from runtime.clock import SettableClock
from runtime.settings import Settings
from tests.agents.model_reader.model_clinic import NOW, write_agreements
from tests.llm.model_server import ModelServer, Script, completion
from tests.llm.stand_ins import KeptDisclosures, KnownWordsMasker, WordJudge

POLICY = SourceText(
    id="northlake/014/1",
    kind="policy",
    text="A resting saturation of 88% or lower on room air is needed.\n\n"
    "Tests older than 30 days before the order are not accepted, unless the member is an inpatient.",
)
NOTE = SourceText(id="note.txt", kind="chart", text="Ms. Oyelaran: oxygen saturation 86% at rest on 2026-11-05.")
QUESTION = "Which resting saturation does Northlake need for Ms. Oyelaran?"
RESTING = {"passage": 1, "quote": "A resting saturation of 88% or lower on room air is needed."}
OLDER = {"passage": 2, "quote": "Tests older than 30 days before the order are not accepted"}


@pytest.fixture
def session(tmp_path: Path, server: ModelServer) -> Iterator[ModelSession]:
    agreements = write_agreements(tmp_path / "agreements.yaml", server.base_url)
    guards = ModelGuards(agreements, KeptDisclosures(), lambda _: KnownWordsMasker(), WordJudge())
    transport = server.transport()
    model = GuardedModel(transport, guards, SettableClock(NOW), Settings(home=tmp_path))
    known = (KnownIdentifier(kind="NAME", text="Oyelaran"),)
    yield ModelSession(model, Subject(memory=CaseMemory(case_id=CaseId("c-1"), known=known)))
    transport.close()


def ask(server: ModelServer, session: ModelSession, *sentences: dict[str, Any]) -> VerifiedAnswer | NoAnswer:
    server.answer = Script({"answer_question": lambda _: {"sentences": list(sentences), "abstain": None}})
    return answer_question(session, QUESTION, [POLICY, NOTE])


def test_a_supported_sentence_is_kept_with_the_place_of_its_quote(server: ModelServer, session: ModelSession) -> None:
    answer = ask(server, session, {"text": "A resting saturation of 88% or lower is needed.", "quotes": [RESTING]})
    assert isinstance(answer, VerifiedAnswer)
    (sentence,) = answer.sentences
    (quote,) = sentence.quotes
    assert POLICY.text[quote.start : quote.end] == quote.quote == RESTING["quote"]
    assert (quote.source_id, answer.dropped) == ("northlake/014/1", 0)


def test_policy_text_goes_as_it_stands_and_chart_text_masked(server: ModelServer, session: ModelSession) -> None:
    stated = {
        "text": "Oxygen saturation 86% at rest.",
        "quotes": [{"passage": 3, "quote": "oxygen saturation 86% at rest"}],
    }
    answer = ask(server, session, stated)
    assert isinstance(answer, VerifiedAnswer)
    assert NOTE.text[answer.sentences[0].quotes[0].start :].startswith("oxygen saturation 86%")
    (asked,) = server.asked
    assert b"Oyelaran" not in asked.raw
    assert "2026-11-05" not in asked.user
    assert "30 days before the order" in asked.user


@pytest.mark.parametrize(
    ("text", "quotes", "reason"),
    [
        ("A resting saturation of 89% or lower is needed.", [RESTING], "value_without_support"),
        ("A resting saturation of 88% or lower is needed.", [], "sentence_without_quote"),
        ("A resting saturation of 88% is needed.", [{"passage": 1, "quote": "88% or higher"}], "quote_not_in_passage"),
        ("A resting saturation of 88% is needed.", [{"passage": 9, "quote": "88% or lower"}], "passage_not_given"),
        ("A resting saturation of 88% is needed.", [{"passage": 2, "quote": RESTING["quote"]}], "quote_not_in_passage"),
        ("A resting saturation of 88% is needed.", [{"passage": 1, "quote": "88%"}], "quote_too_short"),
        ("Tests older than 30 days before the order are accepted.", [OLDER], "denial_differs_from_quote"),
        ("A resting saturation of 88% or lower is not needed.", [RESTING], "denial_differs_from_quote"),
        ("A sleep study at 88% or lower is needed.", [RESTING], "words_without_support"),
        ("The member will certainly be approved at 88%.", [RESTING], "words_without_support"),
        ("Two resting saturations of 88% or lower are needed.", [RESTING], "words_without_support"),
        ("A resting saturation of 88% <script>is needed</script>.", [RESTING], "sentence_not_plain"),
        ("", [RESTING], "sentence_not_plain"),
    ],
)
def test_an_unsupported_sentence_is_dropped_and_the_other_stays(
    text: str, quotes: list[dict[str, Any]], reason: str, server: ModelServer, session: ModelSession
) -> None:
    good = {"text": "Tests older than 30 days before the order are not accepted.", "quotes": [OLDER]}
    answer = ask(server, session, {"text": text, "quotes": quotes}, good)
    assert isinstance(answer, VerifiedAnswer)
    assert [sentence.text for sentence in answer.sentences] == [good["text"]]
    assert answer.dropped == 1
    assert session.log().dropped == {reason: 1}


def test_an_answer_of_which_nothing_stands_is_none(server: ModelServer, session: ModelSession) -> None:
    answer = ask(server, session, {"text": "A walk test is needed.", "quotes": [RESTING]})
    assert answer == NoAnswer(reason="nothing_verified")


def test_an_abstention_is_typed_and_counted(server: ModelServer, session: ModelSession) -> None:
    server.answer = Script()
    assert answer_question(session, QUESTION, [POLICY]) == NoAnswer(reason="model_gave_none")
    assert session.log().unread == {"abstained_not_in_text": 1}


def test_a_refusal_is_no_answer(server: ModelServer, session: ModelSession) -> None:
    server.answer = lambda _: completion(None, refusal="no")
    assert answer_question(session, QUESTION, [POLICY]) == NoAnswer(reason="model_gave_none")
    assert session.log().unread == {"model_refused": 1}


def test_without_passages_nothing_is_asked(server: ModelServer, session: ModelSession) -> None:
    assert answer_question(session, QUESTION, []) == NoAnswer(reason="no_passages")
    assert server.connections == 0


def test_too_much_to_read_is_said_and_never_cut(server: ModelServer, session: ModelSession) -> None:
    long = SourceText(id="long", kind="policy", text="A resting value is needed. " * 2000)
    assert answer_question(session, QUESTION, [long]) == NoAnswer(reason="too_many_passages")
    assert session.log().unread == {"question_with_too_many_passages": 1}
    assert server.connections == 0
