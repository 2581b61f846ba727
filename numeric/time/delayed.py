"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2,    chi(0) = a1 rho a1'/n1,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean; `numeric.time.regression` computes it.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from numeric.steady import steady_state
from numeric.time.regression import read_delays, regression
from systems import Model
from systems.labels import label_beside
from systems.ladder import Mode
from systems.progress import bar
from systems.values import Values


def delayed_correlation(
    model: Model,
    values: Values,
    mode: Mode | str,
    taus: Any,
    quanta: int | Mapping[str, int] | None = None,
    second: Mode | str | None = None,
    progress: bool = True,
) -> Any:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    Labelled values or delays of xarray make it a `DataArray`; delays that are a plain array get the
    dimension ``tau`` then.

    ``taus`` is one delay or an array of delays, in the inverse unit of the rates, in any order and
    of either sign.  With a ``second`` mode it is g2_12(tau), a photon of ``mode`` first where
    tau > 0; g2_12(-tau) = g2_21(tau).  ``quanta`` and ``progress`` are those of `steady_state`.
    The relative accuracy is 1e-6 at any drive, however few photons there are, and however many:
    bright light that is linear or nearly coherent is followed without a cut that holds it.

    NaN where the status of the steady state's ``cross_correlation`` (``correlation`` for one mode)
    is not "ok", and where couplings are so large that round-off shows.  Raises `ValueError` or
    `TypeError` for bad arguments, and `ValueError` where only a truncation of one's own can tell,
    naming one ("polaron" and "thermal" states).  The limit of a weak drive, in closed form and
    without quantum jumps, is `analytic.time.delayed.delayed_correlation`.

    Light of a linear mode is coherent: its photons know nothing of each other.

    >>> from systems import kerr
    >>> values = {"Delta": 0.2, "chi": 0.0, "gamma": 1.0, "xi": 0.01}
    >>> bool(np.allclose(delayed_correlation(kerr.MODEL, values, "a", [0.0, 1.0], quanta=4), 1))
    True
    """
    delays, other = read_delays(taus), mode if second is None else second
    state = steady_state(model, values, quanta, progress=progress)
    now, status = state.cross_correlation(mode, other), state.cross_correlation_status(mode, other)
    with bar(progress) as report:
        numbers = np.ravel(now), np.ravel(status)
        g2 = regression(state, mode, other, delays, *numbers, report)
    return label_beside(g2, state.arrays, "tau", taus, "g2")
