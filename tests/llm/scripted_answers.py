"""Answers a scripted model gives: honest ones, built from what it was shown, and the parts of dishonest ones."""

from typing import Any

from tests.llm.model_server import Asked

Json = dict[str, Any]


def fact(**changes: object) -> Json:
    """One statement that stands in the complete sample's note, with these fields changed."""
    stated = {
        "concept": "spo2", "passage": 3, "quote": "Oxygen saturation was 86% at rest on room air", "value": "86",
        "unit": "%", "date": None, "assertion": "affirmed", "settings": ["rest", "room_air"], "about": "patient",
        "side": None,
    }  # fmt: skip
    return {"facts": [{**stated, **changes}], "abstain": None}


def opinion(state: str | None, *quotes: tuple[int, str]) -> Json:
    return {"state": state, "quotes": [{"passage": n, "quote": quote} for n, quote in quotes], "abstain": None}


def insufficient(asked: Asked) -> Json:
    return opinion("INSUFFICIENT")


def always_met(asked: Asked) -> Json:
    """MET, on the first passage that was shown, whole."""
    number, text = next(iter(asked.passages.items()))
    return opinion("MET", (number, text))


def paragraph(*sentences: str) -> Json:
    return {"sentences": list(sentences), "abstain": None}


def honest_sentences(asked: Asked) -> list[str]:
    """Every quote once, each in a sentence that only names its source."""
    made = []
    for marker in (one for one in asked.markers if one[0] in "PE"):
        number = marker[1:]
        if marker[0] == "P":
            made.append(f"{{N{number}}}, states: {{P{number}}}." if f"N{number}" in asked.markers else "{P1}.")
        else:
            dated = f" of {{D{number}}}" if f"D{number}" in asked.markers else ""
            made.append(f"The record{dated} documents {{E{number}}}.")
    return made


def honest_paragraph(asked: Asked) -> Json:
    return paragraph(*honest_sentences(asked))


def spoilt_paragraph(sentence: str) -> Any:
    """An honest paragraph with one more sentence."""
    return lambda asked: paragraph(*honest_sentences(asked), sentence)
