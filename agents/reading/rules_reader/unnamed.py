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
    r"(?<![\w.,/-])(?<![<>≤≥] )(?P<v>[5-9]\d|100)(?:\.\d)?\s?%"
    r"(?!\s?(?:of|pred\w*|FiO2|O2\b(?! sat)|oxygen\b(?! sat)|better|improve\w*|relief|reduc\w*|stenosis|occlu\w*|"
    r"humid\w*|complian\w*|adheren\w*|neutro\w*|lymph\w*|burden|effort|chance|efficiency|function|capacity)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:sats?|satting|desat\w*|pulse ox\w*|oximet(?:er|ry)|(?-i:RA|Amb)|lowest|low|nadir)"
    r"[\s:=↓-]{1,3}(?P<v>[5-9]\d)(?![\w%/:]|\.\d|-\d)"
    r"(?!\s?(?:%|years?|y/?o|min|mmHg|mm|bpm|beats|ft|feet|m\b|kg|lbs?|L\b|of\b|/))",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:FEV\W?1?|FVC|DLCO|TLC|VC|PEF|peak flow|(?:LV)?EF|ejection|fraction|hct|hematocrit|haematocrit|predicted|A1c|"
    r"humidity|stenosis|FiO2|T90|time|confidence|complian\w*|adheren\w*|efficiency|used|use|HR|pulse(?! ox)|heart rate|"
    r"RR|BP|pressure|weight|wt|BMI|age|distance|walked|SUV|Borg|score|temp\w*|fever|glucose|sugar|creatinine|lactate|ferritin|"
    r"TSAT|transferrin|neutro\w*|lymph\w*|blasts|by|about|improv\w*|reduc\w*|relief|better|worse|burden|occlu\w*|function|"
    r"capacity|dose|mg|rate)\b[^,;.]{0,18}$",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"\b(?:sats?|satur\w+|desat\w*|SpO2|SaO2|oximet\w+|pulse ox\w*|oxygen|O2|six[- ]minute walk|6MWT?|walk test|"
    r"hypox\w+|cannula)\b",
    re.IGNORECASE,
)
_NO_READING = re.compile(
    r"\b(?:booked|schedul\w+|plan\w*|will|would|shall|if|unless|until|goals?|targets?|keep|maintain\w*|titrat\w+|qualif\w+|"
    r"criteri\w+|requir\w+|threshold|limit|pass mark|at or (?:below|under)|or (?:less|lower|below|under)|error|struck|"
    r"void|wrong|artifact|alarm\w*|example|medicare|policy|coverage)\b|[<>≤≥]",
    re.IGNORECASE,
)
"""Words in whose company a number without a name is taken for no reading at all."""
_ANYBODY = re.compile(r"(?<!\w)(?:Mrs?|Ms|Miss)\b\.?,? [A-Z]|\bnext (?:chair|bed|room)\b|\b(?:another|other) patient\b")
"""A person named in the sentence may be another one, and the number that one's."""
_REACH = 400


def unnamed_saturations(
    note: Note, sentence: Sentence, mentions: Sequence[Mention], vocabulary: Vocabulary
) -> list[Mention]:
    """Mentions of saturation right before such numbers; none where no air is said or another measurement is named.

    The sentence, or the one before in its paragraph, has to say what was breathed, and the text around to be about
    oxygen; numbers behind the name of something else are left alone.
    """
    text = note.text
    start, end = sentence.start, sentence.end
    if any(mention.concept.id == _SATURATION for mention in mentions) or _NO_READING.search(text, start, end):
        return []
    if _ANYBODY.search(text, start, end) or note.cues["kin"].search(text, start, end):
        return []
    found = [*_PERCENT.finditer(text, start, end), *_BARE.finditer(text, start, end)]
    if not found or not any(
        item.setting in AIR for item in conditions_in(text, _paragraph_start(note, sentence), end, note.cues)
    ):
        return []
    if not _CONTEXT.search(text, max(0, start - _REACH), end):
        return []
    concept = vocabulary.concept(_SATURATION)
    starts = sorted(
        {
            match.start("v")
            for match in found
            if not _ANOTHER.search(text[max(start, match.start("v") - 40) : match.start("v")])
        }
    )
    return [Mention(concept=concept, start=place, end=place) for place in starts]


def _paragraph_start(note: Note, sentence: Sentence) -> int:
    return min((other.start for other in note.paragraphs[sentence.paragraph]), default=sentence.start)
