"""The overturn estimate does what its figures say, without age and sex, and is shown only where it may be."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cases.case import LineOfBusiness
from evals.overturn_fit import calibration_error, overturned, read_rows, truth_of
from knowledge.overturn import COLUMNS, estimate, may_be_shown, shipped_model


def test_the_shipped_weights_reach_their_figures_on_the_later_years(shared: Path) -> None:
    rows = [row for row in read_rows(shared / "data" / "imr" / "imr_2001_2014.csv") if int(row["Report Year"]) > 2011]
    estimates = np.array([estimate(*(row[name] for name in COLUMNS)) for row in rows])
    truth = truth_of(rows)
    assert roc_auc_score(truth, estimates) >= 0.6604
    assert calibration_error(estimates, truth) <= 0.04
    assert sum(map(overturned, rows)) == int(truth.sum())


def test_age_and_sex_are_no_inputs() -> None:
    assert len(COLUMNS) == 5
    assert not [name for name in (*COLUMNS, *shipped_model().weights) if "Age" in name or "Gender" in name]


@pytest.mark.parametrize(
    ("line", "level", "shown"),
    [
        (LineOfBusiness.COMMERCIAL_INSURED, 3, True),
        (LineOfBusiness.COMMERCIAL_INSURED, 1, False),
        (LineOfBusiness.ERISA_SELF_FUNDED, 3, False),
        (LineOfBusiness.MEDICARE_ADVANTAGE, 3, False),
        (LineOfBusiness.MEDICAID_MCO, 3, False),
        (None, 3, False),
    ],
)
def test_it_is_shown_for_external_reviews_of_insured_plans_only(
    line: LineOfBusiness | None, level: int, shown: bool
) -> None:
    assert may_be_shown(line, level) is shown


def test_every_base_rate_has_its_count() -> None:
    rates = shipped_model().base_rates
    assert rates
    assert all(0 <= one.overturned <= one.reviews and one.reviews >= 30 for one in rates)
