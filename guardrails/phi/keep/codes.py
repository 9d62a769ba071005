"""Codes and measures that look like identifiers and are none: ICD-10, CPT, HCPCS, NDC, LOINC, policy numbers, doses."""

import re

_CODE_FORMS = re.compile(
    r"""
    [A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?(?:-[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)?   # ICD-10-CM, and ranges of it
    | [A-TV-Z]\d[0-9A-Z][0-9A-Z]{1,4}                                                    # ICD-10-CM without its point
    | 0(?=[0-9]*[A-HJ-NP-Z][0-9]*[A-HJ-NP-Z])[0-9A-HJ-NP-Z]{6}                           # ICD-10-PCS
    | \d{4}[FTUM] | \d{5}(?:-(?:\d\d|[A-Z]{2}|[A-Z]\d))?                                 # CPT, with a modifier
    | [A-V]\d{4}(?:-(?:\d\d|[A-Z]{2}|[A-Z]\d))?(?:-[A-V]\d{4})?                          # HCPCS level II
    | \d{3}[A-Z0-9]{6}X                                                                  # NUCC taxonomy
    | \d{5}-\d{4}-\d{2} | \d{5}-\d{3}-\d{2} | \d{4}-\d{4}-\d{2} | \d{5}-\d{4}-\d | \d{5}-\d{3}-\d | \d{4}-\d{4}-\d # NDC
    | \d{1,5}-\d                                                                         # LOINC
    | LP\d{4,6}-\d | LA\d{2,6}-\d
    | NCT\d{8} | PMC\d{5,8} | rs\d{3,12} | HP_?\d{7} | ORPHA\d+ | CVE-\d+-\d+ | ISO\d+ | RFC\d+
    | [LAR]\d{5}                                                                         # LCD, article
    | (?:CG|MED|SURG|RAD|DME|GENE|TRANS|ANC|BEH|LAB|THER|OR|PR|MP|MCG|NCD|LCD|CPB|DRUG|CP|MPM|NMP|UM|RX|POL|HCPCS|CPT
      |ICD)[-_.](?:[A-Z]{2,6}[-_.])?\d{1,5}(?:\.\d+)*
    | \d+(?:\.\d+){2,}                                                                   # section and version numbers
    | (?:19|20)\d\d[-/](?:19|20)?\d\d                                                    # a span of years
    | v\d[\w.]*
    | [CTBSL]\d{1,2}(?:[-/][CTBSL]?\d{1,2})+ | B12 | HbA1c | SpO2 | [A-Z]{2,5}-?\d{1,2}
    | COVID-?19 | SARS-CoV-2 | HLA-?[A-Z]+\d{1,2}
    | [12]\d{3}[A-F]{1,2} | CMS-\d{2,5}[A-Z]?                                              # X12 loops, CMS forms
    | 00\dX\d{4}[A-Z]?\d?[A-Z]?                                                          # X12 implementation guides
    """,
    re.VERBOSE,
)
_UNIT = (
    r"(?:mg|mcg|µg|μg|ug|g|gm|gms|grams?|kg|kgs|lbs?|oz|ml|mL|cc|l|L|dl|dL|iu|IU|units?|meq|mEq|mmol"
    r"|mol|mosm|mmhg|mm|cm|km|m|ft|in|inches|feet|hz|mhz|khz|kcal|cal|cals|calories|kj|bpm|rpm|"
    r"ms|msec|sec|secs|seconds?|min|mins|minutes?|h|hr|hrs|hours?|d|days?|w|wks?|weeks?|mos?|months?|y"
    r"|yrs?|years?|k|K|x|%|°|f|c|dollars?|usd|cents|copies|cells|log|cfu|gy|cgy|rads?|rem|sv|msv|watts?"
    r"|w|v|kv|ma|"
    r"mg/dl|ng|pg|fl|ppm|psi|mb|gb|kb|tb|bytes|b|px|dpi|patients|people|subjects|participants|adults"
    r"|women|men|cases|births|steps|persons|tablets?|tabs?|capsules?|caps?|doses?|puffs?|drops?|vials?"
    r"|times|th|nd|rd|st|per|total)"
)
_GLUED_UNIT = re.compile(rf"[\d.,]+(?:[-/]\d+)?{_UNIT}(?:[-/.][A-Za-z0-9]+)*", re.IGNORECASE)
_NEXT_UNIT = re.compile(rf"\s?-?(?:{_UNIT}\b(?!\s?[:=])|%|/\s?(?:mm|µ|u|mcl|ml|dl|l|hpf|lpf|cu)\b|x10)", re.IGNORECASE)
_LONGEST_CODE = 40
_MONEY_BEFORE = re.compile(r"[$€£¥]\s?$")


def is_code_form(value: str) -> bool:
    """Whether the whole value is written as a code of medicine, a policy number, a version or a level of the spine."""
    return len(value) <= _LONGEST_CODE and _CODE_FORMS.fullmatch(value) is not None


def is_measure(text: str, start: int, end: int) -> bool:
    """Whether the number at [start, end) is an amount: it has a unit, or a currency stands before it."""
    value = text[start:end]
    if _GLUED_UNIT.fullmatch(value) or _MONEY_BEFORE.search(text, max(0, start - 3), start):
        return True
    if end < len(text) - 1 and text[end] == "." and text[end + 1].isdigit():
        return True
    return value[-1].isdigit() and _NEXT_UNIT.match(text, end, end + 24) is not None
