"""Statistics of a field ``b = sum_i c_i a_i + beta`` in the steady state, and its purity.

    <b'b>,    g^(k) = <b'^k b^k>/<b'b>^k,    g_12 = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>),
    g_12(tau) = Tr[b2'b2 exp(L tau) b1 rho b1']/(<b1'b1> <b2'b2>)

These are read off the whole density matrix.  A field that interferes destructively is known to
the precision of what interferes; where the terms of a sum cancel to less than `RESOLVED` of their
size the result is NaN, and so it is for delayed correlations of so few photons.
"""

from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from scipy.linalg import expm

from numeric.liouvillian import liouvillian
from numeric.operators import space
from numeric.state import SteadyState
from systems.ladder import Mode
from systems.output import read_field
from systems.values import evaluate

Field: TypeAlias = Mode | str | sp.Expr
RESOLVED = 1e-10  # round-off is 1e-16 of the largest term: six digits are left at least


def number(state: SteadyState, field: Field) -> Any:
    """``<b'b>`` of a field; a flux if b is an output field."""
    return _moment(state, [field], [field]).real


def correlation(state: SteadyState, field: Field, order: int = 2) -> Any:
    """``g^(order)(0)`` of a field."""
    return _moment(state, [field] * order, [field] * order).real / number(state, field) ** order


def cross_correlation(state: SteadyState, first: Field, second: Field) -> Any:
    """``g2_12(0)`` of two fields."""
    both = _moment(state, [first, second], [first, second]).real
    return both / (number(state, first) * number(state, second))


def squeezing(state: SteadyState, field: Field) -> Any:
    """By how much the quietest quadrature of a field lies below the vacuum's noise.

    ``1 - Var X/(vacuum) = 2 (|<bb> - <b>^2| - <b'b> + |<b>|^2)`` for the quietest phase; negative
    where every quadrature is noisier than the vacuum.
    """
    mean = _moment(state, [], [field])
    pairs = abs(_moment(state, [], [field, field]) - mean**2)
    return 2 * (pairs - number(state, field) + abs(mean) ** 2)


def purity(state: SteadyState) -> Any:
    """``Tr rho^2``: 1 for a pure state."""
    rho = _matrices(state)
    return _shaped(state, np.einsum("pij,pji->p", rho, rho).real)


def delayed_correlation(
    state: SteadyState, first: Field, taus: Any, second: Field | None = None
) -> Any:
    """``g2_12(tau)``, shape ``state.shape + taus.shape``; ``second=None``: the same field.

    ``taus`` are in the inverse unit of the rates; g2_12(-tau) = g2_21(tau).
    """
    other = first if second is None else second
    delays = np.asarray(taus, dtype=float)
    rho, b1, b2 = _matrices(state), _operators(state, first), _operators(state, other)
    found = [
        [_delayed(L, r, x, y, t) if t >= 0 else _delayed(L, r, y, x, -t) for t in delays.ravel()]
        for L, r, x, y in zip(_generators(state), rho, b1, b2, strict=True)
    ]
    return np.array(found).reshape(*state.shape, *delays.shape)


def _delayed(
    L: np.ndarray, rho: np.ndarray, first: np.ndarray, second: np.ndarray, tau: float
) -> float:
    after = first @ rho @ first.conj().T
    count = np.trace(after).real
    later = (expm(L * tau) @ after.ravel()).reshape(rho.shape) / count
    steady = np.trace(second @ rho @ second.conj().T).real
    number = np.trace(second @ later @ second.conj().T).real / steady
    return number if min(steady, number * steady) > RESOLVED else np.nan


def _moment(state: SteadyState, left: list[Field], right: list[Field]) -> Any:
    """``<(left product)' (right product)>``: a normally ordered moment."""
    rho = _matrices(state)
    bra = ket = np.eye(rho.shape[-1])[None]
    for field in left:
        bra = bra @ _operators(state, field)
    for field in right:
        ket = ket @ _operators(state, field)
    value = np.einsum("pij,pjk,pik->p", ket, rho, bra.conj(), optimize=True)
    terms = np.einsum("pij,pjk,pik->p", abs(ket), abs(rho), abs(bra), optimize=True)
    return _shaped(state, np.where(abs(value) < RESOLVED * terms, np.nan, value))


def _matrices(state: SteadyState) -> np.ndarray:
    """Density matrices, shape (points, states, states)."""
    found = state.density_matrix()
    rho = found.full() if state.shape == () else found
    return rho.reshape(-1, *rho.shape[-2:])


def _operators(state: SteadyState, field: Field) -> np.ndarray:
    """The field as a matrix at every point, shape (points, states, states)."""
    model, on = state.model, space(state.model.modes, int(np.max(state.quanta)))
    words = read_field(model, field)
    return sum(
        np.multiply.outer(evaluate(c, state.arrays).ravel(), on.word(word).toarray())
        for word, c in words.items()
    )


def _generators(state: SteadyState) -> list[np.ndarray]:
    equation = liouvillian(state.model, int(np.max(state.quanta)))
    flat = {name: array.ravel() for name, array in state.arrays.items()}
    return [equation.matrix(c).toarray() for c in equation.coefficients(flat)]


def _shaped(state: SteadyState, flat: np.ndarray) -> Any:
    return flat.reshape(state.shape)[()]
