"""A family history as relatives: who, on which side, by blood or not, with which cancer at which age; then counted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from agents.reading.rules_reader.layout import Section, Sentence
from agents.reading.rules_reader.note import Note
from agents.reading.rules_reader.stance import clause_of
from agents.reading.rules_reader.statements import Match, Statement, fact_of
from cases.evidence import Assertion, Experiencer, Fact
from cases.ids import ConceptId
from knowledge.vocabulary import Vocabulary

Cues = Mapping[str, re.Pattern[str]]
MATERNAL, PATERNAL = ConceptId("maternal_cancer_relatives"), ConceptId("paternal_cancer_relatives")
CLOSE, COMPLETE = ConceptId("close_relative_cancer"), ConceptId("pedigree_complete")
_DEGREE = {
    "mother": 1, "father": 1, "mom": 1, "mum": 1, "dad": 1, "sister": 1, "brother": 1, "son": 1, "daughter": 1,
    "aunt": 2, "uncle": 2, "grandmother": 2, "grandfather": 2, "niece": 2, "nephew": 2, "half-sister": 2,
    "half-brother": 2, "cousin": 3,
}  # fmt: skip
_NAMES = "|".join(sorted(_DEGREE, key=len, reverse=True))
_KIN = re.compile(
    rf"\b(?P<by>(?!(?:{_NAMES})['’])(?-i:[A-Z])[a-z]{{2,15}}['’]s |his |her )?"
    rf"(?P<whose>maternal |paternal |(?:(?:{_NAMES})(?:'s|’s) )+)?(?P<great>great[- ])?(?P<kin>{_NAMES})s?\b"
    rf"(?: of (?:his|her|the|the patient's|my) (?:own )?(?P<of>{_NAMES})\b)?",
    re.IGNORECASE,
)
_PARENT = r"(?:mother|father|mom|mum|dad)['’]s "
_SIDE = re.compile(
    rf"\b(?P<side>(?:maternal|paternal)(?: side| relatives| family)?|{_PARENT}(?:side|half|family|people))\b ?[:–-]|"
    rf"(?-i:On) (?:the |her |his )?(?P<on>{_PARENT}(?:side|half)|(?:maternal|paternal) side)\b,?",
    re.IGNORECASE,
)
"""The side of the family whose relatives are listed behind it."""
_PARENTS = {"mom": "mother", "mum": "mother", "dad": "father"}
_LEAD = 40
_SPOUSE = re.compile(
    r"(?: (?-i:[A-Z])[a-z]+)?['’]s\s+(?:late |first |second |ex-)?(?:widow\w*|wife|husband|partner|friend)\b",
    re.IGNORECASE,
)
_BY_MARRIAGE = re.compile(r"\bby marriage\s?[:–-]", re.IGNORECASE)
_FARTHER = re.compile(r"\b(?:cousin|by marriage|in-law|step\w*|adopt\w*)\b[^,;()]{0,12}$", re.IGNORECASE)
_THROUGH = re.compile(r"\b(?:daughter|son|child|wife|husband|spouse|partner|widow) of\b", re.IGNORECASE)
_OF_EITHER_SIDE = ("sister", "brother", "son", "daughter", "niece", "nephew", "half-sister", "half-brother")
_CANCER = re.compile(
    r"\b(?:(?:cancer|carcinoma) of the )?(?P<kind>breast|ovarian|ovary|ovaries|pancrea\w+|prostate)\b"
    r"(?:,? (?P<years>\d\d)\b(?! ?(?:%|[mc]m|mg|years? ago|yrs? ago|[/-]\d))|"
    r"(?:(?<=[a-z])[^,;.]{0,20}?\b(?:cancer|carcinoma|ca)\b|(?=[^,;.]{0,20}?\b(?:at|age|aged)\s\d\d)))"
    r"(?:[^,;.]{0,20}?\b(?:at|age|aged)\s(?:age\s)?(?P<age>\d\d))?",
    re.IGNORECASE,
)
_OF_THE_NEXT = re.compile(r"[^,;.]{0,12}\b(?:is|was) (?:that of )?(?:the|her|his) $", re.IGNORECASE)
"""`The one breast cancer is the mother's`: it is of the relative who is named next."""
_YOUNG = 50


@dataclass(frozen=True)
class Relative:
    """One relative with a cancer that counts: `side` is empty where it is not told; `age` None likewise."""

    kin: str
    side: str
    degree: int
    kind: str
    age: int | None
    start: int
    end: int


def pedigree_facts(note: Note, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Counts of relatives by side, and close relatives, from a note that tells the family history."""
    if MATERNAL not in vocabulary.concepts or not note.cues["tells_pedigree"].search(note.layout.text):
        return
    relatives = [relative for sentence in note.sentences for relative in _relatives(note, sentence)]
    complete = note.cues["complete_pedigree"].search(note.layout.text)
    place = next((s for s in note.sentences if complete and s.start <= complete.start() < s.end), None)
    if relatives:
        place = place or _holding(note, relatives[0].start)
    if place is None:
        return
    for concept, side in ((MATERNAL, "maternal"), (PATERNAL, "paternal")):
        count = len({(r.kin, r.start) for r in relatives if r.side in (side, "both")})
        yield _fact(note, vocabulary, concept, place, Decimal(count), sure=bool(complete) or count >= 3)
    close = [relative for relative in relatives if _is_close(relative)]
    for relative in close:
        yield _fact(note, vocabulary, CLOSE, _holding(note, relative.start) or place, None, sure=True)
    if complete and not close:
        yield _fact(note, vocabulary, CLOSE, place, None, sure=True, denied=True)


