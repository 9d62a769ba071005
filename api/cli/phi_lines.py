"""The work of `countersign phi` on one text and on lines of JSON: same order, ids echoed, seconds added."""

import secrets

from agents.toolbox import Toolbox
from api.cli.json_lines import TextLine
from cases.ids import CaseId
from cases.ports import CaseMemory
from guardrails.phi.guard import shipped_guard
from guardrails.phi.masking import SurrogateMap, mask_text, restore_text
from guardrails.phi.surrogates import SECRET, Surrogates
from runtime import phi_map_store
from runtime.master_key import master_key

_MAP_BYTES = 12


def scan(line: TextLine) -> dict[str, object]:
    """The identifiers of a text, offsets in code points."""
    spans = shipped_guard().find(line.text)
    return {
        "spans": [
            {"start": span.start, "end": span.end, "type": span.type.value, "score": round(span.score, 4)}
            for span in spans
        ]
    }


class Redactions:
    """Masks texts of one case (or of none) and keeps their maps; restores by a map that was kept."""

    def __init__(self, box: Toolbox, case_id: CaseId) -> None:
        self._box = box
        self._memory = _memory(box, case_id)
        salt = case_id or f"no case {secrets.token_hex(8)}"
        self._surrogates = Surrogates(master_key(box.settings).derive(SECRET), salt)

    def redact(self, line: TextLine) -> dict[str, object]:
        """The masked text and the id of its map, which stays encrypted in the store."""
        masked = mask_text(line.text, shipped_guard().find(line.text, self._memory), self._surrogates)
        map_id = secrets.token_hex(_MAP_BYTES)
        with self._box.database.begin() as transaction:
            phi_map_store.put_map(transaction, map_id, masked.map.model_dump_json(), self._box.clock.now())
        return {"text": masked.text, "map_id": map_id}


class Restorations:
    """Restores masked texts by the maps that were kept for them."""

    def __init__(self, box: Toolbox, map_id: str) -> None:
        self._box, self._map_id = box, map_id

    def restore(self, line: TextLine) -> dict[str, object]:
        """The text as it was; a line's own map comes before the one of the command."""
        with self._box.database.read() as transaction:
            stored = phi_map_store.get_map(transaction, line.map_id or self._map_id)
        return {"text": restore_text(line.text, SurrogateMap.model_validate_json(stored))}


def _memory(box: Toolbox, case_id: CaseId) -> CaseMemory:
    """What the case's records know; nothing where no case was named. Raises NotFound for one that is not held."""
    from guardrails.phi.memory import memory_of_case
    from runtime import case_store, chart_store

    if not case_id:
        return CaseMemory()
    with box.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        chart = chart_store.get_chart(transaction, case_id, case.chart_digest) if case.chart_digest else None
    return memory_of_case(case, chart)
