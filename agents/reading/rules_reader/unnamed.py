"""Saturations that a note gives without their name: a percentage beside the air breathed (`RA 93%, walking 84%`)."""

import re
from collections.abc import Sequence

from agents.reading.rules_reader.conditions import AIR, conditions_in
from agents.reading.rules_reader.layout import Sentence
from agents.reading.rules_reader.note import Note
from cases.ids import ConceptId
from knowledge.vocabulary import Mention, Vocabulary

_SATURATION = ConceptId("spo2")
_PERCENT = re.compile(
    r"(?<![\w.,/<>≤≥=-])(?<![<>≤≥=] )(?P<v>[5-9]\d|100)(?:\.\d)?\s?%"
    r"(?!\s?(?:of|pred\w*|FiO2|O2\b(?! sat)|oxygen\b(?! sat)|better|improve\w*|relief|reduc\w*|stenosis|occlu\w*|"
    r"humid\w*|complian\w*|adheren\w*|neutro\w*|lymph\w*|burden|effort|chance|efficiency|function|capacity)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:sats?|satting|desat\w*|pulse ox\w*|oximet(?:er|ry)|(?-i:RA|Amb)|lowest|low|nadir)"
    r"(?: (?:at )?(?:\d{1,2} ?min|rest|sitting|walk\w*|amb\w*))?[\s:=↓-]{1,3}(?P<v>[5-9]\d)(?![\w%/:]|\.\d|-\d)"
    r"(?!\s?(?:%|years?|y/?o|min|mmHg|mm|bpm|beats|ft|feet|m\b|kg|lbs?|L\b|of\b|/))",
    re.IGNORECASE,
)
_REACH, _NEAR = 400, 40
"""How far before a sentence its subject is looked for, and how far before a number the name of another measurement."""


def unnamed_saturations(
    note: Note, sentence: Sentence, mentions: Sequence[Mention], vocabulary: Vocabulary
) -> list[Mention]:
    """Mentions of saturation right before such numbers; none where no air is said or another measurement is named.

    The sentence, or the one before in its paragraph, has to say what was breathed, and the text around to be about
    oxygen; numbers behind the name of something else are left alone.
    """
    text = note.text
    start, end = sentence.start, sentence.end
    if any(mention.concept.id == _SATURATION for mention in mentions) or _set_apart(note, start, end):
        return []
    found = [*_PERCENT.finditer(text, start, end), *_BARE.finditer(text, start, end)]
    if not found or not any(
        item.setting in AIR for item in conditions_in(text, _paragraph_start(note, sentence), end, note.cues)
    ):
        return []
    if not note.cues["unnamed_context"].search(text, max(0, start - _REACH), end):
        return []
    concept, another = vocabulary.concept(_SATURATION), note.cues["unnamed_other_before"]
    starts = sorted(
        {
            match.start("v")
            for match in found
            if not another.search(text[max(start, match.start("v") - _NEAR) : match.start("v")])
            and not _is_limit(note, start, match, end)
        }
    )
    return [Mention(concept=concept, start=place, end=place) for place in starts]


def _is_limit(note: Note, start: int, found: re.Match[str], end: int) -> bool:
    """Whether the number bounds something (`at or under 88 %`, `88 % or less`)."""
    before = note.text[max(start, found.start("v") - _NEAR) : found.start("v")]
    behind = note.text[found.end() : end]
    return bool(note.cues["bound_before_value"].search(before) or note.cues["bound_after_value"].match(behind))


def _set_apart(note: Note, start: int, end: int) -> bool:
    """Whether the sentence is of a rule, a plan or a mistake, or may be of another person: it gives no reading."""
    cues = ("unnamed_no_reading", "unnamed_of_anybody", "kin")
    return any(note.cues[cue].search(note.text, start, end) for cue in cues)


def _paragraph_start(note: Note, sentence: Sentence) -> int:
    return min((other.start for other in note.paragraphs[sentence.paragraph]), default=sentence.start)
