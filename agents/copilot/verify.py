"""The last look before an answer is told: each quote is opened again where it stands, each value is found in one."""

from collections.abc import Mapping

from agents.copilot.answer import AnswerPart, AnswerSentence, ChartSource, PolicySource, RecordSource, Source
from agents.copilot.record import CaseRecord
from agents.toolbox import CaseTools, Toolbox
from cases.chart import Chart
from cases.errors import NotFound, StoreDamaged
from cases.ids import CaseId
from guardrails.text_tokens import values_in
from knowledge import library


class SourceReader:
    """Opens sources again, each text read once for the question."""

    def __init__(
        self, toolbox: Toolbox, records: Mapping[CaseId, CaseRecord], charts: Mapping[CaseId, Chart] | None = None
    ) -> None:
        self._toolbox, self._records = toolbox, records
        self._policies: dict[tuple[str, str, int], str] = {}
        self._charts: dict[CaseId, Chart] = dict(charts or {})

    def holds(self, source: Source) -> bool:
        """Whether the quote stands word for word at its place, in the store as it is now."""
        if isinstance(source, PolicySource):
            return self._policy(source)[source.start : source.end] == source.quote
        if isinstance(source, ChartSource):
            document = self._chart(source.case_id).document(source.document_id)
            return document is not None and document.text[source.start : source.end] == source.quote
        if isinstance(source, RecordSource):
            record = self._records.get(source.case_id)
            return record is None or record.lines.get(source.key) == source.quote
        return bool(source.quote)

    def _policy(self, source: PolicySource) -> str:
        key = (source.payer_id, source.doc_id, source.version)
        if key not in self._policies:
            try:
                with self._toolbox.database.read() as transaction:
                    text = library.text_of_version(transaction, source.payer_id, source.doc_id, source.version)
            except (NotFound, StoreDamaged):
                text = ""
            self._policies[key] = text
        return self._policies[key]

    def _chart(self, case_id: CaseId) -> Chart:
        if case_id not in self._charts:
            self._charts[case_id] = CaseTools(self._toolbox, case_id).read_chart()
        return self._charts[case_id]


def verified(parts: tuple[AnswerPart, ...], reader: SourceReader) -> tuple[tuple[AnswerPart, ...], int]:
    """The parts without any sentence whose sources do not hold it, and how many those were."""
    kept, dropped = [], 0
    for one in parts:
        good = tuple(sentence for sentence in one.sentences if _stands(sentence, reader))
        dropped += len(one.sentences) - len(good)
        if good:
            kept.append(one.model_copy(update={"sentences": good}))
    return tuple(kept), dropped


def _stands(sentence: AnswerSentence, reader: SourceReader) -> bool:
    if not sentence.sources:
        return not values_in(sentence.text) - values_in(" ; ".join(sentence.reckoned))
    if not all(reader.holds(source) for source in sentence.sources):
        return False
    held = values_in(
        " ; ".join((*(source.quote for source in sentence.sources), *_labels(sentence), *sentence.reckoned))
    )
    return not values_in(sentence.text) - held


def _labels(sentence: AnswerSentence) -> tuple[str, ...]:
    """A source's own name may be said with it: a policy's number and version stand in no passage."""
    return tuple(
        f"{source.label} ; {source.version}" if isinstance(source, PolicySource) else source.label
        for source in sentence.sources
    )
