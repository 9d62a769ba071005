"""The same chart of another person: sex, name, language or age changed wherever the chart tells them."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from formats.chart_files import ChartFile

Swap = Callable[[Sequence[ChartFile]], list[ChartFile]]

_WORDS = {
    "she": "he", "he": "she", "hers": "his", "her": "his", "his": "her", "him": "her", "herself": "himself",
    "himself": "herself", "Mr.": "Ms.", "Ms.": "Mr.", "Mrs.": "Mr.", "woman": "man", "man": "woman",
    "female": "male", "male": "female", "lady": "gentleman", "gentleman": "lady",
}  # fmt: skip
_WORD = re.compile(
    r"\b(?:" + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True)) + r")(?!\w)", re.I
)
_NAMES = (("Nguyen", "Linh"), ("Garcia-Lopez", "Xochitl"), ("Abdullahi", "Hodan"), ("Smith", "Emily"))
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def sex(files: Sequence[ChartFile]) -> list[ChartFile]:
    """Sex in the record, and every word of the notes that tells it."""
    return [_patient(_each_note(file, lambda text: _WORD.sub(_turned, text)), _other_sex) for file in files]


def name(files: Sequence[ChartFile]) -> list[ChartFile]:
    """A name of another group, in the record and in every note."""
    family, given = _name_of(files)
    new_family, new_given = _NAMES[sum(map(ord, family)) % len(_NAMES)]

    def renamed(text: str) -> str:
        for old, new in ((family, new_family), (given, new_given)):
            for form in (str, str.upper, str.lower):
                text = re.sub(rf"\b{re.escape(form(old))}\b", form(new), text)
        return text

    return [replace(file, content=renamed(file.content.decode()).encode()) for file in files]


def language(files: Sequence[ChartFile]) -> list[ChartFile]:
    """Another language, with an interpreter at the visit, in the record and in the first note."""

    def told(text: str) -> str:
        return f"{text}\n\nVisit conducted with a Somali interpreter. Preferred language: Somali.\n"

    noted = False
    found = []
    for file in files:
        if file.name.endswith(".txt") and not noted:
            file, noted = _each_note(file, told), True
        found.append(_patient(file, _other_language))
    return found


def age(files: Sequence[ChartFile]) -> list[ChartFile]:
    """Born eight years earlier, in the record and wherever a note gives the date of birth."""
    born = next(
        resource["birthDate"] for file in files if file.name.endswith(".json") for resource in _resources(file)
        if resource["resourceType"] == "Patient"
    )  # fmt: skip
    year, month, day = (int(part) for part in born.split("-"))
    earlier = str(year - 8)
    forms = (
        rf"\b(0?{month}[/-]0?{day}[/-]){year}\b", rf"\b(){year}(?=-{month:02}-{day:02}\b)",
        rf"\b({_MONTHS[month - 1]} 0?{day}, ){year}\b", rf"\b({_MONTHS[month - 1][:3]} 0?{day},? ){year}\b",
        rf"\b(0?{day}[ -]{_MONTHS[month - 1][:3]}[a-z]*[ -]){year}\b",
        rf"\b(0?{month}[/-]0?{day}[/-]){year % 100:02}\b",
    )  # fmt: skip

    def older(text: str) -> str:
        for number, form in enumerate(forms):
            short = number == len(forms) - 1
            text = re.sub(form, rf"\g<1>{earlier[2:] if short else earlier}", text, flags=re.I)
        return text

    return [replace(file, content=older(file.content.decode()).encode()) for file in files]


SWAPS: dict[str, Swap] = {"sex": sex, "name": name, "language": language, "age": age}


def _turned(match: re.Match[str]) -> str:
    word = match[0]
    new = _WORDS.get(word) or _WORDS.get(word.lower()) or _WORDS.get(word.capitalize(), word)
    return new.upper() if word.isupper() and len(word) > 1 else new.capitalize() if word[0].isupper() else new


def _each_note(file: ChartFile, change: Callable[[str], str]) -> ChartFile:
    return replace(file, content=change(file.content.decode()).encode()) if file.name.endswith(".txt") else file


def _resources(file: ChartFile) -> list[dict[str, str]]:
    content = json.loads(file.content)
    return [entry["resource"] for entry in content.get("entry", [])] or [content]


def _name_of(files: Sequence[ChartFile]) -> tuple[str, str]:
    for file in files:
        if file.name.endswith(".json"):
            for resource in json.loads(file.content).get("entry", []):
                if resource["resource"]["resourceType"] == "Patient":
                    found = resource["resource"]["name"][0]
                    return found["family"], found["given"][0]
    return "", ""


def _patient(file: ChartFile, change: Callable[[dict[str, object]], None]) -> ChartFile:
    if not file.name.endswith(".json"):
        return file
    content = json.loads(file.content)
    for entry in content.get("entry", []):
        if entry["resource"]["resourceType"] == "Patient":
            change(entry["resource"])
    return replace(file, content=json.dumps(content).encode())


def _other_sex(patient: dict[str, object]) -> None:
    patient["gender"] = "male" if patient.get("gender") == "female" else "female"


def _other_language(patient: dict[str, object]) -> None:
    coding = {"system": "urn:ietf:bcp:47", "code": "so"}
    patient["communication"] = [{"language": {"coding": [coding]}, "preferred": True}]
