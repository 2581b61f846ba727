"""Means of products of fields, ``<(b1 b2 ...)' (b3 b4 ...)>``, and how mixed a state is.

What the numbers of `numeric.reading.detection` are made of.  They are read off the whole density
matrix, or off the moments of light that is known without one; both classes have the same methods,
those of `numeric.reading.detection.Products`.
"""

from collections.abc import Callable, Sequence
from functools import partial, reduce

import numpy as np
import sympy as sp

from numeric.arguments import check_order
from numeric.frames.gaussian import GaussianState
from numeric.frames.means import Means, refusal
from numeric.frames.shift import Shift
from numeric.lindblad.scaling import EPSILON
from numeric.reading.twofold import Twofold
from numeric.solvers.reached import empty_states
from numeric.solvers.solution import Solution
from numeric.trust.excitations import guessed
from numeric.trust.expectation import Field, element_errors, field_words, operator_matrices
from numeric.trust.worth import Known, Measured
from systems import Model
from systems.arithmetic import evaluate
from systems.ladder import Ladder, multiply
from systems.values import Arrays


class DensityProducts:
    """Of the density matrices of a batch, shape (points, states, states), with their errors.

    ``beyond`` is what lies beyond the cut of a block: at most, or what is missing there.  Around
    an amplitude fields are those of the model that the ``frame`` displaces.

    >>> from numeric import steady_state
    >>> from numeric.trust.tail import supply
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, quanta=8)
    >>> number, error = DensityProducts(state, supply, frame=None).moment(["a"], ["a"])
    >>> bool(np.isclose(number[0], state.number("a"), rtol=1e-12))
    True
    """

    def __init__(
        self,
        state: Twofold,
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
        sizes = np.sum(abs(self._product(fields)) ** 2, axis=1)
        # a mode that nothing fills is empty beyond the cut as within it
        may = ~empty_states(self.state.model, self._flat(), self.on)
        return self.beyond * np.max(sizes, axis=1, where=may, initial=0.0)

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


class MeanProducts:
    """Of light that is known by its means, without a density matrix (`numeric.frames.means`).

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # <a> = -200i
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> MeanProducts(light).moment([], ["a"])[0].imag.round(9)
    array([-200.])
    """

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
