"""Vectors of points in compiled code: what NumPy makes of the same rows."""

import numpy as np
import pytest
from numba.core.errors import TypingError

from numeric.solvers.compiled import njit
from numeric.solvers.graded.vectors import WIDTH, larger, load, size, spread, store


@njit(cache=False)
def combine(x, into):
    for z in range(0, x.shape[1], WIDTH):
        one, two = load(x, 1, z), load(x, 2, z)
        store(one + 2.0 * two - one * two, into, 0, z)
        store(spread(3.0) / size(two), into, 1, z)
        store(1.0 / two, into, 2, z)
        store(larger(one, two), into, 3, z)
        one -= two
        one += spread(0.5)
        store(one, into, 4, z)


def test_arithmetic_of_vectors_is_that_of_rows():
    x = np.random.default_rng(1).standard_normal((3, 2 * WIDTH))
    into = np.zeros((5, 2 * WIDTH))
    combine(x, into)
    _, one, two = x
    rows = one + 2 * two - one * two, 3 / abs(two), 1 / two, np.maximum(one, two), one - two + 0.5
    # some roundings of 1e-16; terms of order one may cancel
    np.testing.assert_allclose(into, rows, rtol=1e-14, atol=1e-15)


def test_what_is_no_number_is_not_the_larger_one():
    x, into = np.ones((3, WIDTH)), np.zeros((5, WIDTH))
    x[2] = np.nan
    combine(x, into)
    assert (into[3] == 1).all()


def test_rows_that_do_not_follow_one_another_are_refused():
    with pytest.raises(TypingError):
        combine(np.ones((3, 2 * WIDTH))[:, ::2], np.zeros((5, WIDTH)))
