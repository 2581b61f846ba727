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

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Any, Protocol

import numpy as np
import sympy as sp

from numeric.arguments import check_order
from numeric.displaced import DisplacedState
from numeric.excitations import guessed
from numeric.expectation import element_errors, field_words, operator_matrices
from numeric.gaussian import GaussianState
from numeric.means import Means, refusal
from numeric.scaling import EPSILON
from numeric.shift import Shift
from numeric.solvers.reached import empty_states
from numeric.solvers.solution import Solution
from numeric.state import SteadyState
from numeric.tail import missing, supply
from numeric.time.regression import Field, read_delays, regression
from numeric.twofold import CLEAR
from numeric.worth import MOVED, RESOLVED, Known, Measured, divide
from systems import Model
from systems.labels import label_beside, relabel
from systems.ladder import Ladder, multiply
from systems.status import Estimate, Status
from systems.values import Arrays, evaluate


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
    if quantity not in MEASURES:
        names = ", ".join(MEASURES)
        raise ValueError(f"Argument `quantity` must be one of {names}, but is {quantity!r}.")

    def read(density: _Means) -> Measured:
        return MEASURES[quantity](density, *arguments, **options)

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
    state: SteadyState, read: Callable[["_Means"], Measured]
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
            yield light.points, read(_Linear(light)), light.status


def _of_cut(
    state: SteadyState,
    read: Callable[["_Means"], Measured],
    frame: tuple[Shift, Model] | None = None,
) -> Measured:
    """What is read off density matrices, with what lies beyond their cut."""
    measured = read(_Density(state, supply, frame))
    lost = measured.status(state._words) != Status.OK
    clear = lost | (measured.cut <= CLEAR * abs(measured.value))
    # a truncation around an amplitude was not chosen for what is left without it
    if clear.all() or (state.order is not None and frame is None):
        return replace(measured, cut=0.0)
    # two more quanta tell whether what lies beyond the cut matters
    finer = read(_Density(state.finer, partial(missing, modes=()), frame))
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


class _Means(Protocol):
    """What numbers of fields are read off: means of their products, per point."""

    def moment(self, left: Sequence[Field], right: Sequence[Field]) -> Known: ...
    def cut(self, fields: Sequence[Field]) -> np.ndarray: ...
    def check(self, order: int) -> None: ...
    def purity(self) -> Measured: ...
    def linear_entropy(self) -> Measured: ...


class _Linear:
    """The same of light that is known by its means, without a density matrix."""

    def __init__(self, light: Means) -> None:
        self.light, self.model = light, light.model

    def moment(self, left: Sequence[Field], right: Sequence[Field]) -> Known:
        value, error = np.zeros(len(self.light.points), dtype=complex), 0.0
        for (_, p), x in self._product(left).items():
            for (_, q), y in self._product(right).items():
                c = evaluate(x, self.light.arrays).conj() * evaluate(y, self.light.arrays)
                one = self.light.mean((p, q))
                value = value + c * one.value
                rounding = one.roundoff + 4 * EPSILON * abs(one.value)
                error = error + abs(c) * (rounding + one.cut)
        return value, np.asarray(error)

    def cut(self, fields: Sequence[Field]) -> np.ndarray:
        return np.zeros(len(self.light.points))

    def check(self, order: int) -> None:
        check_order(order, order)

    def purity(self) -> Measured:
        """1/sqrt(det 2 V), V the covariances of all x_j and x_k' in symmetric order.

        A. Ferraro, S. Olivares and M. G. A. Paris, "Gaussian states in continuous variable quantum
        information" (Bibliopolis, 2005), Sec. 2.
        """
        if not isinstance(self.light, GaussianState):
            raise refusal(self.model, "The purity")
        (normal, error), count = self.light.covariances(), len(self.model.modes)
        adjoint = np.roll(np.arange(2 * count), count)
        V = normal[:, :, adjoint] + np.eye(2 * count) / 2
        error = error[:, :, adjoint] + EPSILON * (abs(V) + 1)
        with np.errstate(all="ignore"):
            found = 1 / np.sqrt(np.linalg.det(2 * V).real)
            relative = np.einsum("pij,pji->p", abs(np.linalg.inv(V)), error) / 2
        return Measured(found, found * relative)

    def linear_entropy(self) -> Measured:
        purity = self.purity()
        return Measured(1 - purity.value, purity.roundoff + EPSILON)

    def _product(self, fields: Sequence[Field]) -> Ladder:
        none = (0,) * len(self.model.modes)
        one: Ladder = {(none, none): sp.S.One}
        words = (field_words(self.model, field) for field in fields)
        return reduce(partial(multiply, modes=self.model.modes), words, one)


