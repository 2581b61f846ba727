"""Statistics of a field ``b = sum_i c_i a_i + beta`` in the steady state, and its purity.

    <b'b>,    g^(k) = <b'^k b^k>/<b'b>^k,    g_12 = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>),
    g_12(tau) = Tr[b2'b2 exp(L tau) b1 rho b1']/(<b1'b1> <b2'b2>)

These are read off the whole density matrix, or off the moments of linear light that is known
without one.  A field that interferes destructively is known to
the precision of what interferes.  `estimate` is the one source of a number, its error and its
status; every other result has the shape of the batch and is NaN exactly where the function of the
same name with ``_status`` gives another word than "ok": that of the state, "undefined" (0/0), "not
resolved" (below round-off, or built on a mean number that is) or, where the truncation was given,
"not converged".  A truncation that was chosen was so for the modes' own statistics, not for a
field in which they cancel.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from numeric.frames.displaced import DisplacedState
from numeric.frames.shift import Shift
from numeric.reading.detection import BY_NAME, Products
from numeric.reading.products import DensityProducts, MeanProducts
from numeric.reading.twofold import CLEAR
from numeric.state import SteadyState
from numeric.time.regression import read_delays, regression
from numeric.trust.expectation import Field
from numeric.trust.tail import missing, supply
from numeric.trust.worth import MOVED, RESOLVED, Measured
from systems import Model
from systems.labels import label_beside, relabel
from systems.status import Estimate, Status


def estimate(state: SteadyState, quantity: str, *arguments: Any, **options: Any) -> Estimate:
    """A number, its absolute error and its status, each of the shape of the batch.

    ``quantity`` is the name of a function of this file, followed by its arguments after the
    state: ``estimate(state, "correlation", field, order=2)``, ``estimate(state, "purity")``.
    The value is the one that was computed also where it is not to be trusted.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 1e-3})
    >>> found = estimate(state, "purity")
    >>> bool(abs(1 - found.value) > 10 * found.error)  # is it mixed, or is that round-off?
    True
    """
    if not isinstance(state, SteadyState):
        raise TypeError(
            "Argument `state` must be what numeric.steady_state or numeric.evolve returns, but is "
            f"of the type {type(state).__name__}."
        )
    if quantity not in BY_NAME:
        names = ", ".join(BY_NAME)
        raise ValueError(f"Argument `quantity` must be one of {names}, but is {quantity!r}.")

    def read(products: Products) -> Measured:
        return BY_NAME[quantity](products, *arguments, **options)

    count = int(np.prod(state.shape))
    value, error = np.full((2, count), np.nan)
    words = np.full(count, None)
    for points, one, found in _parts(state, read):
        value[points], error[points], words[points] = one.value, one.error, one.status(found)
    shaped = (value, error, words)
    return Estimate(
        *(relabel(np.reshape(x, state.shape)[()], state.arrays, quantity) for x in shaped)
    )


def _parts(
    state: SteadyState, read: Callable[[Products], Measured]
) -> Iterator[tuple[np.ndarray, Measured, np.ndarray]]:
    """Points with their numbers and the words for their states: all of the cut, then the bright."""
    known = np.concatenate([np.arange(0), *(light.points for light in state.bright)])
    if len(known) < np.prod(state.shape):
        yield np.arange(int(np.prod(state.shape))), _of_cut(state, read), state._words
    for light in state.bright:
        if isinstance(light, DisplacedState):
            frame = light.frame, state.model
            yield light.points, _of_cut(state.around(light), read, frame), light.status
        else:
            yield light.points, read(MeanProducts(light)), light.status


def _of_cut(
    state: SteadyState,
    read: Callable[[Products], Measured],
    frame: tuple[Shift, Model] | None = None,
) -> Measured:
    """What is read off density matrices, with what lies beyond their cut."""
    measured = read(DensityProducts(state, supply, frame))
    lost = measured.status(state._words) != Status.OK
    clear = lost | (measured.cut <= CLEAR * abs(measured.value))
    # a truncation around an amplitude was not chosen for what is left without it
    if clear.all() or (state.order is not None and frame is None):
        return replace(measured, cut=0.0)
    # two more quanta tell whether what lies beyond the cut matters
    finer = read(DensityProducts(state.finer, partial(missing, modes=()), frame))
    change = abs(finer.value - measured.value) + finer.cut
    change = np.where(np.isnan(change), np.inf, change)
    return replace(measured, cut=change, moved=MOVED if frame is None else RESOLVED)


def number(state: SteadyState, field: Field) -> Any:
    """``<b'b>`` of a field, of the shape of the batch; a flux if b is an output field.

    The unit is that of |b|^2: a pure number for a sum of modes, a rate for an output field such
    as ``sqrt(gamma) a + beta``.  A field is a mode, its name, or a SymPy expression that is
    linear in the lowering operators.  Raises `ValueError` or `TypeError` for anything else.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1})
    >>> round(float(number(state, 2 * kerr.a)), 10)  # four times (2 xi/gamma)^2
    0.16
    """
    return estimate(state, "number", field).trusted


def number_status(state: SteadyState, field: Field) -> Any:
    """Per point what `number` is worth: "ok", "not resolved", "not converged" or the state's own.

    A field in which the modes cancel has a number below the round-off of what cancels.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1})
    >>> number_status(state, kerr.a + 0.2j)  # the mode's field is -2i xi/gamma: nothing is left
    'not resolved'
    """
    return estimate(state, "number", field).status


def correlation(state: SteadyState, field: Field, order: int = 2) -> Any:
    """``g^(order)(0)`` of a field, of the shape of the batch and without a unit.

    It is invariant under b -> c b, for the number of photons drops out.  Raises `ValueError`
    where ``order`` exceeds the truncation.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES)
    >>> bool(np.isclose(correlation(state, 3 * kerr.a), state.correlation("a"), rtol=1e-8))
    True
    """
    return estimate(state, "correlation", field, order).trusted


def correlation_status(state: SteadyState, field: Field, order: int = 2) -> Any:
    """Per point what `correlation` is worth: as for a number, or "undefined" without photons.

    A correlation is never better known than the number of photons that it is divided by.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> correlation_status(steady_state(kerr.MODEL, kerr.VALUES), 3 * kerr.a)
    'ok'
    """
    return estimate(state, "correlation", field, order).status


def cross_correlation(state: SteadyState, first: Field, second: Field) -> Any:
    """``g2_12(0) = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>)`` of two fields, of the shape of the batch.

    The same field twice has its own g2.  Two fields that are split off the same beam agree as
    well: a beam splitter changes no correlation.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES)
    >>> split = cross_correlation(state, 0.6 * kerr.a, 0.8 * kerr.a)
    >>> bool(np.isclose(split, state.correlation("a"), rtol=1e-8))
    True
    """
    return estimate(state, "cross_correlation", first, second).trusted


def cross_correlation_status(state: SteadyState, first: Field, second: Field) -> Any:
    """Per point what `cross_correlation` is worth: "undefined" where either field has no photons.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> undriven = {**kerr.VALUES, "xi": 0.0}
    >>> cross_correlation_status(steady_state(kerr.MODEL, undriven, quanta=3), "a", "a")
    'undefined'
    """
    return estimate(state, "cross_correlation", first, second).status


def squeezing(state: SteadyState, field: Field) -> Any:
    """By how much the quietest quadrature of a field lies below the vacuum's noise.

    ``1 - Var X/(vacuum) = 2 (|<bb> - <b>^2| - <b'b> + |<b>|^2)`` for the quietest phase; negative
    where every quadrature is noisier than the vacuum.  One is the most that there can be, for a
    field with [b, b'] = 1; zero is coherent light.

    D. F. Walls and G. J. Milburn, "Quantum Optics" (Springer), chapter 2.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> squeezing(steady_state(kerr.MODEL, {**kerr.VALUES, "chi": [-0.5, 0.5]}), "a").round(4)
    array([0.0471, 0.0471])
    """
    return estimate(state, "squeezing", field).trusted


def squeezing_status(state: SteadyState, field: Field) -> Any:
    """Per point what `squeezing` is worth; of coherent light it is zero, below round-off.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> squeezing_status(steady_state(kerr.MODEL, {**kerr.VALUES, "chi": [0.0, 0.5]}), "a").tolist()
    ['not resolved', 'ok']
    """
    return estimate(state, "squeezing", field).status


def purity(state: SteadyState) -> Any:
    """``Tr rho^2``: 1 for a pure state, 1/states at least; of the shape of the batch.

    How far from pure a state is says `linear_entropy`: the difference ``1 - purity`` is lost in
    round-off below about 1e-15, the error of ``estimate(state, "purity")``.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> round(float(purity(steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 1.0}))), 4)
    0.6203
    """
    return estimate(state, "purity").trusted


def purity_status(state: SteadyState) -> Any:
    """Per point what `purity` is worth; it is never small, and so mostly "ok".

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> purity_status(steady_state(kerr.MODEL, kerr.VALUES))
    'ok'
    """
    return estimate(state, "purity").status


def linear_entropy(state: SteadyState) -> Any:
    """``1 - Tr rho^2``, without the subtraction: 0 for a pure state, "not resolved" near it.

    ``(Tr rho)^2 - Tr rho^2 = sum_ij (rho_ii rho_jj - |rho_ij|^2)``, whose terms are not negative
    (they are the principal minors of rho).

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 1.0})
    >>> bool(np.isclose(linear_entropy(state), 1 - purity(state), rtol=1e-8))
    True
    """
    return estimate(state, "linear_entropy").trusted


def linear_entropy_status(state: SteadyState) -> Any:
    """Per point what `linear_entropy` is worth: "not resolved" where the state is pure.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> coherent = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1}  # a pure state
    >>> linear_entropy_status(steady_state(kerr.MODEL, coherent))
    'not resolved'
    """
    return estimate(state, "linear_entropy").status


def delayed_correlation(
    state: SteadyState, first: Field, taus: Any, second: Field | None = None
) -> np.ndarray:
    """``g2_12(tau)``, shape ``state.shape + taus.shape``; ``second=None``: the same field.

    ``taus`` are in the inverse unit of the rates; g2_12(-tau) = g2_21(tau).  The first photon
    leaves b1 rho b1', which the master equation carries to tau (the quantum regression theorem:
    H. J. Carmichael, "Statistical Methods in Quantum Optics 1", Sec. 1.5).  NaN where the status
    of `cross_correlation` is not "ok".  Labelled where the values or ``taus`` are.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES)
    >>> delayed_correlation(state, "a", [0.0, 40.0]).round(4)  # later: independent
    array([0.0107, 1.    ])
    """
    other = first if second is None else second
    now = estimate(state, "cross_correlation", first, other)
    shown, status = np.ravel(now.trusted), np.ravel(now.status)
    g2 = regression(state, first, other, read_delays(taus), shown, status)
    return label_beside(g2, state.arrays, "tau", taus, "g2")
