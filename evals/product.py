"""The product as suites use it: homes of their own with the shipped policies, a clock that stands still, no model."""

from datetime import datetime
from pathlib import Path

from agents.casework.policies import import_policies, import_shipped
from agents.toolbox import Toolbox, build_toolbox
from evals.bench_room import NOW, Bench
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import manifest_items
from runtime.settings import Settings


def toolbox(bench: Bench, name: str = "cases", *, now: datetime = NOW) -> Toolbox:
    """A product in a home of its own that holds the shipped policies, the same one for all suites of a run."""
    return bench.once(f"home {name}", lambda: _opened(bench, bench.scratch / f"home-{name}", now))


def policies(bench: Bench) -> Toolbox:
    """A product that holds the shipped policies and, where they are at hand, the national determinations."""
    if bench.shared is None:
        return toolbox(bench)
    manifest = bench.shared / "policies" / "manifest.jsonl"

    def opened() -> Toolbox:
        box = _opened(bench, bench.library, NOW)
        list(import_policies(box, manifest_items(manifest, Particulars())))
        return box

    return bench.once("home library", opened)


def _opened(bench: Bench, home: Path, now: datetime) -> Toolbox:
    """The clock stands still, so that a run of tomorrow judges the same."""
    box = build_toolbox(Settings(home=home, fixed_time=now, llm_base_url=None))
    bench.at_end(box.database.close)
    import_shipped(box)
    return box
