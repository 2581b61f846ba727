"""The steady state: mean numbers, correlations and probabilities, with what each is worth.

Density matrices of a batch are not kept (a million of them would not fit in memory): the
populations are, with an estimate of their error.  All results of direct detection follow:

    n = <a'a>,    g^(k)(0) = <a'^k a^k>/n^k,    P(occupation).

`SteadyState.estimate` is the one source of a number, its error and its status; the methods named
after the numbers show it where the status is "ok".  Where the truncation was given, a number that
it moves by more than 1e-3 is "not converged": the last shells tell (`numeric.tail`), and where
they leave room for doubt the points in doubt are solved once more, with two more quanta.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import qutip
from scipy.sparse import csr_array

from numeric.arguments import LARGEST, check_occupation, check_order, fewest
from numeric.certificate import (
    Certificate,
    beyond,
    changes,
    cuts,
    measure,
    moment,
    roundoff,
    top_shells,
)
from numeric.measured import RESOLVED, SURE, Measured
from numeric.solvers.batch import OK, Block, matrices, solve_block
from numeric.solvers.choice import DENSITY
from numeric.space import count_states, space
from numeric.tail import missing, supply
from systems import Model
from systems.ladder import Mode, Occupation, is_two_level
from systems.status import Estimate
from systems.values import Arrays

CLEAR = 1e-6  # relative change by the cut, at most, that is believed without a second solve
DENSE = 1_000  # states of a product space up to which a density matrix is stored with its zeros


@dataclass(frozen=True)
class SteadyState:
    """Steady states of a model at one point or at an array of points (``shape``).

    Every result has the shape of the batch (a float for a single point) and is NaN exactly
    where the result's own ``..._status`` is another word than "ok"; `estimate` has the value that
    was computed there nonetheless.
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
        cut = [
            cuts(self.model, changed, finer, order, block.space.quanta)
            for changed, block, finer in zip(change, self.blocks, self.finer.blocks, strict=True)
        ]
        floors = [roundoff(self.model, block, order) for block in self.blocks]
        return Certificate(
            quanta=self.quanta,
            change=self._merge(change),
            roundoff=self._merge(floors),
            residual=self._shaped(self._gather(lambda block: block.residual)),
            solver=self.solver,
            status=self.status,
            top=self._shaped(self._gather(top_shells)),
            cut=self._merge(cut),
        )

    @cached_property
    def finer(self) -> "SteadyState":
        """The same points with two more quanta."""
        return replace(self, blocks=tuple(map(self._finer, self.blocks)), order=None)

    def estimate(self, quantity: str, *arguments: Any, **options: Any) -> Estimate:
        """A number, its absolute error and its status, each of the shape of the batch.

        ``quantity`` is the name of a method, followed by its arguments: "number", "correlation",
        "cross_correlation" or "probability".  The value is the one that was computed also where
        it is not to be trusted (that of a truncation that is too small, say); ``trusted`` is what
        the method of that name returns.  The error is that of round-off and, as far as it is
        known, of the truncation.  Raises `ValueError` or `TypeError` for bad arguments.

        >>> from numeric import steady_state
        >>> from systems import kerr
        >>> values = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 3.0}
        >>> steady_state(kerr.MODEL, values, quanta=2).estimate("correlation", "a", order=2).status
        'not converged'
        """
        if quantity not in ESTIMATED:
            names = ", ".join(ESTIMATED)
            raise ValueError(f"Argument `quantity` must be one of {names}, but is {quantity!r}.")
        found: Measured = getattr(self, f"_{quantity}")(*arguments, **options)
        status = found.status(self._gather(lambda block: block.status))
        return Estimate(*map(self._shaped, (found.value, found.error, status)))

    def number(self, mode: Mode | str) -> Any:
        """Mean number of quanta <a'a> of a mode."""
        return self.estimate("number", mode).trusted

    def number_status(self, mode: Mode | str) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state."""
        return self.estimate("number", mode).status

    def correlation(self, mode: Mode | str, order: int = 2) -> Any:
        """Normalised equal-time correlation g^(k)(0) of a mode, ``order`` = k.

        Raises `ValueError` if the truncation does not hold what the mode needs to have ``order``
        quanta, or was chosen (``quanta=None``) for lower orders only.
        """
        return self.estimate("correlation", mode, order).trusted

    def correlation_status(self, mode: Mode | str, order: int = 2) -> Any:
        """Per point "ok", "undefined" (no photons), "not resolved", "not converged", ..."""
        return self.estimate("correlation", mode, order).status

    def cross_correlation(self, first: Mode | str, second: Mode | str) -> Any:
        """Normalised equal-time correlation g2_12(0) = <a1'a2'a2 a1>/(<a1'a1> <a2'a2>).

        Raises `ValueError` if the truncation does not hold a quantum of each.
        """
        return self.estimate("cross_correlation", first, second).trusted

    def cross_correlation_status(self, first: Mode | str, second: Mode | str) -> Any:
        """Per point "ok", "undefined" (a mode without photons), or as for a probability."""
        return self.estimate("cross_correlation", first, second).status

    def probability(self, occupation: Occupation) -> Any:
        """Probability of an occupation, a tuple in the order of ``model.modes``.

        Raises `ValueError` if the truncation does not hold it.
        """
        return self.estimate("probability", occupation).trusted

    def probability_status(self, occupation: Occupation) -> Any:
        """Per point "ok", "not resolved", "not converged" or the status of the state.

        "not converged" is a chosen truncation that is large enough for the correlations, but
        with which this probability changes by more than 1e-8, or a given one by more than 1e-3.
        """
        return self.estimate("probability", occupation).status

    def density_matrix(self) -> Any:
        """Density matrix: of one point a `qutip.Qobj` on the product of the modes' spaces.

        Its modes are in the order of ``model.modes``, each with ``quanta + 1`` levels (2 of a
        two-level system), so that `ptrace`, `qutip.expect` and `qutip.wigner` of a mode are
        right: ``qutip.wigner(state.density_matrix().ptrace(0), x, x)``.  For a batch the array
        `restricted_density_matrix`.  NaN where the status is not "ok".
        """
        rho = self.restricted_density_matrix()
        if self.shape != ():
            return rho
        dims = [2 if is_two_level(mode) else self._most + 1 for mode in self.model.modes]
        where, size = np.ravel_multi_index(self.occupations.T, dims), int(np.prod(dims))
        rows, columns = np.repeat(where, len(where)), np.tile(where, len(where))
        product = csr_array((rho.ravel(), (rows, columns)), shape=(size, size))
        stored = product.toarray() if size <= DENSE else product.tocsr()
        return qutip.Qobj(stored, dims=[dims, dims])

    def restricted_density_matrix(self) -> np.ndarray:
        """Density matrices on the cut space, an array of ``shape + (states, states)``.

        ``occupations[i]`` is the occupation of the state i; the largest truncation among the
        points gives the states, and others are padded with zeros.  NaN where the status is not
        "ok".
        """
        largest = space(self.model.modes, self._most)
        rho = np.full((self._points, largest.size, largest.size), np.nan, dtype=complex)
        for block in self.blocks:
            where = np.array([largest.position(tuple(n)) for n in block.space.occupations])
            (rows,) = np.nonzero(block.status == OK)
            points = block.points[rows]
            rho[points] = 0
            found = matrices(self.model, self.arrays, block, rows)
            rho[np.ix_(points, where, where)] = found
        return rho.reshape(*self.shape, largest.size, largest.size)

    @property
    def occupations(self) -> np.ndarray:
        """The states of `restricted_density_matrix`, shape (states, modes)."""
        return space(self.model.modes, self._most).occupations

    @property
    def _points(self) -> int:
        return int(np.prod(self.shape))

    @property
    def _fewest(self) -> int:
        return min(block.space.quanta for block in self.blocks)

    @property
    def _most(self) -> int:
        return max(block.space.quanta for block in self.blocks)

    def _check(self, modes: tuple[int, ...]) -> None:
        """Raise unless the truncation holds what these modes need to have a quantum each."""
        order, name = len(modes), f"g{len(modes)}"
        if self.order is not None and order > self.order:
            raise ValueError(
                f"Argument `order` of steady_state must be at least {order} for {name}, "
                f"but is {self.order}: the truncation was not chosen for it."
            )
        check_order(order, self._fewest)
        least = fewest(self.model, modes) if self.order is None else 1
        if self._fewest < least:
            what = name if order > 1 else "the mean number"
            labels = " and ".join(str(self.model.modes[mode].name) for mode in dict.fromkeys(modes))
            raise ValueError(
                f"Argument `quanta` must be at least {least} for {what} of {labels}, which has "
                f"to be reached from the vacuum, but is {self._fewest}."
            )

    def _number(self, mode: Mode | str) -> Measured:
        return self._moments((self.model.index(mode),), normalised=False)

    def _correlation(self, mode: Mode | str, order: int = 2) -> Measured:
        check_order(order, self._fewest)
        return self._moments((self.model.index(mode),) * order)

    def _cross_correlation(self, first: Mode | str, second: Mode | str) -> Measured:
        modes = self.model.index(first), self.model.index(second)
        found = self._moments(modes)
        if self.order is None or modes[0] == modes[1]:
            return found
        # the truncation was chosen for either mode, not for both
        return replace(found, cut=self._gather(lambda b: _change(b, modes)), moved=RESOLVED)

    def _moments(self, modes: tuple[int, ...], normalised: bool = True) -> Measured:
        """A correlation, or a bare moment, with what a truncation that was given is worth."""
        self._check(modes)

        def change(coarse: Block, fine: Block) -> np.ndarray:
            before, after = (measure(block, modes, normalised).value for block in (coarse, fine))
            return abs(after - before) + abs(after) * beyond(fine, modes, normalised, bound=False)

        def most(block: Block) -> np.ndarray:
            size = abs(measure(block, modes, normalised).value)
            with np.errstate(invalid="ignore"):  # of an empty mode anything beyond is too much
                share = size * beyond(block, modes, normalised, bound=True)
            return np.where(size > 0, share, supply(block))

        found = self._measure(lambda block: measure(block, modes, normalised))
        return self._truncated(found, most, change)

    def _probability(self, occupation: Occupation) -> Measured:
        check_occupation(occupation, self.model, self._fewest)

        def read(block: Block) -> Measured:
            i = block.space.position(occupation)
            return Measured(block.populations[:, i], block.error[:, i])

        def change(coarse: Block, fine: Block) -> np.ndarray:
            after = read(fine).value
            return abs(after - read(coarse).value) + abs(after) * missing(fine, ())

        def cut(block: Block) -> np.ndarray:
            if block.cut is None:
                return np.zeros(len(block.points))
            return block.cut[:, block.space.position(occupation)]

        found = replace(self._measure(read), resolved=SURE)
        if self.order is not None:
            return replace(found, cut=self._gather(cut), moved=SURE)
        return self._truncated(found, supply, change)

    def _truncated(
        self,
        found: Measured,
        most: Callable[[Block], np.ndarray],
        change: Callable[[Block, Block], np.ndarray],
    ) -> Measured:
        """With what the cut changes: at most, or measured where that leaves room for doubt.

        Only of truncations that were given: others were chosen for the number.
        """
        if self.order is not None:
            return found
        words = found.status(self._gather(lambda block: block.status))
        cut = self._gather(most)
        doubt = (words == OK) & ~(cut <= CLEAR * abs(found.value)) & (cut > 0)
        for i, block in enumerate(self.blocks):
            (rows,) = np.nonzero(doubt[block.points])
            if rows.size:
                coarse, fine = self._pair(i, rows)
                moved = change(coarse, fine)
                cut[block.points[rows]] = np.where(np.isnan(moved), np.inf, moved)
        return replace(found, cut=np.where(words == OK, cut, 0.0))

    def _pair(self, i: int, rows: np.ndarray) -> tuple[Block, Block]:
        """Some rows of a block, and the same points with two more quanta, each solved once."""
        block = self.blocks[i]
        coarse, fine = block.take(_mask(rows, block)), self._solved.get(i)
        if count_states(self.model.modes, block.space.quanta + 2) ** 2 > LARGEST:
            return coarse, coarse  # too large: what is missing is all that is known
        if "finer" in self.__dict__:
            fine = self.finer.blocks[i]
        known = np.array([], int) if fine is None else fine.points
        unknown = np.isin(block.points, np.setdiff1d(coarse.points, known))
        if unknown.any():
            added = self._finer(block.take(unknown))
            fine = self._solved[i] = added if fine is None else fine.joined(added)
        assert fine is not None
        return coarse, fine.take(np.isin(fine.points, coarse.points))

    @cached_property
    def _solved(self) -> dict[int, Block]:
        """Points that were solved with two more quanta, by the block that they belong to."""
        return {}

    def _measure(self, read: Callable[[Block], Measured]) -> Measured:
        """What is read off each block, put together."""
        parts = [read(block) for block in self.blocks]
        denominators = zip(*(part.denominators for part in parts), strict=True)
        return Measured(
            self._join([part.value for part in parts]),
            self._join([part.roundoff for part in parts]),
            tuple(
                (self._join([n for n, _ in d]), self._join([e for _, e in d])) for d in denominators
            ),
        )

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
        return self._join([read(block) for block in self.blocks])

    def _join(self, parts: list[np.ndarray]) -> np.ndarray:
        """One flat array of all points, from one array per block."""
        whole = np.empty(self._points, dtype=parts[0].dtype)
        for block, part in zip(self.blocks, parts, strict=True):
            whole[block.points] = part
        return whole

    def _shaped(self, flat: np.ndarray) -> Any:
        return flat.reshape(self.shape)[()]


ESTIMATED = ("number", "correlation", "cross_correlation", "probability")


def _change(block: Block, modes: tuple[int, ...]) -> np.ndarray:
    """How much of g2 of two modes two more quanta may change; zero where it was not computed."""
    if block.cut is None:
        return np.zeros(len(block.points))
    both = replace(block, populations=block.cut)
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = np.prod([abs(moment(block, (mode,))[0]) for mode in modes], axis=0)
        return np.nan_to_num(moment(both, modes)[0] / numbers, nan=0.0)


def _mask(rows: np.ndarray, block: Block) -> np.ndarray:
    return np.isin(np.arange(len(block.points)), rows)


class NoJumpState(SteadyState):
    """States of H_eff alone; an unnormalised one has probabilities relative to the vacuum's."""