def _is_close(relative: Relative) -> bool:
    if relative.degree > 2:
        return False
    male = relative.kin in ("father", "brother", "son", "uncle", "grandfather", "nephew", "half-brother")
    if relative.kind == "breast":
        return male or (relative.age is not None and relative.age <= _YOUNG)
    return relative.kind == "ovarian"


def _relatives(note: Note, sentence: Sentence) -> Iterator[Relative]:
    """Relatives of one sentence: each name of kin up to the next, with the first cancer said of it."""
    text = note.text
    if not (note.cues["kin"].search(text, sentence.start, sentence.end)):
        return
    side = _side_at(text, sentence)
    found = list(_KIN.finditer(text, sentence.start, sentence.end))
    for number, match in enumerate(found):
        label = _last_side(note, sentence, match.start())
        stop = found[number + 1].start() if number + 1 < len(found) else sentence.end
        stop = min([stop, *(mark.start() for mark in _SIDE.finditer(text, match.end(), stop))])
        words = text[match.start() : stop]
        cancer = _CANCER.search(words)
        if (cancer and _OF_THE_NEXT.match(words, cancer.end())) or _explains_no_blood(text, sentence, match):
            continue
        if not cancer or not _counts(
            words, text[max(sentence.start, match.start() - 12) : match.start()], cancer, note.cues
        ):
            continue
        kin = _PARENTS.get(match["kin"].lower(), match["kin"].lower())
        yield Relative(
            kin=kin,
            side=_side(kin, (match["whose"] or match["of"] or match["by"] or "").lower(), label or side),
            degree=_degree(match) + (1 if _of_a_parent(match, label) else 0),
            kind="ovarian" if cancer["kind"].lower().startswith("ovar") else cancer["kind"].lower(),
            age=int(cancer["age"] or cancer["years"] or 0) or None,
            start=match.start(),
            end=match.start() + cancer.end(),
        )


