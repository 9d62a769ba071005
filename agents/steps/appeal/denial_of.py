"""The denial that an appeal answers."""

from agents.desk import CaseDesk
from cases.denial import Denial
from cases.errors import StoreDamaged
from runtime import denial_store


def denial_of(desk: CaseDesk) -> Denial:
    """The denial of this appeal; raises StoreDamaged where the case is none."""
    appeal = desk.case().appeal
    if appeal is None:
        raise StoreDamaged(f"Case {desk.case_id} is no appeal.")
    with desk.database.read() as transaction:
        return denial_store.get(transaction, appeal.denial_id)
