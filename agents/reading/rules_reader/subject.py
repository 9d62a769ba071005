"""Whom a statement is about: the patient, a relative, or somebody else; in doubt not the patient."""

import re
from collections.abc import Mapping

from agents.reading.rules_reader.layout import Section, Sentence
from cases.evidence import Experiencer

Cues = Mapping[str, re.Pattern[str]]
_KIN_AND_ON = re.compile(
    r"\b(?:son|daughter|dtr|wife|husband|brother|sister|mother|father|partner|friend)\b.*", re.IGNORECASE | re.DOTALL
)
_SUBJECT = re.compile(r"\b(?P<he>he|himself|his)\b|\b(?P<she>she|herself|her)\b", re.IGNORECASE)

_CLINICIAN = re.compile(r"\bDr\.? [A-Z]|\b(?:doctor|physician|surgeon|therapist|oncologist|pulmonologist)\b")
_ANY_KIN = re.compile(
    r"\b(?:son|daughter|dtr|wife|husband|brother|sister|mother|father|mom|dad|partner|friend|spouse|roommate|neighbou?r|"
    r"cousin|aunt|uncle|twin|niece|nephew|grand\w+)\b",
    re.IGNORECASE,
)


def subject_of(
    text: str, sentence: Sentence, clause: tuple[int, int], place: tuple[int, int], cues: Cues, gender: str
) -> Experiencer:
    """Who has what is said at `place`, in its clause and sentence.

    A relative named before it in the clause, or who opens the sentence, has it, unless that relative only tells of
    the patient or the clause turns back to the patient. A pronoun of the other gender is never the patient.
    """
    if sentence.section is Section.FAMILY:
        return Experiencer.FAMILY
    before = text[clause[0] : place[0]]
    said = text[place[0] : place[1]]
    after = text[place[1] : clause[1]]
    rest = text[place[1] : sentence.end]
    if cues["kin_possessive"].search(said):
        return Experiencer.FAMILY
    if cues["kin_label_after"].search(rest) or cues["kin_of_after"].search(after):
        return Experiencer.FAMILY
    if cues["of_somebody_else"].search(text, sentence.start, sentence.end):
        return Experiencer.OTHER
    if cues["family_history"].search(before):
        return Experiencer.FAMILY
    own = cues["kin_aside"].sub(lambda match: " " * len(match[0]), before)
    if _turns_back(own[_behind_kin(own, cues) :] + said, cues, gender):
        return Experiencer.PATIENT
    if _other_gender(before, said, gender):
        return Experiencer.FAMILY if cues["kin"].search(own) else Experiencer.OTHER
    if cues["kin"].search(own) and not cues["kin_tells"].search(own):
        return Experiencer.FAMILY
    return Experiencer.FAMILY if _opened_by_kin(text, sentence, clause, place, cues) else Experiencer.PATIENT


def in_a_pedigree(whole: str, text: str, sentence: Sentence, cues: Cues) -> bool:
    """Whether what is said of a relative is family history: the note tells a pedigree, or the sentence names kin."""
    if sentence.section is Section.FAMILY or cues["tells_pedigree"].search(whole):
        return True
    return cues["told_of_kin"].search(text, sentence.start, sentence.end) is not None


def _opened_by_kin(text: str, sentence: Sentence, clause: tuple[int, int], place: tuple[int, int], cues: Cues) -> bool:
    """Whether a relative opens the sentence, or a clause about one stands right before (`Her mother, who ...,`)."""
    opening = cues["kin_aside"].sub(" ", text[sentence.start : clause[0]])
    if cues["kin_opens"].match(opening) and not cues["kin_tells"].search(opening):
        return True
    return cues["kin_with_clause"].search(text, sentence.start, place[0]) is not None


def _behind_kin(words: str, cues: Cues) -> int:
    """Where the last mention of a relative ends: only what follows it can turn back to the patient."""
    return max((match.end() for match in cues["kin"].finditer(words)), default=0)


def _turns_back(words: str, cues: Cues, gender: str) -> bool:
    """Whether a clause speaks of the patient by name of that role, or by a stressed pronoun of the right gender."""
    names = ["back_to_patient", *(f"back_to_patient_{one}" for one in ("male", "female") if gender in ("", one))]
    return any(cues[name].search(words) for name in names)


def _other_gender(before: str, said: str, gender: str) -> bool:
    """Whether the nearest pronoun that can be the subject is of the other gender than the patient."""
    if _CLINICIAN.search(before) and not _ANY_KIN.search(before):
        return False
    found = [*_SUBJECT.finditer(before)] or [*_SUBJECT.finditer(_KIN_AND_ON.sub("", said))][:1]
    if not found or gender not in ("male", "female"):
        return False
    return bool(found[-1]["she"]) if gender == "male" else bool(found[-1]["he"])
