"""What the tools of one question have brought together: held for the run, never in a checkpoint."""

from dataclasses import dataclass, field

from agents.casework.asking import PolicyAnswer
from agents.copilot.answer import ChartSource
from agents.copilot.record import CaseRecord
from agents.copilot.tools import CriteriaFound, LinesFound, PathwayFound


@dataclass
class Findings:
    """One slot for each tool; None until it was called."""

    policy: PolicyAnswer | None = None
    criteria: CriteriaFound | None = None
    record: CaseRecord | None = None
    chart: tuple[ChartSource, ...] | None = None
    pathway: PathwayFound | None = None
    lines: LinesFound | None = None
    refused: list[str] = field(default_factory=list)

    def keep(self, tool: str, found: object) -> None:
        """Put what a tool found into its slot."""
        match found:
            case PolicyAnswer():
                self.policy = found
            case CriteriaFound():
                self.criteria = found
            case CaseRecord():
                self.record = found
            case PathwayFound():
                self.pathway = found
            case LinesFound():
                self.lines = found
            case tuple():
                self.chart = found
            case _:
                raise TypeError(f"{tool} brought something the copilot does not know")
