"""Appeals as staff see them: one line each, and the page for a call."""

from agents.appeal_products import OUTCOME, PLAN
from agents.toolbox import Toolbox
from cases.errors import NotFound
from cases.ids import CaseId
from runtime import case_store, work_store
from runtime.work_store import GATE


def appeal_lines(toolbox: Toolbox) -> tuple[str, ...]:
    """A line for each appeal, the first due first."""
    rows: list[tuple[str, str]] = []
    with toolbox.database.read() as transaction:
        held = [case_store.get(transaction, one.id) for one in case_store.listing(transaction)]
        for case in held:
            if case.appeal is None:
                continue
            plan = work_store.get_product(transaction, case.id, PLAN)
            outcome = work_store.get_product(transaction, case.id, OUTCOME)
            due = plan.due.isoformat() if plan and plan.due else "no date"
            name = plan.level_name or plan.filing.replace("_", " ") if plan else "not worked"
            state = outcome.result.value if outcome else case.state.replace("_", " ")
            payer = case.payer.name if case.payer else "payer not resolved"
            rows.append((due, f"{case.id}  due {due}  level {case.appeal.level}, {name}  {payer}  [{state}]"))
    return tuple(line for _, line in sorted(rows))


def brief_of(toolbox: Toolbox, appeal_id: CaseId) -> str:
    """The newest brief; raises NotFound where none was drafted."""
    with toolbox.database.read() as transaction:
        revision = work_store.newest_revision(transaction, appeal_id, GATE)
        if revision is None:
            raise NotFound(f"Appeal {appeal_id} was not worked yet.")
        return work_store.get_artefact(transaction, appeal_id, revision, "brief.md").decode()
