"""The patient and the orders that the EHR had in view when it opened the panel, and the cases here that are theirs."""

from collections.abc import Sequence

from fastapi import Request

from agents.casework.panel.worklist import CaseLine
from agents.toolbox import Toolbox
from api.smart import sealed
from api.smart.ehr import LaunchedPatient
from cases.frozen import Frozen

IN_VIEW = "smart_patient"
"""The cookie it is kept in."""


class InView(Frozen):
    """The launch context of this browser's session; `theme` is the one that the EHR's style asks for, or empty."""

    patient: LaunchedPatient | None = None
    orders: tuple[str, ...] = ()
    theme: str = ""

    def lines(self, lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
        """The cases of this patient: the id, the birth date and the family name must all be the same.

        Ids of two systems can coincide, and the wrong patient's case must not open.
        """
        who = self.patient
        if who is None:
            return ()
        return tuple(
            line
            for line in lines
            if line.patient_id == who.id
            and line.birth_date == who.birth_date
            and line.family.casefold() == who.family.casefold()
        )

    def one(self, lines: Sequence[CaseLine]) -> CaseLine | None:
        """The case to open: the only one of the patient, or the only one of an order in view."""
        ordered = [line for line in lines if line.order_id in self.orders]
        found = ordered or lines
        return found[0] if len(found) == 1 else None


def in_view(request: Request, toolbox: Toolbox) -> InView | None:
    """What the EHR had in view; None where the panel was opened otherwise."""
    return sealed.taken(request, toolbox, IN_VIEW, InView, session_seconds(toolbox))


def session_seconds(toolbox: Toolbox) -> int:
    """How long a session lasts at most."""
    return toolbox.settings.session_hours * 3600
