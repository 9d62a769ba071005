"""Purposes of disclosures and what the accounting of disclosures leaves out: dated, cited data."""

from functools import cache

from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml


class CitedNumber(Frozen):
    """A number with where it stands."""

    value: int
    citation: str
    verified: bool


class Purpose(Frozen):
    """`exempt` purposes are left out of the accounting; the minimum necessary standard may not apply to some."""

    id: str
    exempt: bool
    minimum_necessary: bool
    citation: str
    verified: bool


class DisclosurePurposes(Frozen):
    """The whole file."""

    version: str
    accounting_years: CitedNumber
    breach_notice_days: CitedNumber
    purposes: tuple[Purpose, ...]

    def is_exempt(self, purpose: str) -> bool:
        """Whether the accounting leaves this purpose out; one that is not listed is kept in."""
        return any(one.exempt for one in self.purposes if one.id == purpose)


@cache
def shipped_purposes() -> DisclosurePurposes:
    """The purposes that ship; raises StoreDamaged naming the row that does not fit."""
    path = RULES / "agreements-purposes.yaml"
    try:
        return DisclosurePurposes.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error
