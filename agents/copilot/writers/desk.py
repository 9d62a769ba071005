"""What every writer has before it: the question as understood, what was found, and the chart to take quotes from."""

from dataclasses import dataclass

from agents.casework.asking import AnswerCitation
from agents.casework.panel.documents import key_of
from agents.copilot.answer import AnswerPart, AnswerSentence, ChartSource, DraftText, PolicySource, Source
from agents.copilot.findings import Findings
from agents.copilot.kinds import Understood
from agents.copilot.record import CaseRecord
from cases.chart import Chart
from cases.criteria import Judgement, PolicyRef, PolicySpan
from cases.evidence import Evidence

_WHOLE = 260
"""Letters of a sentence that is still quoted as a whole."""


@dataclass(frozen=True)
class Desk:
    """One question on the table. `chart` is empty without a case; `has_model` says whether one is set."""

    asked: Understood
    found: Findings
    chart: Chart
    has_model: bool = False

    @property
    def record(self) -> CaseRecord:
        """The case's record. Raises LookupError where it was not read."""
        if self.found.record is None:
            raise LookupError("the case's record was not read")
        return self.found.record

    def line(self, key: str, *more: Source) -> AnswerSentence:
        """A line of the record as a sentence."""
        source = self.record.source(key)
        return AnswerSentence(text=source.quote, sources=(source, *more))

    def lines(self, group: str, most: int = 50) -> tuple[AnswerSentence, ...]:
        """The lines of a group as sentences."""
        return tuple(self.line(key) for key in self.record.keys(group)[:most])

    def evidence(self, judged: Judgement, most: int = 2, *, whole: bool = False) -> tuple[ChartSource, ...]:
        """Where the chart says what this criterion rests on; what was only considered is left out.

        `whole` gives the sentence read instead of its telling words, where it is not too long.
        """
        counted = [item for item in judged.evidence if item.role != "considered"]
        return tuple(self.chart_source(item, whole=whole) for item in counted[:most])

    def chart_source(self, item: Evidence, *, whole: bool = False) -> ChartSource:
        """The passage of a piece of evidence."""
        fact = item.fact
        around = fact.context.document_id == fact.span.document_id and len(fact.context.quote) <= _WHOLE
        span = fact.context if whole and around else fact.span
        document = self.chart.document(span.document_id)
        return ChartSource(
            case_id=self.record.sheet.case.id,
            document_id=span.document_id,
            key=key_of(span.document_id),
            start=span.start,
            end=span.end,
            quote=span.quote,
            page=span.page,
            label=(document.title or document.source) if document else "Document",
        )


@dataclass(frozen=True)
class Written:
    """What a writer makes: parts, or why there are none; and what a reader should know."""

    parts: tuple[AnswerPart, ...] = ()
    reason: str = ""
    would_help: tuple[str, ...] = ()
    nearest: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    draft: DraftText | None = None


def of_citation(hit: AnswerCitation) -> PolicySource:
    """A passage found by search as a source."""
    return PolicySource(
        payer_id=hit.payer_id,
        doc_id=hit.doc_id,
        version=hit.version,
        start=hit.start,
        end=hit.end,
        quote=hit.quote,
        page=hit.page,
        label=f"{hit.number or hit.title}, version {hit.version}",
    )


def of_span(policy: PolicyRef, span: PolicySpan | None) -> tuple[PolicySource, ...]:
    """A criterion's place in its policy as a source; none where it has none."""
    if span is None:
        return ()
    label = f"{policy.number or policy.title}, version {policy.version}"
    return (
        PolicySource(
            payer_id=policy.payer_id, doc_id=policy.doc_id, version=policy.version, start=span.start, end=span.end,
            quote=span.quote, label=label,
        ),
    )  # fmt: skip


def quoted(text: str) -> str:
    """Words in quotation marks, on one line."""
    return f"“{' '.join(text.split())}”"
