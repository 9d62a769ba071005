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
    "appeals": "papers.appeals",
    "denials": "denials.pathways",
    "deadlines": "denials.deadlines",
    "phi": "guards.phi",
    "sensitive": "guards.sensitive",
    "authority": "guards.authority",
    "gate": "guards.gate",
    "audit": "running.audit",
    "latency": "running.latency",
}
LIVE = {"live": "running.live", "judge": "running.judge"}
"""Suites that ask a model; they run with --live only, and are reported apart."""


def shipped(name: str) -> Task[Any, Any]:
    """The suite of that name; raises NotFound that lists them all."""
    if name not in SUITES and name not in LIVE:
        raise NotFound(f"No suite '{name}'. Suites: {', '.join(SUITES)}.")
    task: Task[Any, Any] = import_module(f"evals.suites.{(SUITES | LIVE)[name]}").task()
    return task
