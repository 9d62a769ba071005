"""Which suites there are, by name; each is imported when it is asked for."""

from importlib import import_module
from typing import Any

from cases.errors import NotFound
from evals.task import Task

SUITES = {
    "retrieval": "policies.retrieval",
    "grounding": "policies.grounding",
    "abstention": "policies.abstention",
    "calibration": "policies.calibration",
    "criteria": "evidence.criteria",
    "robustness": "evidence.robustness",
    "injection": "evidence.injection",
    "fairness": "evidence.fairness",
    "intake": "papers.intake",
    "packet": "papers.packet",
    "denials": "denials.pathways",
    "deadlines": "denials.deadlines",
    "phi": "guards.phi",
    "sensitive": "guards.sensitive",
    "authority": "guards.authority",
    "gate": "guards.gate",
    "audit": "running.audit",
    "latency": "running.latency",
}
LIVE = {"live": "running.live"}
"""Suites that ask a model; they run with --live only, and are reported apart."""
NOT_YET = {
    "appeals": "Appeal letters (every reason answered, no fabricated citation): no appeal in this release.",
}
"""Suites that the product's plan names and that have nothing to run yet, and why."""


def shipped(name: str) -> Task[Any, Any]:
    """The suite of that name; raises NotFound that lists them all."""
    if name in NOT_YET:
        raise NotFound(f"The suite '{name}' has nothing to run yet. {NOT_YET[name]}")
    if name not in SUITES and name not in LIVE:
        raise NotFound(f"No suite '{name}'. Suites: {', '.join(SUITES)}.")
    task: Task[Any, Any] = import_module(f"evals.suites.{(SUITES | LIVE)[name]}").task()
    return task
