"""The two public development sets in the scorer's form; read where they lie, never trained on and never copied."""

import json
import re
from pathlib import Path
from typing import Any

from guardrails.phi.gazetteer.lexicon import places

PHI_DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "phi"
SCORER = Path(__file__).resolve().parents[4] / "shared" / "tools" / "phi_score.py"
_ASQ_TYPES = {
    "NAME": "NAME", "DATE": "DATE", "MEDICAL_RECORD_NUMBER": "MRN", "HEALTH_PLAN_BENEFICIARY_NUMBER": "MEMBER_ID",
    "PHONE_NUMBER": "PHONE", "FAX_NUMBER": "FAX", "EMAIL_ADDRESS": "EMAIL", "SOCIAL_SECURITY_NUMBER": "SSN",
    "UNIQUE_IDENTIFIER": "ACCOUNT", "ACCOUNT_NUMBER": "ACCOUNT", "CERTIFICATE_LICENSE_NUMBER": "LICENSE",
    "IP_ADDRESS": "IP",
}  # fmt: skip
_RESEARCH_TYPES = {
    "PERSON": "NAME", "STREET_ADDRESS": "STREET", "CREDIT_CARD": "ACCOUNT", "IBAN_CODE": "ACCOUNT",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL", "DOMAIN_NAME": "URL", "ZIP_CODE": "ZIP", "US_SSN": "SSN",
    "US_DRIVER_LICENSE": "LICENSE", "IP_ADDRESS": "IP",
}  # fmt: skip
_TOWNS = {town.lower() for kind in ("us_cities", "world_cities") for town in places()[kind]}
_VALUE = re.compile(r"^(?:[A-Za-z ]+(?:ID|id|No|Number)[:\s#]*|#)")


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PHI_DATA / name).read_text(encoding="utf-8").splitlines()]


def asq() -> list[dict[str, Any]]:
    """926 clinical queries. A place is a CITY where our list knows it, a STREET with a number, else optional."""
    return [_asq_document(line) for line in _lines("asq_phi_dev.jsonl")]


def _asq_document(line: dict[str, Any]) -> dict[str, Any]:
    text, spans = line["text"], []
    for tag in line["tags"]:
        for match in re.finditer(rf"(?<!\w){re.escape(tag['value'])}(?!\w)", text):
            spans += _asq_span(tag["identifier_type"], match.start(), match.end(), text)
    return {"id": line["id"], "genre": "query", "source": "asq", "text": text, "spans": spans}


def _asq_span(kind: str, start: int, end: int, text: str) -> list[dict[str, Any]]:
    value = text[start:end]
    if kind == "GEOGRAPHIC_LOCATION":
        town = value.split(",")[0].strip().lower()
        if value[0].isdigit():
            return [_span(start, end, "STREET", text)]
        if town in _TOWNS:
            return [_span(start, start + len(value.split(",")[0].strip()), "CITY", text)]
        return [_span(start, end, "FACILITY", text, optional=True)]
    if kind == "UNIQUE_IDENTIFIER" and (head := _VALUE.match(value)):
        start += head.end()
    return [_span(start, end, _ASQ_TYPES[kind], text)]


def research() -> list[dict[str, Any]]:
    """600 sentences. Countries, towns alone, organisations, weekdays and bare years are optional."""
    return [_research_document(line) for line in _lines("presidio_research_dev.jsonl")]


def _research_document(line: dict[str, Any]) -> dict[str, Any]:
    text, spans = line["text"], []
    for span in line["spans"]:
        start, end, kind = span["start"], span["end"], span["type"]
        if kind in _RESEARCH_TYPES:
            spans.append(_span(start, end, _RESEARCH_TYPES[kind], text))
        elif kind in ("GPE", "ORGANIZATION"):
            spans.append(_span(start, end, "GPE", text, optional=True))
        elif kind == "DATE_TIME":
            spans.append(
                _span(start, end, "DATE", text, optional=not re.search(r"\d[/-]\d|[A-Z][a-z]{2,} \d", text[start:end]))
            )
        elif kind == "AGE" and text[start:end].isdigit() and int(text[start:end]) > 89:
            spans.append(_span(start, end, "AGE_OVER_89", text))
    return {"id": line["id"], "genre": "general", "source": "presidio-research", "text": text, "spans": spans}


def _span(start: int, end: int, kind: str, text: str, *, optional: bool = False) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "type": kind,
        "text": text[start:end],
        **({"optional": True} if optional else {}),
    }
