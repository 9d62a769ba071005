"""The patient and the orders that the EHR had in view when it opened the panel, and the cases here that are theirs."""

from collections.abc import Sequence

from fastapi import Request

from agents.casework.panel.worklist import CaseLine
from agents.toolbox import Toolbox
from api.auth import IN_VIEW
from api.smart import sealed
from api.smart.ehr import LaunchedPatient
from cases.frozen import Frozen
from cases.ids import UserId


class InView(Frozen):
    """The launch context of a user's session; `theme` is the one that the EHR's style asks for, or empty."""

    user: UserId
    patient: LaunchedPatient | None = None
    orders: tuple[str, ...] = ()
    theme: str = ""

    def lines(self, lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
        """The cases of this patient: the id, the birth date and the family name must all be there and be the same.

        Ids of two systems can coincide, and the wrong patient's case must not open.
        """
        who = self.patient
        if who is None or not (who.id and who.birth_date and who.family):
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


def in_view(request: Request, toolbox: Toolbox, user: UserId) -> InView | None:
    """What the EHR had in view for this user; None where the panel was opened otherwise, or by somebody else."""
    found = sealed.taken(request, toolbox, IN_VIEW, InView, session_seconds(toolbox))
    return found if found is not None and found.user == user else None


def session_seconds(toolbox: Toolbox) -> int:
    """How long a session lasts at most."""
    return toolbox.settings.session_hours * 3600
