"""Fit the overturn estimate on California's independent medical reviews, and say how well it does on later years.

Run as `python -m evals.overturn_fit PATH_TO_CSV`. Writes knowledge/overturn/model.json and prints the figures.
Fitted on 2001–2011 and judged on 2012–2014; the penalty was chosen one year ahead on 2008 to 2011 alone.
Age and sex are no inputs (45 CFR 92.210); what they would add, and how the estimate does by group, is printed.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from knowledge.overturn import COLUMNS, features

TARGET = Path(__file__).resolve().parents[1] / "knowledge" / "overturn" / "model.json"
LAST_TRAINING = 2011
CHOOSING = (2008, 2009, 2010, 2011)
PENALTIES = (0.01, 0.03, 0.05, 0.1)
SMALLEST = 0.01
"""A weight below this moves no estimate that anybody would see, and is not shipped."""
GROUPS = ("Age Range", "Patient Gender")
Row = dict[str, str]
Encode = Callable[[Row], Sequence[str]]
Floats = NDArray[np.float64]


def read_rows(path: Path) -> list[Row]:
    """The reviews, one a row, as the file has them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def overturned(row: Row) -> int:
    return 0 if row["Determination"].startswith("Upheld") else 1


def plain(row: Row) -> list[str]:
    """The five permitted columns, one feature each."""
    return [f"{name}={row[name]}" for name in COLUMNS]


def with_groups(row: Row) -> list[str]:
    """All seven columns, for the audit alone."""
    return [*plain(row), *(f"{name}={row[name]}" for name in GROUPS)]


def ours(row: Row) -> list[str]:
    return list(features(tuple(row[name] for name in COLUMNS)))


class Fit:
    """A logistic regression over one-hot features."""

    def __init__(self, rows: Sequence[Row], encode: Encode, penalty: float) -> None:
        self.encode = encode
        self.index = {one: place for place, one in enumerate(sorted({one for row in rows for one in encode(row)}))}
        self.model = LogisticRegression(C=penalty, max_iter=3000)
        self.model.fit(self._matrix(rows), [overturned(row) for row in rows])

    def _matrix(self, rows: Sequence[Row]) -> Floats:
        places = [(at, self.index[one]) for at, row in enumerate(rows) for one in self.encode(row) if one in self.index]
        ones, (at, column) = np.ones(len(places)), zip(*places, strict=True)
        made: Floats = csr_matrix((ones, (at, column)), shape=(len(rows), len(self.index)))
        return made

    def predict(self, rows: Sequence[Row]) -> Floats:
        found: Floats = self.model.predict_proba(self._matrix(rows))[:, 1]
        return found

    def weights(self) -> dict[str, float]:
        held = {one: round(float(self.model.coef_[0][place]), 3) for one, place in self.index.items()}
        return {one: weight for one, weight in held.items() if abs(weight) >= SMALLEST}

    @property
    def intercept(self) -> float:
        return round(float(self.model.intercept_[0]), 5)


def calibration_error(estimates: Floats, truth: NDArray[np.int_], bins: int = 10) -> float:
    """Expected calibration error over equal bins of the estimate."""
    place = np.minimum((estimates * bins).astype(int), bins - 1)
    parts = [
        abs(estimates[place == one].mean() - truth[place == one].mean()) * (place == one).mean() for one in set(place)
    ]
    return float(sum(parts))


def truth_of(rows: Sequence[Row]) -> NDArray[np.int_]:
    return np.array([overturned(row) for row in rows])


def chosen(rows: Sequence[Row]) -> float:
    """The penalty with the best mean AUROC one year ahead, over the last training years."""
    scores = []
    for penalty in PENALTIES:
        found = []
        for year in CHOOSING:
            early = [row for row in rows if int(row["Report Year"]) < year]
            ahead = [row for row in rows if int(row["Report Year"]) == year]
            found.append(roc_auc_score(truth_of(ahead), Fit(early, ours, penalty).predict(ahead)))
        scores.append(float(np.mean(found)))
    return PENALTIES[int(np.argmax(scores))]


def base_rates(rows: Sequence[Row], least: int = 30) -> list[dict[str, object]]:
    """Reviews and overturned ones by type and treatment category, where there are enough to speak of."""
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        counts[row["Type"], row["Treatment Category"]].append(overturned(row))
    table: list[dict[str, object]] = []
    for (kind, treatment), held in sorted(counts.items()):
        if len(held) >= least:
            table.append({"type": kind, "treatment": treatment, "reviews": len(held), "overturned": sum(held)})
    return table


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(path: Path) -> None:
    """Fit, judge on the later years, print, and write the model with the digest of what it was fitted on."""
    rows = read_rows(path)
    training = [row for row in rows if int(row["Report Year"]) <= LAST_TRAINING]
    later = [row for row in rows if int(row["Report Year"]) > LAST_TRAINING]
    truth = truth_of(later)
    penalty = chosen(rows)
    fits = {
        "plain, seven columns": Fit(training, with_groups, 1.0),
        "plain, five permitted": Fit(training, plain, 1.0),
        "ours, five permitted": Fit(training, ours, penalty),
        "audit: ours with age and sex": Fit(
            training, lambda row: [*ours(row), *(f"{g}={row[g]}" for g in GROUPS)], penalty
        ),
    }
    figures = {}
    for name, fit in fits.items():
        estimates = fit.predict(later)
        figures[name] = (roc_auc_score(truth, estimates), calibration_error(estimates, truth))
        _say(f"{name:32} AUROC {figures[name][0]:.4f}  ECE {figures[name][1]:.4f}  features {len(fit.index)}")
    fit = fits["ours, five permitted"]
    estimates = fit.predict(later)
    _say(f"penalty {penalty}; reviews {len(training)} to 2011, {len(later)} after")
    for group in GROUPS:
        for value in sorted({row[group] for row in later}):
            place = np.array([row[group] == value for row in later])
            shown = f"estimate {estimates[place].mean():.3f}, overturned {truth[place].mean():.3f}"
            _say(f"{group} {value or '(none)':12} {place.sum():5} reviews: {shown}")
    auroc, error = figures["ours, five permitted"]
    model = {
        "name": "California external-review base rate",
        "source": "California Department of Managed Health Care, independent medical reviews 2001–2014",
        "source_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "fitted_on": "2001–2011",
        "judged_on": "2012–2014",
        "auroc": round(float(auroc), 4),
        "calibration_error": round(error, 4),
        "reviews": len(training),
        "intercept": fit.intercept,
        "weights": fit.weights(),
        "base_rates": base_rates(training),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
    _say(f"written {TARGET} ({TARGET.stat().st_size} bytes), sha256 {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
