"""A case's summary for other systems: the copilot's own, with the place of every sentence."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import ConfigDict

from agents.copilot.graph import Sitting, answer
from agents.copilot.hands import CopilotHands
from agents.copilot.question import Question
from agents.copilot.tools import CopilotTools
from api.auth import needs
from api.copilot.citations import citation_of, numbered
from api.copilot.desk import Asking, Desk
from api.error_pages import problems
from api.routes.case_views import EXAMPLE_CASE
from api.routes.cases import OneCase
from api.scopes import Scope
from cases.frozen import Frozen
from cases.ids import CaseId, digest_of

router = APIRouter(tags=["cases"])
_QUESTION = "Summarize this case."


class SummarySentence(Frozen):
    """A sentence, and the numbers of the citations that it rests on."""

    text: str
    citations: tuple[int, ...]


class SummarySection(Frozen):
    """Sentences under a heading."""

    heading: str
    sentences: tuple[SummarySentence, ...]


class CaseSummaryView(Frozen):
    """A case on one page: request, standing, criteria, what is missing, history, next step."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_id": EXAMPLE_CASE,
                    "sections": [
                        {"heading": "Next", "sentences": [{"text": "Read the packet and decide.", "citations": [1]}]}
                    ],
                    "citations": [{"number": 1, "kind": "record", "quote": "The case is closed."}],
                }
            ]
        }
    )

    case_id: CaseId
    sections: tuple[SummarySection, ...]
    citations: tuple[dict[str, Any], ...]


@router.get(
    "/cases/{case_id}/summary",
    summary="A case on one page",
    dependencies=[needs(Scope.CASES_READ)],
    response_model=CaseSummaryView,
    responses={304: {"description": "Not changed"}, **problems(401, 403, 404)},
)
def summary(
    case_id: OneCase,
    desk: Desk,
    asker: Asking,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", description="The ETag seen last.")] = None,
) -> Response:
    """Every sentence rests on a line of the record or a passage, given with its place. ETag is of the content."""
    hands = CopilotHands(CopilotTools(desk.copilot.shelves, asker), lambda _: None, lambda: False)
    given = answer(Sitting(question=Question(text=_QUESTION, case_id=case_id), hands=hands))
    numbers = numbered(given)
    view = CaseSummaryView(
        case_id=case_id,
        sections=tuple(
            SummarySection(
                heading=part.heading,
                sentences=tuple(
                    SummarySentence(text=one.text, citations=tuple(numbers[source] for source in one.sources))
                    for one in part.sentences
                ),
            )
            for part in given.parts
        ),
        citations=tuple(citation_of(source, number) for source, number in numbers.items()),
    )
    body = view.model_dump_json()
    tag = f'"{digest_of(body.encode())[:32]}"'
    if if_none_match is not None and tag in (one.strip() for one in if_none_match.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag})
