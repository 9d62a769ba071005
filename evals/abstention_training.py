"""Fits abstention and writes it into `retrieval/weights.yaml`: `python -m evals.abstention_training [HOME]`.

Fitted on our own questions, the shared development questions, and that half of the blind labels that may be looked
at (the SHA-256 of the id is even); the other half is never read here.
"""

import hashlib
import math
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from agents.casework.policies import import_policies, import_shipped
from agents.toolbox import build_toolbox
from evals.abstention_cases import FittingCase, JudgedQuestion, fitting_cases
from knowledge import library
from knowledge.payer_directory import PayerDirectory
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import manifest_items
from retrieval.embedding import SentenceEmbedder
from retrieval.passage_index import HeldVersion
from retrieval.vectors import fill_vectors
from runtime.policy_store import passages_of, text_of, versions
from runtime.settings import Settings

_ROOT = Path(__file__).parents[1]
_SHARED = _ROOT.parent / "shared" / "data" / "policies"
_OWN = Path(__file__).parent / "datasets" / "policy_questions.jsonl"
_BLIND = _ROOT / "tests" / "labels" / "b" / "questions.jsonl"
_WEIGHTS = _ROOT / "retrieval" / "weights.yaml"
_COUNTS = {"answerable": 1.0, "unanswerable": 1.0, "gone": 0.7, "cut": 0.3}
"""How much a case of each kind counts: other passages may answer what was cut, and sometimes do."""
_REGULARIZATION = 0.1
_FOLDS = 8
_KEPT = 0.96
_MIX = 1.6818
"""Moves the confidence from the fitting's mix (half unanswerable) to the staff's (one in five), in log-odds; figures in
evals/records/b-payer-knowledge.md."""
Numbers = NDArray[np.float64]


def questions() -> list[JudgedQuestion]:
    """Every question that may be fitted on."""
    looked_at = [one for one in read_questions(_BLIND) if int(hashlib.sha256(one.id.encode()).hexdigest(), 16) % 2 == 0]
    return [*read_questions(_OWN), *read_questions(_SHARED / "questions_dev.jsonl"), *looked_at]


def read_questions(path: Path) -> list[JudgedQuestion]:
    """One question a line."""
    return [JudgedQuestion.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def fitting_library(home: Path | None = None) -> tuple[list[HeldVersion], PayerDirectory, SentenceEmbedder]:
    """The shared policies and the samples that ship, in a library of their own.

    A home that has been used before saves making the vectors again.
    """
    with tempfile.TemporaryDirectory() as new:
        box = build_toolbox(Settings(home=home or Path(new)))
        import_shipped(box)
        list(import_policies(box, manifest_items(_SHARED / "manifest.jsonl", Particulars())))
        embedder = SentenceEmbedder(box.settings.embedding_model)
        list(fill_vectors(box.database.begin, embedder))
        with box.database.read() as transaction:
            held = [(one, text_of(transaction, one), passages_of(transaction, one)) for one in versions(transaction)]
            directory = library.payer_directory(transaction)
        box.database.close()
    return held, directory, embedder


def cases(home: Path | None = None) -> list[FittingCase]:
    """The cases of all questions that may be fitted on."""
    held, directory, embedder = fitting_library(home)
    return list(fitting_cases(held, directory, embedder, questions()))


def fit(found: Sequence[FittingCase]) -> str:
    """The fitted model as the lines of its YAML, with the operating point taken from held-out folds."""
    names = list(type(found[0].signals).model_fields)
    values = np.array([[getattr(one.signals, name) for name in names] for one in found])
    answerable = np.array([one.kind == "answerable" for one in found])
    weights = np.array([_COUNTS[one.kind] for one in found])
    weights[answerable] *= weights[~answerable].sum() / weights[answerable].sum()
    mean, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    scaled = (values - mean) / spread
    held_out = np.zeros(len(found))
    for learn, judge in GroupKFold(_FOLDS).split(scaled, groups=[one.question for one in found]):
        model = _fitted(scaled[learn], answerable[learn], weights[learn])
        held_out[judge] = model.predict_proba(scaled[judge])[:, 1]
    least = float(np.quantile(held_out[answerable], 1 - _KEPT))
    for kind in ("unanswerable", "gone", "cut"):
        chosen = answerable | np.array([one.kind == kind for one in found])
        area = roc_auc_score(answerable[chosen], held_out[chosen])
        rate = float((held_out[chosen & ~answerable] >= least).mean())
        sys.stdout.write(f"{kind:<14} area {area:.3f}, answered at the operating point {rate:.3f}\n")
    model = _fitted(scaled, answerable, weights)
    lines = [
        f"  {name}: {{mean: {middle:.4f}, spread: {width:.4f}, weight: {weight:.4f}}}"
        for name, middle, width, weight in zip(names, mean, spread, model.coef_[0], strict=True)
    ]
    bias, least = model.intercept_[0] + _MIX, 1 / (1 + (1 / least - 1) * math.exp(-_MIX))
    return "\n".join([f"  bias: {bias:.4f}", f"  least: {least:.4f}", *(f"  {one}" for one in lines)])


def _fitted(values: Numbers, answerable: NDArray[np.bool_], weights: Numbers) -> LogisticRegression:
    return LogisticRegression(C=_REGULARIZATION, max_iter=3000).fit(values, answerable, sample_weight=weights)


def main() -> None:
    """Fit, say how well, and put the new numbers in the place of the old ones."""
    bias, least, *terms = fit(cases(Path(sys.argv[1]) if len(sys.argv) > 1 else None)).splitlines()
    old = _WEIGHTS.read_text("utf-8")
    by_words = re.search(r"^  least_by_words: .*$", old, re.MULTILINE)
    kept = [by_words.group()] if by_words else []
    new = "\n".join(["abstention:", bias, least, *kept, "  terms:", *terms])
    _WEIGHTS.write_text(old[: old.index("abstention:\n")] + new + "\n", "utf-8")


if __name__ == "__main__":
    main()