def _explains_no_blood(text: str, sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether a relative only leads to somebody by marriage, or in brackets explains one who is farther off."""
    if _SPOUSE.match(text, match.end()) or _BY_MARRIAGE.search(
        text, max(sentence.start, match.start() - _LEAD), match.start()
    ):
        return True
    opened = text.rfind("(", sentence.start, match.start())
    if opened < 0 or ")" in text[opened : match.start()]:
        return False
    lead = text[max(sentence.start, opened - _LEAD) : opened]
    return _FARTHER.search(lead) is not None or _THROUGH.search(text, opened, match.end()) is not None


def degree_of(words: str) -> int | None:
    """The degree of the first relative that words name; None where they name none."""
    match = _KIN.search(words)
    return _degree(match) if match else None


def _degree(match: re.Match[str]) -> int:
    """How near a relative is: whose relative it is adds that person's own degree, `great` one more."""
    names = re.sub(r"['’]s\b", "", f"{match['whose'] or ''} {match['of'] or ''}".lower()).split()
    through = [_DEGREE.get(name, 0) for name in names]
    return _DEGREE[match["kin"].lower()] + sum(through) + (1 if match["great"] else 0) + _through(match)


def _through(match: re.Match[str]) -> int:
    """Degrees that a relative's own name before it adds (`Pilar's daughter`): two at the least."""
    return 2 if (match["by"] or "").strip().endswith(("'s", "’s")) else 0


def _counts(words: str, before: str, cancer: re.Match[str], cues: Cues) -> bool:
    """Whether it is said as a fact, of a relative by blood."""
    if cues["not_by_blood"].search(words) or cues["not_by_blood"].search(before):
        return False
    told = words[: cancer.end()]
    return not (cues["negates"].search(told) or cues["unsure_within"].search(words) or cues["not_cancer"].search(words))


def _side_at(text: str, sentence: Sentence) -> str:
    return _plain(sentence.heading) if sentence.section is Section.FAMILY or sentence.heading else ""


def _last_side(note: Note, sentence: Sentence, place: int) -> str:
    """The side that the sentence, or one before it in its paragraph, puts before the relatives it lists."""
    block = [one for one in note.paragraphs[sentence.paragraph] if one.block == sentence.block] or [sentence]
    marks = list(_SIDE.finditer(note.text, min(block[0].start, sentence.start), place))
    return _plain(marks[-1]["side"] or marks[-1]["on"]) if marks else ""


def _of_a_parent(match: re.Match[str], label: str) -> bool:
    """Whether `his sister`, in a list of one side of the family, is the sister of the parent on that side."""
    own = match["kin"].lower() in _OF_EITHER_SIDE and not match["whose"]
    return own and bool(label) and (match["by"] or "").strip().lower() in ("his", "her")


def _plain(words: str) -> str:
    lowered = words.lower()
    maternal = any(word in lowered for word in ("matern", "mother", "mom", "mum"))
    paternal = any(word in lowered for word in ("patern", "father", "dad"))
    if maternal == paternal:
        return ""
    return "maternal" if maternal else "paternal"


def _side(kin: str, whose: str, label: str) -> str:
    if whose.startswith(("maternal", "mother", "mom", "mum")):
        return "maternal"
    if whose.startswith(("paternal", "father", "dad")):
        return "paternal"
    if kin in ("mother", "father"):
        return "maternal" if kin == "mother" else "paternal"
    if kin in _OF_EITHER_SIDE and (not whose or (not label and whose.strip() in ("his", "her"))):
        return "both"
    return label


def _holding(note: Note, place: int) -> Sentence | None:
    return next((one for one in note.sentences if one.start <= place < one.end), None)


def _fact(
    note: Note,
    vocabulary: Vocabulary,
    concept_id: ConceptId,
    sentence: Sentence,
    value: Decimal | None,
    *,
    sure: bool,
    denied: bool = False,
) -> Fact:
    match = Match(vocabulary.concepts[concept_id], False, sentence.start, sentence.end, value=value)
    clause = clause_of(note.text, sentence, match.start, match.end, note.cues)
    fact = fact_of(Statement(note, sentence, match, clause, sentence.end))
    assertion = Assertion.NEGATED if denied else Assertion.AFFIRMED
    if not sure or note.frame.unfinal:
        assertion = Assertion.UNCERTAIN
    updates = {"assertion": assertion, "experiencer": Experiencer.PATIENT, "historical": False}
    return fact.model_copy(update={**updates, "id": f"{fact.id}:{match.start}"})
