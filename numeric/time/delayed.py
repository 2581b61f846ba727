"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2,    chi(0) = a1 rho a1'/n1,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean; `numeric.time.regression` computes it.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

from typing import Any

import numpy as np

from numeric.leading import leading_correlation
from numeric.steady import steady_state
from numeric.time.regression import read_delays, regression
from systems import Model
from systems.ladder import Mode
from systems.values import Values


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
