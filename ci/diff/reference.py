"""The p values of instrument-report's verdict.rs, by SciPy: what its test expects was printed by this script.

python3 ci/diff/reference.py, with scipy installed.
"""

import numpy
from scipy.stats import permutation_test

ROWS = numpy.array([
    [0.00, 0.31, 0.12, 0.26, 0.57, 0.44, 0.61, 0.38],
    [0.20, 0.05, 0.33, 0.11, 0.29, 0.02, 0.18, 0.40],
    [1.10, 1.00, 1.21, 1.05, 0.98, 1.02, 0.71, 0.93],
    [0.52, 0.55, 0.50, 0.54, 0.56, 0.57, 0.58, 0.56],
])
WEIGHTS = numpy.array([1.0, 0.5, 1.0, 0.8, 1.0, 0.25, 1.0, 0.9])
BASE, LEAST = 4, 0.02


def statistic(row, base, new):
    """Student's, of two weighted sides, with what scatter is believed in at least."""
    sides = [(row[side], WEIGHTS[side]) for side in (base, new)]
    means = [numpy.average(values, weights=weights) for values, weights in sides]
    squares = sum(numpy.sum(w * (v - mean) ** 2) for (v, w), mean in zip(sides, means))
    worth = sum(numpy.sum(w**2) / numpy.sum(w) ** 2 for _, w in sides)
    return abs(means[1] - means[0]) / numpy.sqrt((squares / WEIGHTS.sum() + LEAST**2) * worth)


def greatest(rows):
    return lambda base, new: max(statistic(ROWS[row], base.astype(int), new.astype(int)) for row in rows)


runs = numpy.arange(ROWS.shape[1])
sides = runs[:BASE], runs[BASE:]
order = sorted(range(len(ROWS)), key=lambda row: -statistic(ROWS[row], *sides))
least = 0.0
for place, row in enumerate(order):
    # Ways are exchanged in all possible ways; the row's own statistic is the greatest of those left.
    found = permutation_test(sides, greatest(order[place:]), vectorized=False, n_resamples=numpy.inf, alternative="greater")
    least = max(least, found.pvalue)
    print(f"row {row}: statistic {found.statistic:.9f}, p {least * 70:.0f} / 70")
