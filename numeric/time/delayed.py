"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2,    chi(0) = a1 rho a1'/n1,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean; `numeric.time.regression` computes it.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

from typing import Any

import numpy as np

from numeric.leading import leading_correlation
from numeric.state import SteadyState
from numeric.steady import steady_state
from numeric.time.regression import Field, regress
from systems import Model
from systems.ladder import Mode
from systems.status import Status
from systems.values import Values

CHUNK = 256  # points of which density matrices are held at a time


def delayed_correlation(
    model: Model,
    values: Values,
    mode: Mode | str,
    taus: Any,
    quanta: int | None = None,
    leading_order: bool = False,
    second: Mode | str | None = None,
) -> np.ndarray:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    ``taus`` is one delay or an array of delays, in the inverse unit of the rates, in any order.
    With a ``second`` mode it is g2_12(tau), a photon of ``mode`` first where tau > 0;
    g2_12(-tau) = g2_21(tau).  NaN where the status of the steady state's
    ``cross_correlation`` (``correlation`` for one mode) is not "ok", and where couplings are so
    large that round-off shows.  ``leading_order`` gives the limit of a weak drive, without quantum
    jumps; ``quanta`` is then not used.  Raises `ValueError` or `TypeError` for bad arguments.
    """
    delays, other = read_delays(taus), mode if second is None else second
    position, same = model.index(mode), model.index(mode) == model.index(other)
    if leading_order and same:
        return leading_correlation(model, values, position, abs(delays))
    if leading_order:
        raise ValueError(
            "Argument `leading_order` must be False for two modes: use analytic.delayed."
        )
    state = steady_state(model, values, quanta)
    now, status = state.cross_correlation(mode, other), state.cross_correlation_status(mode, other)
    return regression(state, mode, other, delays, np.ravel(now), np.ravel(status))


def read_delays(taus: Any) -> np.ndarray:
    """The delays, checked."""
    delays = np.asarray(taus)
    if np.ma.isMaskedArray(taus) or delays.dtype.kind not in "iuf":
        raise TypeError(f"Argument `taus` must be a number or a plain array, but is {taus!r}.")
    if not delays.size:
        raise ValueError("Argument `taus` must hold at least one delay, but is empty.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    return delays.astype(float)


def regression(
    state: SteadyState,
    first: Field,
    second: Field,
    delays: np.ndarray,
    now: np.ndarray,
    status: np.ndarray,
) -> np.ndarray:
    """g2_12(tau) of two fields where the status is "ok", with ``now`` at tau = 0."""
    flat = delays.ravel()
    result = np.full((now.size, flat.size), np.nan)
    after = np.flatnonzero(flat >= 0) if first != second else np.arange(flat.size)
    before = np.setdiff1d(np.arange(flat.size), after)
    halves = [(first, second, after), (second, first, before)]
    for one, two, columns in halves:
        for block in state.blocks if columns.size else ():
            (rows,) = np.nonzero(status[block.points] == Status.OK)
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                if some.size:
                    found = regress(state, block, some, one, two, abs(flat[columns]))
                    result[np.ix_(block.points[some], columns)] = found
    result[:, flat == 0] = now[:, None]
    return np.asarray(result.reshape((*state.shape, *delays.shape)))
