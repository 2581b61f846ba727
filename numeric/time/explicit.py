"""read . exp(L t) start by an integrator of high order, where factors of L are dear or do not fit.

A matrix of two modes fills in: its factors take a second for 66 states and do not fit for 210, but
a product takes milliseconds, and light that is not stiff is followed for ten lifetimes in some
hundred.  DOP853 (E. Hairer, S. P. Norsett and G. Wanner, "Solving Ordinary Differential Equations
I", Section II.10) has one tolerance, which is chosen so that all its errors together are nothing
beside the result.
"""

from typing import Any

import numpy as np
from scipy.integrate import DOP853
from scipy.sparse import csr_array

from numeric.lindblad.space import Space
from numeric.solvers.choice import is_iterated
from numeric.solvers.direct import FACTORABLE
from numeric.time.exponential import CALL, ELEMENT, FACTOR, FILLED, SOLVE, Tick, unheard

ACCURACY = 1e-8  # of the result, that errors may add up to: what is promised has six digits
TIGHTEST = 3e-14  # tolerance of a step, beside the start: that of floats
PRODUCTS = 1.4  # of L for each |L| t, as measured with 66 to 210 states
SOLVES = 40  # of a rational Krylov space
LONGEST = 1e5  # products of L and a vector that are made at most: bounds the time


def pays(on: Space, L: Any, times: np.ndarray) -> bool:
    """Whether following the equation to the last time is quicker than factors of it.

    >>> import scipy.sparse as sp
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from numeric.lindblad.space import Space
    >>> on, L = Space([BosonOp("a"), BosonOp("b")], 10), sp.eye_array(66**2)
    >>> pays(on, L, np.array([0.0, 1.0])), pays(on, L, np.array([0.0, 1e6]))
    (True, False)
    """
    unknowns = L.shape[0]
    if not is_iterated(on):
        return False
    products = PRODUCTS * float(abs(L).sum(axis=0).max()) * float(times[-1])
    followed = products * (CALL + ELEMENT * (L.nnz + 12 * unknowns))
    solved = (FACTOR + SOLVES * SOLVE) * unknowns**FILLED
    return products < LONGEST and (unknowns > FACTORABLE or followed < solved)


def follow(
    L: Any,
    start: np.ndarray,
    read: np.ndarray,
    times: np.ndarray,
    offset: complex = 0.0,
    floor: float = 0.0,
    tick: Tick = unheard,
) -> np.ndarray:
    """``offset + read . exp(L t) start``, complex, at times t >= 0 in rising order.

    NaN where errors may be more than nothing beside the result, or beside a ``floor`` where it is
    smaller.  ``tick`` hears which share of the time has passed.

    >>> L, one = csr_array(np.array([[-1.0 + 0j]])), np.ones(1)
    >>> follow(L, one, one, np.array([0.0, 1.0])).real.round(6)
    array([1.      , 0.367879])
    """
    size = float(np.linalg.norm(start) * np.linalg.norm(read))
    if size == 0:
        return np.full(len(times), offset, dtype=complex)
    steps = 1 + float(abs(L).sum(axis=0).max()) * float(times[-1])
    least = max(floor, abs(offset + read @ start))
    for _ in range(2):  # the smallest result is known after the first time
        tolerance = float(np.clip(ACCURACY * least / (steps * size), TIGHTEST, ACCURACY))
        found, taken = _march(csr_array(L), start, read, times, offset, tolerance, tick)
        wanted = np.maximum(abs(found), floor)
        good = taken * tolerance * size <= 10 * ACCURACY * wanted
        if good.all():
            break
        least = float(np.nanmin(wanted, initial=least))
    return np.where(good, found, np.nan)


def _march(
    L: csr_array,
    start: np.ndarray,
    read: np.ndarray,
    times: np.ndarray,
    offset: complex,
    tolerance: float,
    tick: Tick,
) -> tuple[np.ndarray, int]:
    """The result with a tolerance beside the start, and the number of steps."""
    found = np.full(len(times), offset, dtype=complex)
    absolute = tolerance * float(np.linalg.norm(start)) / np.sqrt(start.size)
    # what has decayed so far says nothing beside the offset any more
    gone = tolerance * abs(offset) / float(np.linalg.norm(read))
    walk = DOP853(
        lambda _, y: L @ y, 0.0, start.astype(complex), float(times[-1]), rtol=tolerance,
        atol=absolute,
    )  # fmt: skip
    found[times == 0] = offset + read @ start
    taken, inside = 0, int(np.sum(times == 0))
    while inside < len(times) and np.linalg.norm(walk.y) > gone:
        if walk.step() is not None:  # its step has become too small for floats
            return np.full(len(times), np.nan, dtype=complex), taken
        taken, state = taken + 1, None
        while inside < len(times) and times[inside] <= walk.t:
            state = state or walk.dense_output()
            found[inside] = offset + read @ state(times[inside])
            inside += 1
        tick(walk.t / float(times[-1]))
    return found, taken
