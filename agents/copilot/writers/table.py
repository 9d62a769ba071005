"""Which writer words which kind of question."""

from collections.abc import Callable

from agents.copilot.question import Kind
from agents.copilot.writers import briefs, case, lists, policies
from agents.copilot.writers.desk import Desk, Written

WRITERS: dict[Kind, Callable[[Desk], Written]] = {
    Kind.POLICY: policies.passages,
    Kind.CHART: policies.chart,
    Kind.REQUIREMENTS: policies.requirements,
    Kind.PATHWAY: policies.pathway,
    Kind.MISSING: case.missing,
    Kind.CRITERIA: case.criteria,
    Kind.DEADLINE: case.deadlines,
    Kind.STATUS: case.status,
    Kind.TIMELINE: case.timeline,
    Kind.SUMMARY: case.summary,
    Kind.NEXT: case.next_actions,
    Kind.PEER_TO_PEER: briefs.peer_to_peer,
    Kind.DRAFT: briefs.draft,
    Kind.SIMILAR: lists.similar,
    Kind.WORKLIST: lists.worklist,
    Kind.HELP: lists.help_,
    Kind.ACT: lists.refuse_to_act,
}
OF_A_CASE = frozenset({
    Kind.MISSING, Kind.CRITERIA, Kind.DEADLINE, Kind.STATUS, Kind.TIMELINE, Kind.SUMMARY, Kind.NEXT,
    Kind.PEER_TO_PEER, Kind.DRAFT,
})  # fmt: skip
"""Kinds that have no answer without a case."""
