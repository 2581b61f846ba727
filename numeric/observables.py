"""Statistics of a field ``b = sum_i c_i a_i + beta`` in the steady state, and its purity.

    <b'b>,    g^(k) = <b'^k b^k>/<b'b>^k,    g_12 = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>),
    g_12(tau) = Tr[b2'b2 exp(L tau) b1 rho b1']/(<b1'b1> <b2'b2>)

These are read off the whole density matrix.  A field that interferes destructively is known to
the precision of what interferes.  Every result has the shape of the batch and is NaN exactly where
the function of the same name with ``_status`` gives another word than "ok": that of the state,
"undefined" (0/0) or "not resolved" (below round-off).  The truncation is that of the state: chosen
for the modes' own statistics, not for a field in which they cancel.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from numeric.batch import OK
from numeric.delayed import read_delays, regression
from numeric.operators import space
from numeric.regression import field_matrices
from numeric.state import NOT_RESOLVED, RESOLVED, UNDEFINED, Estimate, SteadyState
from systems.ladder import Mode

Field: TypeAlias = Mode | str | sp.Expr
EPSILON = np.finfo(float).eps


def number(state: SteadyState, field: Field) -> Any:
    """``<b'b>`` of a field; a flux if b is an output field."""
    return _show(state, _number(_Density(state), field))


def number_status(state: SteadyState, field: Field) -> Any:
    """Per point what `number` is worth."""
    return _words(state, _number(_Density(state), field))


def correlation(state: SteadyState, field: Field, order: int = 2) -> Any:
    """``g^(order)(0)`` of a field."""
    return _show(state, _correlation(_Density(state), [field] * order))


def correlation_status(state: SteadyState, field: Field, order: int = 2) -> Any:
    """Per point what `correlation` is worth."""
    return _words(state, _correlation(_Density(state), [field] * order))


def cross_correlation(state: SteadyState, first: Field, second: Field) -> Any:
    """``g2_12(0)`` of two fields."""
    return _show(state, _correlation(_Density(state), [first, second]))


def cross_correlation_status(state: SteadyState, first: Field, second: Field) -> Any:
    """Per point what `cross_correlation` is worth."""
    return _words(state, _correlation(_Density(state), [first, second]))


def squeezing(state: SteadyState, field: Field) -> Any:
    """By how much the quietest quadrature of a field lies below the vacuum's noise.

    ``1 - Var X/(vacuum) = 2 (|<bb> - <b>^2| - <b'b> + |<b>|^2)`` for the quietest phase; negative
    where every quadrature is noisier than the vacuum.
    """
    return _show(state, _squeezing(_Density(state), field))


def squeezing_status(state: SteadyState, field: Field) -> Any:
    """Per point what `squeezing` is worth."""
    return _words(state, _squeezing(_Density(state), field))


def purity(state: SteadyState) -> Any:
    """``Tr rho^2``: 1 for a pure state."""
    return _show(state, _purity(_Density(state)))


def purity_status(state: SteadyState) -> Any:
    """Per point what `purity` is worth."""
    return _words(state, _purity(_Density(state)))


def delayed_correlation(
    state: SteadyState, first: Field, taus: Any, second: Field | None = None
) -> np.ndarray:
    """``g2_12(tau)``, shape ``state.shape + taus.shape``; ``second=None``: the same field.

    ``taus`` are in the inverse unit of the rates; g2_12(-tau) = g2_21(tau).  NaN where the status
    of `cross_correlation` is not "ok".
    """
    other = first if second is None else second
    now = _correlation(_Density(state), [first, other])
    shown, status = np.ravel(_show(state, now)), np.ravel(_words(state, now))
    return regression(state, first, other, read_delays(taus), shown, status)


class _Density:
    """The density matrices of a batch, shape (points, states, states), with their errors."""

    def __init__(self, state: SteadyState) -> None:
        found = state.density_matrix()
        rho = found.full() if state.shape == () else found
        self.state, self.on = state, space(state.model.modes, int(np.max(state.quanta)))
        self.rho = rho.reshape(-1, *rho.shape[-2:])
        self.error = self._errors()

    def moment(self, left: Sequence[Field], right: Sequence[Field]) -> Estimate:
        """``<(left product)' (right product)>`` and its absolute error, per point."""
        bra, ket = self._product(left), self._product(right)
        path = "pij,pjk,pik->p"
        value = np.einsum(path, ket, self.rho, bra.conj(), optimize=True)
        return value, np.einsum(path, abs(ket), self.error, abs(bra), optimize=True)

    def _product(self, fields: Sequence[Field]) -> np.ndarray:
        flat = {name: array.ravel() for name, array in self.state.arrays.items()}
        product = np.eye(self.on.size)[None]
        for field in fields:
            product = product @ field_matrices(self.state.model, field, flat, self.on)
        return product

    def _errors(self) -> np.ndarray:
        """Of rho_ij = psi_i conj(psi_j) where the errors of |psi_i|^2 are known."""
        p, e = np.zeros((2, *self.rho.shape[:2]))
        for block in self.state.blocks:
            where = np.array([self.on.position(tuple(n)) for n in block.space.occupations])
            p[np.ix_(block.points, where)] = abs(block.populations)
            e[np.ix_(block.points, where)] = block.error
        size = np.sqrt(np.maximum(p, e))
        relative = np.divide(e, size**2, out=np.zeros_like(e), where=size > 0) / 2 + EPSILON
        outer = size[:, :, None] * size[:, None, :]
        return np.asarray(outer * (relative[:, :, None] + relative[:, None, :]))


def _number(density: _Density, field: Field) -> Estimate:
    value, error = density.moment([field], [field])
    return value.real, error


def _correlation(density: _Density, fields: Sequence[Field]) -> Estimate:
    value, error = density.moment(fields, fields)
    g, relative = value.real, np.zeros(len(value))
    with np.errstate(divide="ignore", invalid="ignore"):
        for field in fields:
            n, n_error = _number(density, field)
            g, error, relative = g / n, error / n, relative + n_error / n
        return g, error + abs(g) * relative


def _squeezing(density: _Density, field: Field) -> Estimate:
    mean, mean_error = density.moment([], [field])
    pairs, pairs_error = density.moment([], [field, field])
    n, n_error = _number(density, field)
    value = 2 * (abs(pairs - mean**2) - n + abs(mean) ** 2)
    return value, 2 * (pairs_error + n_error + 4 * abs(mean) * mean_error)


def _purity(density: _Density) -> Estimate:
    value = np.einsum("pij,pji->p", density.rho, density.rho).real
    return value, 2 * np.einsum("pij,pij->p", abs(density.rho), density.error)


def _words(state: SteadyState, estimate: Estimate) -> Any:
    value, error = estimate
    word = np.full(value.shape, OK, dtype=object)
    word[error > RESOLVED * abs(value)] = NOT_RESOLVED
    word[np.isnan(value)] = UNDEFINED
    status = np.ravel(state.status)
    return np.where(status == OK, word, status).reshape(state.shape)[()]


def _show(state: SteadyState, estimate: Estimate) -> Any:
    good = np.ravel(_words(state, estimate)) == OK
    return np.where(good, estimate[0], np.nan).reshape(state.shape)[()]
