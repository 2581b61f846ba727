"""What the sum of a series is worth: its uncertainty and its status, from other sums of it.

The sum is compared with that of one correction less and, over a common denominator, of one degree
less.  By accident they may agree where the sum is wrong; hence the uncertainty is never below the
typical one, the median over the populations of few quanta, nor below what the correction before
the last one lets expect.  The typical change also tells a leading term that vanishes by
interference, where one quantity changes altogether and the others hardly, from a series that runs
away, where all do.  The radius of convergence decides the rest.

All sums know the first few quanta only.  What lies beyond them, a resonance of seven quanta say,
the leading order of more quanta tells (`shells`); what round-off leaves, a copy of the terms that
exaggerates it (`recursion`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from analytic.series import summation
from systems.status import Estimate, Status

SUMS = ("auto", "taylor", "pade")
# All four were set with `benchmarks.uncertainties`, which compares the sums of eight systems at
# random points with exact steady states: there the uncertainty bounds the error, as `Assessment`
# says.
LARGEST_DOUBT = 0.5  # largest uncertainty of a value, relative to it
ZERO, TYPICAL = 2.0, 0.1  # the same of one correction where others change by a tenth at most
BEYOND = 0.01  # the same beyond the radius, where a denominator has to continue the series
ROUNDOFF = 1e-11  # of a sum, relative to it: what it keeps where its corrections vanish

Sum = Callable[[Sequence[np.ndarray]], np.ndarray]  # series above and below a bar -> the quotient


@dataclass(frozen=True, repr=False)
class Assessment(Estimate):
    """Values of a quantity with what they are worth; all arrays of one shape.

    ``uncertainty``, or ``error``, is absolute, the largest of: what the last correction, or one
    degree of the denominator, changes the sum or, relatively, the populations typically (without
    corrections: what the first one would change); what the correction before the last changes,
    times the ratio by which corrections of populations typically fall, up to half of the value;
    the share of the quantity beyond the quanta in its terms; round-off.  Of a Taylor sum it is the
    rest of a geometric series.  At random points of eight systems, up to any drive, it bounds the
    error of 98 to 100 % of the sums that are "ok", without corrections of 77 to 100 %, and 3 of
    74,000 errors are above five times it (`benchmarks.uncertainties`).

    ``status`` is "ok", "undefined" (0/0: no photons), "not resolved" (below round-off) or "not
    converged": uncertainty above half of the value, or one correction above twice of it where
    the leading term vanishes by interference while the populations change by a tenth at most;
    beyond the radius above a hundredth.  A Taylor sum is "ok" there only where its corrections
    vanish.

    >>> from analytic import expand
    >>> from systems import kerr
    >>> series = expand(kerr.MODEL, corrections=2)
    >>> found = series.assess(series.number("a"), kerr.VALUES)
    >>> str(found.status), bool(found.uncertainty < 1e-3 * found.value)
    ('ok', True)
    """

    @property
    def uncertainty(self) -> Any:
        """The absolute error, an array of the shape of the values.

        >>> Assessment(np.array([0.5]), np.array([0.01]), np.array(["ok"])).uncertainty
        array([0.01])
        """
        return self.error


def assess(
    parts: Sequence[np.ndarray],
    family: np.ndarray,
    how: str,
    each: int,
    corrected: bool,
    unseen: np.ndarray,
) -> Assessment:
    """The quotient of series (2, terms, points), the first above the bar.

    The second copy of each exaggerates its round-off; ``each`` terms make a correction.
    ``family`` holds the series of populations, (series, terms, points).  If not ``corrected``, the
    last correction only serves to judge the sum without it.  ``unseen`` (points) is the share of
    the quotient's parts beyond the quanta in their terms.

    >>> geometric = 0.1 ** np.arange(3)[:, None]  # 1/(1 - x) at x = 0.1, to two corrections
    >>> parts, family = [np.array([geometric, geometric])], geometric[None]
    >>> found = assess(parts, family, "auto", each=1, corrected=True, unseen=np.zeros(1))
    >>> found.value.round(6), found.status.tolist()
    (array([1.111111]), ['ok'])
    """
    sums = _sums(family, how, each)
    sums = sums if corrected else [sums[1], sums[0]]
    series, shaken = zip(*parts, strict=True)
    value, change = _compare(sums, series)
    _, roundoff = _compare([lambda _: value, sums[0]], shaken)
    size, typical = np.abs(value), _typical(sums, family)
    x = 1 / summation.radius(summation.fit(family, family.shape[1] - 1))
    # as moments of a linear system: its populations are not
    exact = np.all([part[:, 1:] == 0 for part in parts], axis=(0, 1, 2))
    if how == "taylor":
        change *= _tail(x)
    change = np.maximum(change, typical * size)
    first = family.shape[1] == 1 + each  # nothing to compare the correction of a zero with
    zero = first & (typical <= TYPICAL)
    allowed = np.where(x >= 1, BEYOND, np.where(zero, ZERO, LARGEST_DOUBT))
    lost = (change > allowed * size) | (unseen > np.minimum(allowed, LARGEST_DOUBT))
    out_of_range = ~np.isfinite(parts).all(axis=(0, 1, 2))
    status = np.select(
        [out_of_range, ~np.isfinite(value), roundoff > LARGEST_DOUBT * size, ~exact & lost],
        [Status.NOT_CONVERGED, Status.UNDEFINED, Status.NOT_RESOLVED, Status.NOT_CONVERGED],
        Status.OK,
    )
    expected = np.minimum(_expected(family, how, each, typical, series), LARGEST_DOUBT * size)
    worst = np.maximum.reduce([change, unseen * size, expected])
    worst = np.where(exact, ROUNDOFF * size, worst)
    return Assessment(value, np.maximum(worst, roundoff), status)


def _typical(sums: list[Sum], family: np.ndarray) -> np.ndarray:
    """The median of what the sums of the family differ by, relative to them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = (_compare(sums, [f]) for f in family)
        return np.median([np.nan_to_num(change / np.abs(value)) for value, change in pairs], axis=0)