class _Density:
    """The density matrices of a batch, shape (points, states, states), with their errors.

    ``beyond`` is what lies beyond the cut of a block: at most, or what is missing there.  Around
    an amplitude fields are those of the model that the ``frame`` displaces.
    """

    def __init__(
        self,
        state: SteadyState,
        beyond: Callable[[Solution], np.ndarray],
        frame: tuple[Shift, Model] | None,
    ) -> None:
        found = state.elements()
        self.state, self.on, self.frame = state, state.space, frame
        self.rho = found.reshape(-1, *found.shape[-2:])
        self.error, self.beyond = self._errors(), np.zeros(len(self.rho))
        for block in state.blocks:
            self.beyond[block.points] = beyond(block) + guessed(state.model, block)

    def moment(self, left: Sequence[Field], right: Sequence[Field]) -> Known:
        """``<(left product)' (right product)>`` and its absolute error, per point."""
        bra, ket = self._product(left), self._product(right)
        path = "pij,pjk,pik->p"
        value = np.einsum(path, ket, self.rho, bra.conj(), optimize=True)
        return value, np.einsum(path, abs(ket), self.error, abs(bra), optimize=True)

    def cut(self, fields: Sequence[Field]) -> np.ndarray:
        """By how much what lies beyond the cut may change ``<(product)' (product)>``."""
        weights = np.sum(abs(self._product(fields)) ** 2, axis=1)
        # a mode that nothing fills is empty beyond the cut as within it
        may = ~empty_states(self.state.model, self._flat(), self.on)
        return self.beyond * np.max(weights, axis=1, where=may, initial=0.0)

    def check(self, order: int) -> None:
        check_order(order, order if self.frame else self.on.quanta)

    def purity(self) -> Measured:
        """Tr rho^2 = sum_ij |rho_ij|^2: an error of rho_ij counts twice its modulus."""
        value = np.einsum("pij,pji->p", self.rho, self.rho).real
        error = 2 * np.einsum("pij,pij->p", abs(self.rho), self.error)
        return Measured(value, error, cut=2 * self.beyond)

    def linear_entropy(self) -> Measured:
        # the minors rho_ii rho_jj - |rho_ij|^2 keep the digits that 1 - Tr rho^2 loses
        p, off = np.einsum("pii->pi", self.rho).real, 1 - np.eye(self.on.size)
        outer = p[:, :, None] * p[:, None, :]
        value = np.einsum("pij,ij->p", outer - abs(self.rho) ** 2, off)
        error = 4 * np.einsum("pij,pij,ij->p", np.sqrt(abs(outer)), self.error, off)
        return Measured(value, error, cut=2 * self.beyond)

    def _flat(self) -> Arrays:
        return {name: array.ravel() for name, array in self.state.arrays.items()}

    def _product(self, fields: Sequence[Field]) -> np.ndarray:
        flat, product = self._flat(), np.eye(self.on.size)[None]
        for field in fields:
            product = product @ operator_matrices(self._words(field), flat, self.on)
        return product

    def _words(self, field: Field) -> Ladder:
        if self.frame is None:
            return field_words(self.state.model, field)
        shift, model = self.frame
        return shift.field(field_words(model, field))

    def _errors(self) -> np.ndarray:
        """Of rho_ij = psi_i conj(psi_j) where the errors of |psi_i|^2 are known."""
        p, e = np.zeros((2, *self.rho.shape[:2]))
        for block in self.state.blocks:
            where = self.on.positions(block.space)
            p[np.ix_(block.points, where)] = abs(block.populations)
            e[np.ix_(block.points, where)] = block.error
        return element_errors(p, e)


def _number(density: _Means, field: Field) -> Measured:
    value, error = density.moment([field], [field])
    return Measured(value.real, error, cut=density.cut([field]))


def _cross_correlation(density: _Means, first: Field, second: Field) -> Measured:
    return _normalised(density, [first, second])


def _correlation(density: _Means, field: Field, order: int = 2) -> Measured:
    density.check(order)
    return _normalised(density, [field] * order)


def _normalised(density: _Means, fields: Sequence[Field]) -> Measured:
    """<b1' b2' ... b2 b1>/(<b1'b1> <b2'b2> ...), its error and what the cut may change."""
    numbers = [_number(density, field) for field in fields]
    denominators = tuple((n.value, n.roundoff) for n in numbers)
    value, error = density.moment(fields, fields)
    g, error = divide(value.real, error, denominators)
    with np.errstate(divide="ignore", invalid="ignore"):
        product = np.prod([abs(n.value) for n in numbers], axis=0)
        shares = np.sum([n.cut / abs(n.value) for n in numbers], axis=0)
        cut = np.nan_to_num(density.cut(fields) / product + abs(g) * shares, nan=0.0)
    return Measured(g, error, denominators, cut=cut)


def _squeezing(density: _Means, field: Field) -> Measured:
    """The error adds those of the four means; <b> enters as a square, hence twice its size."""
    mean, mean_error = density.moment([], [field])
    pairs, pairs_error = density.moment([], [field, field])
    n, n_error = density.moment([field], [field])
    value = 2 * (abs(pairs - mean**2) - n.real + abs(mean) ** 2)
    error = 2 * (pairs_error + n_error + 4 * abs(mean) * mean_error)
    return Measured(value, error, cut=4 * density.cut([field]))


def _purity(means: _Means) -> Measured:
    return means.purity()


def _linear_entropy(means: _Means) -> Measured:
    return means.linear_entropy()


MEASURES: dict[str, Callable[..., Measured]] = {
    "number": _number,
    "correlation": _correlation,
    "cross_correlation": _cross_correlation,
    "squeezing": _squeezing,
    "purity": _purity,
    "linear_entropy": _linear_entropy,
}
