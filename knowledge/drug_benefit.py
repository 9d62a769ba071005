"""Under which benefit a drug falls, which decides its clock: given drugs by HCPCS code, others by NDC or RxNorm."""

import re
from collections.abc import Sequence

from cases.case import LineOfBusiness
from cases.chart import Coding

_ADMINISTERED = re.compile(r"J\d{4}|Q(?:0138|0139|20\d\d|41\d\d|50\d\d|51\d\d)|C9\d{3}")
"""HCPCS level II: J codes are drugs given other than by mouth; Q51 biosimilars; C9 new drugs in hospitals."""
_DRUG_SYSTEMS = ("rxnorm", "ndc")
_GIVEN = re.compile(r"\b(?:infusions?|intravenous|IV)\b", re.IGNORECASE)
"""Ways of giving a drug that no patient does at home from a pharmacy's box."""


def dispensed_drug(codes: Sequence[Coding]) -> str:
    """The names of a drug that a pharmacy dispenses, as its codes give them; empty for one given to a patient.

    An infusion is given to the patient also where the order names it in RxNorm or NDC alone.
    """
    if any(_ADMINISTERED.fullmatch(code.code) for code in codes) or not codes:
        return ""
    if not all(any(name in code.system.casefold() for name in _DRUG_SYSTEMS) for code in codes):
        return ""
    names = "; ".join(code.display or code.code for code in codes)
    return "" if _GIVEN.search(names) else names


def service_kind(line: LineOfBusiness, codes: Sequence[Coding]) -> str:
    """The service kind that a deadline rule knows: part_b_drug, part_d_drug, outpatient_drug or item_or_service."""
    administered = any(_ADMINISTERED.fullmatch(code.code) for code in codes)
    dispensed = any(name in code.system.casefold() for code in codes for name in _DRUG_SYSTEMS)
    if line is LineOfBusiness.MEDICARE_ADVANTAGE and (administered or dispensed):
        return "part_b_drug" if administered else "part_d_drug"
    if line in {LineOfBusiness.MEDICAID_MCO, LineOfBusiness.MEDICAID_FFS} and dispensed:
        return "outpatient_drug"
    return "item_or_service"
