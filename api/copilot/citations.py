"""Where a source opens in the panel, and how it is told to programs."""

from typing import Any
from urllib.parse import urlencode

from agents.casework.panel.policies import passage_key
from agents.copilot.answer import ChartSource, CopilotAnswer, PolicySource, RecordSource, Source


def address_of(source: Source) -> str:
    """The panel's page that shows the quoted words at their place, or says that other words stand there."""
    sha = passage_key(source.quote)
    if isinstance(source, PolicySource):
        place = {
            "payer": source.payer_id, "doc": source.doc_id, "version": source.version, "start": source.start,
            "end": source.end, "sha": sha,
        }  # fmt: skip
        return f"/panel/policies/text?{urlencode(place)}#hit"
    if isinstance(source, ChartSource):
        place = {"start": source.start, "end": source.end, "sha": sha}
        at = f"page-{source.page}" if source.page else "hit"
        return f"/panel/cases/{source.case_id}/documents/{source.key}?{urlencode(place)}#{at}"
    if isinstance(source, RecordSource):
        return f"/panel/cases/{source.case_id}/record?{urlencode({'line': source.key, 'sha': sha})}#hit"
    return f"/panel/rules?{urlencode({'rule': source.rule_id, 'sha': sha})}#hit"


def numbered(answer: CopilotAnswer) -> dict[Source, int]:
    """Every source with its number in the text, from 1."""
    return {source: number for number, source in enumerate(answer.sources(), 1)}


def citation_of(source: Source, number: int) -> dict[str, Any]:
    """A source as programs are told it; offsets are code points of the stored text."""
    told: dict[str, Any] = {
        "number": number, "kind": source.kind, "label": source.label, "quote": source.quote, "href": address_of(source),
    }  # fmt: skip
    if isinstance(source, PolicySource):
        told |= {"doc_id": source.doc_id, "payer_id": source.payer_id, "version": source.version}
    if isinstance(source, PolicySource | ChartSource):
        told |= {"page": source.page, "char_start": source.start, "char_end": source.end}
    if isinstance(source, ChartSource):
        told |= {"doc_id": source.document_id, "case_id": source.case_id, "field": source.field}
    if isinstance(source, RecordSource):
        told |= {"case_id": source.case_id, "line": source.key}
    return told


def lines_of(answer: CopilotAnswer) -> list[tuple[str, tuple[Source, ...]]]:
    """The answer as lines of plain text with the sources that each brings in, in order."""
    numbers, seen = numbered(answer), set[Source]()
    lines: list[tuple[str, tuple[Source, ...]]] = []
    if answer.abstained:
        lines.append((answer.reason or "No answer is given.", ()))
        lines += [(f"- {help_}", ()) for help_ in answer.would_help]
    for part in answer.parts:
        if part.heading:
            lines.append((f"{part.heading}:", ()))
        for sentence in part.sentences:
            marks = "".join(f" [{numbers[source]}]" for source in sentence.sources)
            fresh = tuple(source for source in sentence.sources if source not in seen)
            seen.update(fresh)
            lines.append((f"{'- ' if part.heading else ''}{sentence.text}{marks}", fresh))
    if answer.draft:
        lines.append((f"To: {answer.draft.to}\nSubject: {answer.draft.subject}\n\n{answer.draft.body}", ()))
    lines += [(note, ()) for note in (*answer.notes, answer.model_note) if note]
    return lines
