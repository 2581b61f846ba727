"""The steady state: mean numbers, correlations and probabilities, with what each is worth.

Density matrices of a batch are not kept (a million of them would not fit in memory): the
populations are, with an estimate of their error.  All results of direct detection follow:

    n = <a'a>,    g^(k)(0) = <a'^k a^k>/n^k,    P(occupation).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import qutip

from numeric.arguments import check_occupation, check_order
from numeric.batch import NOT_CONVERGED, OK, Block, matrices, solve_block
from numeric.certificate import Certificate, changes, estimate, joint_estimate, moment, roundoff
from numeric.solvers import DENSITY
from systems import Model
from systems.ladder import Mode, Occupation
from systems.values import Arrays

RESOLVED = 1e-6  # largest estimated relative error of a number or correlation that is returned
SURE = 1e-8  # the same for a probability, of which very small ones may be uncertain
UNDEFINED, NOT_RESOLVED = "undefined", "not resolved"
Estimate = tuple[np.ndarray, np.ndarray]  # value and absolute error, per point


@dataclass(frozen=True)
class SteadyState:
    """Steady states of a model at one point or at an array of points (``shape``).

    Every result has the shape of the batch (a float for a single point) and is NaN exactly
    where the result's own ``..._status`` is another word than "ok".
    """

    model: Model
    arrays: Arrays
    blocks: tuple[Block, ...]
    order: int | None = None  # highest g^(k) for which the truncation was chosen; None: not chosen

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch: that of the broadcast values, () for a point."""
        return next(iter(self.arrays.values())).shape

    @property
    def status(self) -> Any:
        """Per point "ok", "not unique", "does not exist" or "not converged"."""
        return self._shaped(self._gather(lambda block: block.status))

    @property
    def quanta(self) -> Any:
        """Per point the truncation: the largest total number of quanta."""
        return self._shaped(
            self._gather(lambda block: np.full(len(block.points), block.space.quanta))
        )

    @property
    def solver(self) -> Any:
        """Per point the name of the solver."""
        return self._shaped(self._gather(lambda block: block.solver))

    @cached_property
    def certificate(self) -> Certificate:
        """What the results are worth; solves once more, with two more quanta."""
        # of results for which the truncation was not chosen nothing is certified
        order = self.order or 4
        pairs = zip(self.blocks, self.finer.blocks, strict=True)
        change = [changes(self.model, block, finer, order) for block, finer in pairs]
        floors = [roundoff(self.model, block, order) for block in self.blocks]
        return Certificate(
            quanta=self.quanta,
            change=self._merge(change),
            roundoff=self._merge(floors),
            residual=self._shaped(self._gather(lambda block: block.residual)),
            solver=self.solver,
            status=self.status,
        )

    @cached_property
    def finer(self) -> "SteadyState":
        """The same points with two more quanta."""
        return replace(self, blocks=tuple(map(self._finer, self.blocks)), order=None)

    def number(self, mode: Mode | str) -> Any:
        """Mean number of quanta <a'a> of a mode."""
        return self._show(self._correlation(mode, 1))

    def number_status(self, mode: Mode | str) -> Any:
        """Per point "ok", "not resolved" or the status of the state."""
        return self._shaped(self._judge(self._correlation(mode, 1)))

    def correlation(self, mode: Mode | str, order: int = 2) -> Any:
        """Normalised equal-time correlation g^(k)(0) of a mode, ``order`` = k.

        Raises `ValueError` if the truncation holds fewer than ``order`` quanta, or was chosen
        (``quanta=None``) for lower orders only.
        """
        self._check_order(order)
        return self._show(self._normalised(mode, order))

    def correlation_status(self, mode: Mode | str, order: int = 2) -> Any:
        """Per point "ok", "undefined" (no photons), "not resolved" or the state's status."""
        self._check_order(order)
        return self._shaped(self._judge(self._normalised(mode, order)))

    def cross_correlation(self, first: Mode | str, second: Mode | str) -> Any:
        """Normalised equal-time correlation g2_12(0) = <a1'a2'a2 a1>/(<a1'a1> <a2'a2>).

        Raises `ValueError` if the truncation holds fewer than two quanta.
        """
        if self.model.index(first) == self.model.index(second):
            return self.correlation(first)
        self._check_order(2)
        return self._show(*self._joint(first, second))

    def cross_correlation_status(self, first: Mode | str, second: Mode | str) -> Any:
        """Per point "ok", "undefined" (a mode without photons), or as for a probability."""
        if self.model.index(first) == self.model.index(second):
            return self.correlation_status(first)
        self._check_order(2)
        return self._shaped(self._judge(*self._joint(first, second)))

    def probability(self, occupation: Occupation) -> Any:
        """Probability of an occupation, a tuple in the order of ``model.modes``.

        Raises `ValueError` if the truncation does not hold it.
        """
        return self._show(self._probability(occupation), self._cut(occupation), SURE)

    def probability_status(self, occupation: Occupation) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state.

        "not converged" is a chosen truncation that is large enough for the correlations, but
        not for this probability.
        """
        found = self._judge(self._probability(occupation), self._cut(occupation), SURE)
        return self._shaped(found)

    def density_matrix(self) -> Any:
        """Density matrix: a `qutip.Qobj` on the restricted space for one point.

        For a batch an array of shape ``shape + (states, states)``, padded with zeros to the
        largest truncation among the points; NaN where the status is not "ok".
        """
        largest = max((block.space for block in self.blocks), key=lambda on: on.size)
        rho = np.full((self._points, largest.size, largest.size), np.nan, dtype=complex)
        for block in self.blocks:
            where = np.array([largest.position(tuple(n)) for n in block.space.occupations])
            (rows,) = np.nonzero(block.status == OK)
            points = block.points[rows]
            rho[points] = 0
            found = matrices(self.model, self.arrays, block, rows)
            rho[np.ix_(points, where, where)] = found
        if self.shape == ():
            return qutip.Qobj(rho[0], dims=largest.dims)
        return rho.reshape(*self.shape, largest.size, largest.size)

    @property
    def _points(self) -> int:
        return int(np.prod(self.shape))

    @property
    def _fewest(self) -> int:
        return min(block.space.quanta for block in self.blocks)

    def _check_order(self, order: int) -> None:
        check_order(order, self._fewest)
        if self.order is not None and order > self.order:
            raise ValueError(
                f"Argument `order` of steady_state must be at least {order} for g{order}, "
                f"but is {self.order}: the truncation was not chosen for it."
            )

    def _correlation(self, mode: Mode | str, order: int) -> Estimate:
        position = self.model.index(mode)
        return self._gather_estimate(lambda block: estimate(block, position, order))

    def _normalised(self, mode: Mode | str, order: int) -> Estimate:
        value, error = self._correlation(mode, order)
        if order > 1:
            return value, error
        with np.errstate(invalid="ignore"):  # g1(0) is 1 wherever there are photons
            return value / value, error / value

    def _joint(self, first: Mode | str, second: Mode | str) -> tuple[Estimate, np.ndarray]:
        """g2_12, and how much of it two more quanta may change."""
        i, j = self.model.index(first), self.model.index(second)

        def cut(block: Block) -> np.ndarray:
            if block.cut is None:
                return np.zeros(len(block.points))
            both = block.space.falling(i, 1) * block.space.falling(j, 1)
            with np.errstate(divide="ignore", invalid="ignore"):
                return block.cut @ both / (moment(block, i, 1)[0] * moment(block, j, 1)[0])

        return self._gather_estimate(lambda block: joint_estimate(block, i, j)), self._gather(cut)

    def _probability(self, occupation: Occupation) -> Estimate:
        check_occupation(occupation, self.model, self._fewest)

        def read(block: Block) -> Estimate:
            i = block.space.position(occupation)
            return block.populations[:, i], block.error[:, i]

        return self._gather_estimate(read)

    def _cut(self, occupation: Occupation) -> np.ndarray:
        """Change of a probability with two more quanta; zero where it was not computed."""

        def read(block: Block) -> np.ndarray:
            if block.cut is None:
                return np.zeros(len(block.points))
            return block.cut[:, block.space.position(occupation)]

        return self._gather(read)

    def _finer(self, block: Block) -> Block:
        """The same points with two more quanta."""
        if not np.any(block.found):
            return block
        name = str(block.solver[0])
        solver = name if name in DENSITY and name != "direct" else "auto"
        return solve_block(self.model, self.arrays, block.points, block.space.quanta + 2, solver)

    def _merge(self, by_block: list[dict[str, np.ndarray]]) -> dict[str, Any]:
        """One array of the batch's shape per result, from one dict per block."""
        merged = {}
        for name in by_block[0]:
            whole = np.full(self._points, np.nan)
            for block, found in zip(self.blocks, by_block, strict=True):
                whole[block.points] = found[name]
            merged[name] = self._shaped(whole)
        return merged

    def _gather(self, read: Callable[[Block], np.ndarray]) -> np.ndarray:
        parts = [read(block) for block in self.blocks]
        whole = np.empty(self._points, dtype=parts[0].dtype)
        for block, part in zip(self.blocks, parts, strict=True):
            whole[block.points] = part
        return whole

    def _gather_estimate(self, read: Callable[[Block], Estimate]) -> Estimate:
        return self._gather(lambda b: read(b)[0]), self._gather(lambda b: read(b)[1])

    def _judge(
        self, estimate: Estimate, cut: np.ndarray | float = 0.0, resolved: float = RESOLVED
    ) -> np.ndarray:
        value, error = estimate
        word = np.full(value.shape, OK, dtype=object)
        word[cut > RESOLVED * abs(value)] = NOT_CONVERGED
        word[error > resolved * abs(value)] = NOT_RESOLVED
        word[np.isnan(value)] = UNDEFINED
        status = self._gather(lambda block: block.status)
        return np.where(status == OK, word, status)

    def _show(
        self, estimate: Estimate, cut: np.ndarray | float = 0.0, resolved: float = RESOLVED
    ) -> Any:
        return self._shaped(
            np.where(self._judge(estimate, cut, resolved) == OK, estimate[0], np.nan)
        )

    def _shaped(self, flat: np.ndarray) -> Any:
        return flat.reshape(self.shape)[()]


class NoJumpState(SteadyState):
    """States of H_eff alone; an unnormalised one has probabilities relative to the vacuum's."""
