"""Nothing unsupported leaves: each sentence carries spans, quotes are verbatim, and every value is in its spans."""

import re
from collections.abc import Mapping

from cases.criteria import PolicyRef
from cases.decision import Verdict
from cases.document import Document
from cases.ids import DocumentId
from cases.packet import ChartCitation, Citation, LawCitation, Letter, PolicyCitation, Sentence
from guardrails.text_tokens import dates_in, squeeze, values_in

GUARD = "grounding"
_QUOTED = re.compile(r"“([^”]*)”")
_DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"
_COUNTED_BEFORE = re.compile(
    rf"(?P<first>\b{_DAY})(?P<counted>, (?P<days>\d+) days?) before the order of (?P<last>{_DAY})"
)
_COUNTED_FROM = re.compile(rf"\bFrom (?P<first>{_DAY}) to (?P<last>{_DAY})(?P<counted>, (?P<days>\d+) days),")


def ground_letter(letter: Letter, documents: Mapping[DocumentId, Document], policy_texts: Mapping[str, str]) -> Verdict:
    """Verdict over all sentences of a letter.

    `policy_texts` maps `policy_key(policy)` to the stored text of that version. Details name each sentence
    by number, from 1, and never repeat chart text.
    """
    reasons: dict[str, None] = {}
    details = []
    for number, sentence in enumerate(letter.sentences(), start=1):
        for reason in sentence_faults(sentence, documents, policy_texts):
            reasons[reason] = None
            details.append(f"sentence {number}: {reason.replace('_', ' ')}")
    return Verdict(guard=GUARD, passed=not details, reasons=tuple(reasons), details=tuple(details))


def policy_key(policy: PolicyRef) -> str:
    """The key of the stored text of one policy version."""
    return f"{policy.payer_id}/{policy.doc_id}/{policy.version}"


def law_key(law_id: str) -> str:
    """The key of the wording of one law, beside the policies' texts."""
    return f"law:{law_id}"


def sentence_faults(
    sentence: Sentence, documents: Mapping[DocumentId, Document], policy_texts: Mapping[str, str]
) -> tuple[str, ...]:
    """What is wrong with one sentence; empty if it stands."""
    if not sentence.citations:
        return ("no_support",)
    faults = [fault for item in sentence.citations if (fault := _citation_fault(item, documents, policy_texts))]
    support = squeeze(" ⏎ ".join(_quote(item) for item in sentence.citations))
    if any(squeeze(quote) not in support for quote in _QUOTED.findall(sentence.text)):
        faults.append("quote_not_verbatim")
    supported = values_in(support) | _reference_values(sentence.citations)
    if values_in(_without_counted_days(sentence.text)) - supported:
        faults.append("value_without_support")
    return tuple(dict.fromkeys(faults))


def _citation_fault(
    item: Citation, documents: Mapping[DocumentId, Document], policy_texts: Mapping[str, str]
) -> str | None:
    if isinstance(item, ChartCitation):
        document = documents.get(item.span.document_id)
        text, hidden = (document.text, document.is_hidden(item.span.start, item.span.end)) if document else ("", False)
        if hidden:
            return "cites_hidden_text"
    elif isinstance(item, LawCitation):
        text = policy_texts.get(law_key(item.law_id), "")
    else:
        text = policy_texts.get(policy_key(item.policy), "")
    if not item.span.quote or text[item.span.start : item.span.end] != item.span.quote:
        return "citation_does_not_open"
    return None


def _without_counted_days(text: str) -> str:
    """The text less each number of days that is the difference of the two dates beside it; the dates stay.

    Two forms count: `<day>, 4 days before the order of <day>` and `From <day> to <day>, 95 days`. Any other number of
    days needs support like every value.
    """
    return _COUNTED_BEFORE.sub(_less_days, _COUNTED_FROM.sub(_less_days, text))


def _less_days(match: re.Match[str]) -> str:
    first, last = dates_in(match["first"])[0], dates_in(match["last"])[0]
    if not first or not last or (max(last) - max(first)).days != int(match["days"]):
        return match[0]
    start, end = match.start("counted") - match.start(), match.end("counted") - match.start()
    return f"{match[0][:start]} {match[0][end:]}"


def _quote(item: Citation) -> str:
    return item.span.quote


def _reference_values(citations: tuple[Citation, ...]) -> frozenset[str]:
    """Values by which a cited policy is named: its number, version and dates."""
    words = []
    for item in citations:
        if isinstance(item, PolicyCitation):
            policy = item.policy
            words += [policy.number, policy.title, str(policy.version), str(policy.effective), str(policy.expires)]
        elif isinstance(item, LawCitation):
            words.append(item.place)
        elif item.span.page is not None:
            words.append(str(item.span.page))
    return values_in(" ; ".join(words))
