"""Names and places: what the tagger is sure of, what titles and labels add, what medicine takes back."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from guardrails.phi.keep.medical_words import is_medical
from guardrails.phi.keep.plain_language import names_nobody
from guardrails.phi.recognizers.address_blocks import is_street_name, whole_addresses
from guardrails.phi.recognizers.addresses import find_addresses
from guardrails.phi.recognizers.employers import find_employers
from guardrails.phi.recognizers.name_cues import find_cued_names, find_signed_initials, name_hints
from guardrails.phi.recognizers.unread import find_unread
from guardrails.phi.spans import Found, PhiType, within
from guardrails.phi.tagger.decoding import Thresholds, spans_of, unread_of
from guardrails.phi.tagger.features import flags_of, fold
from guardrails.phi.tagger.network import Floats, Tag, Tagger
from guardrails.phi.tagger.tokens import Tokens, tokenize

_DOUBTFUL = 0.65
"""Below this the form of an address needs the tagger's word."""
_CONFIRMS = 0.15
_CERTAIN = 0.8
_REPEATED_LEAST = 0.02
_AROUND = 200
_LISTED_NEEDS, _UNLISTED_NEEDS = 0.9, 0.97
_SLIPS = (str.maketrans("01354l", "OIESAI"), str.maketrans("015", "oLS"), str.maketrans("l", "I"))
_COMPANY = 0.3
_TAGS = {PhiType.NAME: Tag.NAME, PhiType.CITY: Tag.CITY, PhiType.STREET: Tag.STREET}
_COURTESY = re.compile(r"\b(?:Mr|Mrs|Ms)\.\s$")
"""A title behind which any word with a capital is a name, whatever else it means (`Ms. Early`)."""
_MARKED_NAME = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|DR|MR|MRS|MS|dr|mr|mrs)\.?|[Pp]atient:|[Nn]ame:?)\s*$")


class PeopleAndPlaces:
    """Finds NAME, CITY, STREET, ZIP and FACILITY spans in normalised text."""

    def __init__(self, tagger: Tagger, thresholds: Thresholds) -> None:
        self._tagger = tagger
        self._thresholds = thresholds

    def find(self, text: str) -> list[Found]:
        """All spans found; spans of different types may overlap."""
        tokens = tokenize(text)
        probabilities = self._tagger.probabilities(tokens)
        tagged = list(spans_of(tokens, probabilities, name_hints(text), self._thresholds))
        index = _TokenIndex(tokens, probabilities)
        cued = [
            span
            for span in find_cued_names(text)
            if index.agrees(span, 0.02)
            or not text[span.start].isascii()
            or _COURTESY.search(text, max(0, span.start - 6), span.start)
        ]
        formed = [span for span in find_addresses(text) if span.score >= _DOUBTFUL or index.agrees(span, _CONFIRMS)]
        spans = [
            span
            for span in _whole(text, [*tagged, *cued, *formed])
            if _is_likely(text, span) and not self._is_plain_word(text, span)
            if _MARKED_NAME.search(text, max(0, span.start - 12), span.start)
            or not names_nobody(text, span, self._tagger.knows)
        ]
        found = [span for span in spans if not self._is_medicine(text, span)]
        found += [*self._repeated(text, index, found), *find_employers(text, index.companies())]
        found += find_signed_initials(text)
        unread = find_unread(text, unread_of(tokens, probabilities, self._thresholds))
        return [*(_with_title(text, span) for span in whole_addresses(text, found)), *unread]

    def _is_medicine(self, text: str, span: Found) -> bool:
        """An eponym, a drug or a code word, unless a title or a label makes it someone's name."""
        if span.type not in (PhiType.NAME, PhiType.CITY, PhiType.STREET):
            return False
        if _MARKED_NAME.search(text, max(0, span.start - 12), span.start):
            return False
        return is_medical(text, span.start, span.end, span.score)

    def _is_plain_word(self, text: str, span: Found) -> bool:
        """An everyday word in small letters where there are capitals, or a label that a scanner spoiled (`PH0NE`)."""
        if span.type not in (PhiType.NAME, PhiType.CITY):
            return False
        shown = text[span.start : span.end]
        if shown.islower() and " " not in shown and self._tagger.knows(fold(shown)):
            listed = flags_of(shown, fold(shown))
            around = text[max(0, span.start - _AROUND) : span.end + _AROUND]
            return any(c.isupper() for c in around) and span.score < (_LISTED_NEEDS if listed else _UNLISTED_NEEDS)
        start, end = span.start, span.end
        while start > 0 and text[start - 1].isalnum():
            start -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
        whole = text[start:end]
        if " " in whole or not any(c in "01354l" for c in whole) or whole.isalpha() and "l" not in whole[:2]:
            return False
        return any(self._tagger.knows(fold(whole.translate(slips))) for slips in _SLIPS)

    def _repeated(self, text: str, index: "_TokenIndex", found: Sequence[Found]) -> Iterator[Found]:
        """Further places of words that are certainly names of this text, where the tagger does not rule it out."""
        sure = {
            fold(word)
            for span in found
            if span.type is PhiType.NAME and span.score >= _CERTAIN
            for word in re.findall(r"[^\W\d_]{4,}", text[span.start : span.end])
        }
        covered = [
            span for span in found if span.type in (PhiType.NAME, PhiType.CITY, PhiType.STREET, PhiType.FACILITY)
        ]
        for start, end, word, chance in index.named_words(_REPEATED_LEAST):
            if fold(word) in sure and not within(covered, start, end):
                yield Found(start, end, PhiType.NAME, max(0.5, chance))