def _expected(
    family: np.ndarray, how: str, each: int, typical: np.ndarray, parts: Sequence[np.ndarray]
) -> np.ndarray:
    """What the last correction should have changed: the one before, times the typical ratio.

    Of a quantity that interference empties, the sums may cross the limit on their way and agree
    there by accident.  Zero where no correction stands before the last.
    """
    count = (family.shape[1] - 1) // each
    if count < 2:
        return np.zeros_like(typical)
    sums = _sums(family[:, : family.shape[1] - each], how, each)[:2]
    _, before = _compare(sums, parts)
    return typical ** (1 / count) * before


def _tail(x: np.ndarray) -> np.ndarray:
    """What follows the last term of a geometric series of ratio x, relative to it; 1 at least."""
    with np.errstate(divide="ignore"):
        return np.where(x < 1, np.maximum(1, x / (1 - x)), 1 / ROUNDOFF)


def _sums(family: np.ndarray, how: str, each: int) -> list[Sum]:
    """The sum, that of one correction less, and others to judge it by."""
    whole, fewer = family.shape[1], family.shape[1] - each
    if how == "taylor":
        return [partial(_taylor, count=n) for n in (whole, fewer)]
    if how == "pade":
        return [partial(_pade, count=n) for n in (whole, fewer)]
    return [
        partial(_common, count=n, q=summation.denominator(family[:, :n], degree))
        for n, degree in ((whole, whole - 1), (fewer, fewer - 1), (whole, whole - 2))
    ]


def _compare(sums: list[Sum], parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The sum and by how much the others differ from it at most."""
    value, *others = (add(parts) for add in sums)
    with np.errstate(invalid="ignore"):
        return value, np.max([np.abs(other - value) for other in others], axis=0)


def _taylor(parts: Sequence[np.ndarray], count: int) -> np.ndarray:
    return np.array(summation.ratio(*parts))[:count].sum(axis=0)


def _pade(parts: Sequence[np.ndarray], count: int) -> np.ndarray:
    return _over(*(summation.pade(f[:count]) for f in parts))


def _common(parts: Sequence[np.ndarray], count: int, q: np.ndarray) -> np.ndarray:
    return _over(*(summation.quotient(f[:count], q) for f in parts))


def _over(above: np.ndarray, *below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / np.prod(np.array(below), axis=0) if below else above