class _TokenIndex:
    """Probabilities by place in the text."""

    def __init__(self, tokens: Tokens, probabilities: Floats) -> None:
        self._tokens = tokens
        self._probabilities = probabilities
        self._starts = np.fromiter((start for start, _ in tokens.spans), np.int64, len(tokens.spans))

    def agrees(self, span: Found, least: float) -> bool:
        """Whether some token of the span may be of its type."""
        first, last = np.searchsorted(self._starts, (span.start, span.end))
        tag = _TAGS.get(span.type)
        return tag is None or bool((self._probabilities[first:last, tag] >= least).any())

    def companies(self) -> Iterator[tuple[int, int]]:
        """[start, end) of tokens that are probably part of a company's name."""
        for place in np.flatnonzero(self._probabilities[:, Tag.COMPANY] >= _COMPANY).tolist():
            yield self._tokens.spans[place]

    def named_words(self, least: float) -> Iterator[tuple[int, int, str, float]]:
        """Capitalised words that may be names: start, end, word, probability."""
        column = self._probabilities[:, Tag.NAME]
        for place in np.flatnonzero(column >= least).tolist():
            word = self._tokens.words[place]
            if len(word) > 3 and word[0].isupper():
                start, end = self._tokens.spans[place]
                yield start, end, word, float(column[place])


_TITLE_BEFORE = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Doctor|Mister|Prof)\b\.?[ ]{0,2}$", re.IGNORECASE)
_LOWER_NEEDS = 0.8
"""How sure a span in small letters must be, in a text that has capitals; a lone letter anywhere."""
_STREET_WORD = re.compile(r"[^\W\d_]{3,}")


def _with_title(text: str, span: Found) -> Found:
    """A name with the title in front of it."""
    if span.type is not PhiType.NAME:
        return span
    title = _TITLE_BEFORE.search(text, max(0, span.start - 12), span.start)
    return Found(title.start(), span.end, span.type, span.score) if title else span


def _is_likely(text: str, span: Found) -> bool:
    """Not a name or town in small letters where the text has capitals, nor a street without a word or a number."""
    shown = text[span.start : span.end]
    if span.type is PhiType.STREET:
        return any(c.isdigit() for c in shown) and _STREET_WORD.search(shown) is not None or is_street_name(shown)
    if span.type is PhiType.NAME and len(shown.rstrip(".")) == 1:
        return span.score >= _LOWER_NEEDS
    if span.type in (PhiType.NAME, PhiType.CITY) and shown.islower() and span.score < _LOWER_NEEDS:
        around = text[max(0, span.start - 200) : span.end + 200]
        return not any(c.isupper() for c in around)
    return True


_CODE_LETTERS = re.compile(r"[\s,.-]*(?<![^\W_])[A-Za-z]{1,2}$")
"""The letters of a code whose digits follow (`K0823`)."""
_TAIL = re.compile(r"(?:['’][sS])$")


def _whole(text: str, spans: Iterable[Found]) -> Iterator[Found]:
    """Spans that never cut a word in two, and leave out a closing 's."""
    for span in spans:
        start, end = span.start, span.end
        while end < len(text) and text[end].isalpha() and text[end - 1].isalpha():
            end += 1
        while start > 0 and text[start - 1].isalpha() and text[start].isalpha():
            start -= 1
        if (
            span.type is PhiType.NAME
            and (code := _CODE_LETTERS.search(text, start, end))
            and text[end : end + 1].isdigit()
        ):
            end = code.start()
        tail = _TAIL.search(text, start, end)
        end = tail.start() if tail else end
        if any(c.isalnum() for c in text[start:end]):
            yield Found(start, end, span.type, span.score)
