"""The steady state: what each of its numbers is, with its error and its status.

`numeric.batches` holds the solutions, `numeric.readout` has the methods that users call; here the
estimates behind these are made.

Density matrices of a batch are not kept (a million of them would not fit in memory): the
populations are, with an estimate of their error.  All results of direct detection follow:

    n = <a'a>,    g^(k)(0) = <a'^k a^k>/n^k,    P(occupation).

`SteadyState.estimate` is the one source of a number, its error and its status; the methods named
after the numbers show it where the status is "ok".  Each number is judged alone.  Where the
truncation was chosen, the search has solved two more quanta as well, and a number that they move by
more than the tolerance is "not converged", whatever the others do.  Where it was given, a number
that it moves by more than 1e-3 is: the last shells tell (`numeric.tail`), and where they leave room
for doubt the points in doubt are solved once more, with two more quanta.  A number that the sweeps
over many points do not resolve is that of the point solved by itself, when it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import sympy as sp

from numeric.arguments import (
    check_held,
    check_occupation,
    check_order,
    check_reached,
    largest,
)
from numeric.certificate import Certificate
from numeric.classical import Branches, branches, held_against, reach
from numeric.displaced import DisplacedState
from numeric.excitations import coherence, guessed, is_whole, missed, narrowed
from numeric.expectation import (
    element_errors,
    is_hermitian,
    mean,
    operator_matrices,
    read_operator,
)
from numeric.heat import fall_of_baths
from numeric.judge import (
    beyond,
    changes,
    cuts,
    finer_of,
    is_short,
    measure,
    moment,
    results,
    roundoff,
    settled,
)
from numeric.means import Means, refusal
from numeric.paths import paths_held
from numeric.projection import advise
from numeric.readout import Readout
from numeric.solvers.choice import STEADY, matrices, select, solve_points
from numeric.solvers.nojump import KINDS
from numeric.solvers.solution import Solution, join
from numeric.space import Cut, count_states, on_product, wider
from numeric.tail import escape, missing, supply, top_shells
from numeric.worth import MOVED, RESOLVED, SURE, Measured
from systems import ladder
from systems.display import counts, ends, points
from systems.labels import relabel
from systems.ladder import Ladder, Mode, Occupation
from systems.status import Estimate, Status
from systems.values import Arrays

# Relative change by the cut, at most, that is believed without a second solve: a thousandth of
# what is allowed, as the last shells tell orders of magnitude
CLEAR = 1e-6
NO_FRAME = "No frame that fits holds this light: leave out `frame`, and `limit` if it was given."
# Points whose density matrices are held at a time: some 50 MB of 28 states
CHUNK = 4096


@dataclass(frozen=True, repr=False)
class SteadyState(Readout):
    """Steady states of a model at one point or at an array of points (``shape``).

    Every result has the shape of the batch (a float for a single point; of labelled values it is
    labelled, with their dimensions and coordinates) and is NaN exactly where the result's own
    ``..._status`` is another word than "ok"; `estimate` has the value that was computed there
    nonetheless.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {"Delta": [0.0, 1.0], "chi": 1.0, "gamma": 1.0, "xi": 0.1})
    >>> state.shape, state.status.tolist()
    ((2,), ['ok', 'ok'])
    >>> np.round(state.correlation("a"), 6)
    array([0.210345, 0.296679])
    """

    order: int | None = None  # highest g^(k) for which the truncation was chosen; None: not chosen
    tolerance: float = MOVED  # by which a number may change with two more quanta, relative
    others: tuple[Solution | None, ...] = ()  # the same points in another truncation, where known
    # solves points of one dimension each by itself; None where all were solved so
    alone: Callable[[Arrays], "SteadyState"] | None = None
    bright: tuple[Means, ...] = ()  # points that are known without a cut that holds their light
    looked: bool = False  # for those, or there is nothing to look for
    limit: int | None = None  # states that were asked for
    kind = "steady state"
    searches = True  # by default for a truncation as large as any

    def _title(self) -> str:
        return f"{self.kind} of the {self.model.name}: {points(self.shape)}, {counts(self.status)}"

    def _facts(self) -> Mapping[str, str]:
        facts = {"quanta": ends(self.quanta), "solver": counts(self.solver)}
        facts |= {"status": counts(self.status)}
        for mode in self.model.modes:
            try:
                found = self.estimate("number", mode)
            except ValueError:  # the truncation does not reach the mode
                continue
            number = f"{ends(found.trusted)} ({counts(found.status)})"
            facts[f"number of {ladder.label(mode)}"] = number
        return facts

    def _seen(self, own: np.ndarray, name: str) -> np.ndarray:
        """Something of every point, from `bright` for those that it knows."""
        own = own.copy()
        for state in self.bright:
            own[state.points] = getattr(state, name)
        return own

    @property
    def _cuts(self) -> list[Cut]:
        """The cuts of the points that are known by their cut."""
        known = np.concatenate([np.arange(0), *(state.points for state in self.bright)])
        own = [block for block in self.blocks if not np.isin(block.points, known).all()]
        return list(dict.fromkeys(block.space.cut for block in own))

    @property
    def advice(self) -> str:
        """Which numbers are not converged somewhere, which are, and what to ask for instead.

        One or two sentences; empty where all are converged.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> strong = {**kerr.VALUES, "xi": 2.0, "chi": 0.0}
        >>> steady_state(kerr.MODEL, strong, quanta=4).advice  # doctest: +ELLIPSIS
        'Not converged: n(a), g2(a), g3(a), g4(a). Leave out `quanta`, or give more (`quanta=...`).'
        """
        order = self.order or 4
        orders = {
            name: (mode, k)
            for cut in [*self._cuts, *([order] if self.bright else [])]
            for name, mode, k in results(self.model, cut, order)
        }
        moves = {name: self._moves(*one) for name, one in orders.items() if self._reaches(*one)}
        moving = [name for name, where in moves.items() if where.any()]
        if not moving:
            return ""
        settled_ones = [name for name in moves if name not in moving]
        known = f"; converged: {', '.join(settled_ones)}" if settled_ones else ""
        low = all(orders[name][1] > 2 for name in moving)
        return f"Not converged: {', '.join(moving)}{known}. {self._way_out(moves, low)}"

    def _way_out(self, moves: Mapping[str, np.ndarray], pairs_known: bool) -> str:
        """What to ask for where these numbers move, (points,) each."""
        lost = np.flatnonzero(np.any(list(moves.values()), axis=0))
        some = [block.take(np.isin(block.points, lost) & block.found) for block in self.blocks]
        some = [block for block in some if block.points.size]
        if not some and pairs_known:
            return "Ask for `order=2`."
        if not some:  # a frame was asked for by name
            return NO_FRAME
        light = [branches(self.model, select(self.arrays, block.points)).quanta for block in some]
        how = (self.order, self.tolerance, MOVED, pairs_known, self.looked, self.limit)
        falls = [fall_of_baths(self.model, select(self.arrays, block.points)) for block in some]
        return advise(self.model, some, light, *how, searches=self.searches, falls=falls)

    def _moves(self, mode: int, k: int) -> np.ndarray:
        """Where a number is not converged, (points,)."""
        words = self._moments((mode,) * k, k > 1).status(self._words)
        for state in self.bright:
            words[state.points] = self._of_bright(state, mode, k).status(state.status)
        return np.asarray(words == Status.NOT_CONVERGED)

    def _of_bright(self, state: Means, mode: int, k: int) -> Measured:
        """n or g^(k) of a mode of points that are known without a cut."""
        label = self.model.modes[mode]
        if k == 1:
            return state.measured("number", label)
        return state.measured("correlation", label, order=k)

    @cached_property
    def certificate(self) -> Certificate:
        """What the results are worth, two more quanta being solved for what the search has not.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> bool(steady_state(kerr.MODEL, kerr.VALUES).certificate.change["n(a)"] < 1e-8)
        True
        """
        # of results for which the truncation was not chosen nothing is certified
        order, both = self.order or 4, zip(self.blocks, self.finer.blocks, strict=True)
        pairs = [sorted(pair, key=lambda found: found.space.size) for pair in both]
        change = [changes(self.model, coarse, fine, order) for coarse, fine in pairs]
        cut = [
            self._with_levels(cuts(self.model, changed, fine, order, coarse.space.cut), fine, order)
            for changed, (coarse, fine) in zip(change, pairs, strict=True)
        ]
        rounding = [roundoff(self.model, block, order) for block in self.blocks]
        residual = self._gather(lambda block: block.residual)
        return Certificate(
            quanta=self.quanta,
            change=self._evidence(change, "cut", order),
            roundoff=self._evidence(rounding, "roundoff", order),
            residual=self._shaped(self._seen(residual, "residual")),
            solver=self.solver,
            status=self.status,
            top=self._shaped(self._seen(self._gather(top_shells), "top")),
            cut=self._evidence(cut, "cut", order),
        )

    def _evidence(
        self, by_block: list[dict[str, np.ndarray]], part: str, order: int
    ) -> dict[str, Any]:
        """One array per result; of points that are known without a cut from their own errors."""
        merged = self._merge(by_block)
        for state in self.bright:
            for name, mode, k in results(self.model, order, order):
                one = self._of_bright(state, mode, k)
                flat = np.full(self._points, np.nan)
                flat[:] = np.ravel(merged.get(name, np.nan))
                with np.errstate(divide="ignore", invalid="ignore"):
                    flat[state.points] = getattr(one, part) / abs(one.value)
                merged[name] = self._shaped(flat)
        return merged

    @cached_property
    def finer(self) -> "SteadyState":
        """The same points with two more quanta, each solved once: its numbers are judged by these.

        Where the search ended before it settled, it is two quanta fewer, which it has solved.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> int(steady_state(kerr.MODEL, kerr.VALUES, quanta=3).finer.quanta)
        5
        """
        pairs = [self._pair(i, np.arange(len(b.points))) for i, b in enumerate(self.blocks)]
        alone = partial(_finer, self.alone) if self.alone else None
        blocks = tuple(fine for _, fine in pairs)
        return replace(self, blocks=blocks, others=self.blocks, alone=alone)

    def around(self, light: DisplacedState) -> "SteadyState":
        """Points that are known in a displaced frame, as steady states there.

        A batch of one dimension, of the model of b with a = alpha + b; its ``arrays`` also hold
        the values of the model and the amplitudes.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
        >>> state = steady_state(kerr.MODEL, linear, frame="displaced")
        >>> state.around(state.bright[0]).probability((0,)).round(9)  # b stays empty
        array([1.])
        """
        places = np.arange(len(light.points))
        found = replace(light.found, points=places, status=light.status)
        other = None if light.other is None else replace(light.other, points=places)
        known: dict[str, Any] = {"model": light.shifted, "arrays": light.arrays_around}
        known |= {"blocks": (found,), "others": (other,), "bright": (), "alone": None}
        return replace(self, **known)

    @cached_property
    def narrower(self) -> "SteadyState":
        """The same points without states of more quanta than are whole, see `numeric.excitations`.

        Of a model that is whole, and of a state without such states, it is the state itself.

        >>> from numeric import steady_state
        >>> from systems.library import many_emitters as many
        >>> model = replace(many.MODEL, collective="b")
        >>> int(steady_state(model, many.VALUES, quanta=4).narrower.quanta)
        2
        """
        quanta = narrowed(self.model)
        if quanta is None or all(cut == quanta for cut in self._cuts):
            return self
        solve = partial(solve_points, self.model, self.arrays, cut=quanta, solver="auto")
        blocks = tuple(solve(block.points) for block in self.blocks)
        return replace(self, blocks=blocks, others=(None,) * len(blocks), alone=None)

    def estimate(self, quantity: str, *arguments: Any, **options: Any) -> Estimate:
        """A number, its absolute error and its status, each of the shape of the batch.

        ``quantity`` is the name of a method, followed by its arguments: "number", "correlation",
        "cross_correlation", "probability", "expect", "amplitude" or "marginal" (of a mode and a
        number n, see `distribution`).  The value is the one that was computed also where
        it is not to be trusted (that of a truncation that is too small, say); ``trusted`` is what
        the method of that name returns.  The error is that of round-off and, as far as it is
        known, of the truncation.  Raises `ValueError` or `TypeError` for bad arguments.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> values = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 3.0}
        >>> steady_state(kerr.MODEL, values, quanta=2).estimate("correlation", "a", order=2).status
        'not converged'
        """
        if quantity not in ESTIMATED:
            names = ", ".join(ESTIMATED)
            raise ValueError(f"Argument `quantity` must be one of {names}, but is {quantity!r}.")
        whole = self._known(quantity, *arguments, **options)
        status = whole[2]
        (lost,) = np.nonzero((status == Status.NOT_RESOLVED) & (self._names == "graded"))
        for where, state in self._solved_alone(lost):
            known, there, _ = np.intersect1d(where, lost, return_indices=True)
            again = state.estimate(quantity, *arguments, **options)
            for mine, better in zip(whole, (again.value, again.error, again.status), strict=True):
                mine[known] = np.asarray(better)[there]
        return Estimate(*(self._shaped(part, quantity) for part in whole))

    def _known(
        self, quantity: str, *arguments: Any, **options: Any
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, error and status of every point, from its cut or without one."""
        parts = [(s.points, s.measured(quantity, *arguments, **options), s.status)
                 for s in self.bright]  # fmt: skip
        if not parts or self._cuts:
            found: Measured = getattr(self, f"_{quantity}")(*arguments, **options)
            parts.insert(0, (np.arange(self._points), found, self._words))
        value = np.full(self._points, np.nan, dtype=parts[-1][1].value.dtype)
        error, words = np.full(self._points, np.nan), np.empty(self._points, dtype=object)
        for at, one, status in parts:
            value[at], error[at], words[at] = one.value, one.error, one.status(status)
        return value, error, words

    def _levels(self, mode: int) -> int:
        own = self.space.occupations.max(axis=0)[mode] + 1 if self._cuts else 0
        return int(max([own, *(state.levels(mode) for state in self.bright)]))

    def density_matrix(self) -> Any:
        """Density matrix: of one point a `qutip.Qobj` on the product of the modes' spaces.

        Its modes are in the order of ``model.modes``, each with one level more than the quanta that
        the truncation keeps in it (2 of a two-level system); the levels of an atom make up one
        factor, its lowest one first, at the place of the first of them.  So `ptrace`,
        `qutip.expect` and `qutip.wigner` of a mode are right:
        ``qutip.wigner(state.density_matrix().ptrace(0), x, x)``.  For a batch the array
        `restricted_density_matrix`.  NaN where the status is not "ok"; bright light that is known
        without a cut has none, and raises `ValueError`.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> round(float(steady_state(kerr.MODEL, kerr.VALUES).density_matrix().tr()), 12)
        1.0
        """
        if self.shape != ():
            return self.restricted_density_matrix()
        return on_product(self.elements(), self.space)

    def restricted_density_matrix(self) -> Any:
        """Density matrices on the cut space, an array of ``shape + (states, states)``.

        Of labelled values it is labelled, with the dimensions ``row`` and ``column`` at its end.

        ``occupations[i]`` is the occupation of the state i; the largest truncation among the
        points gives the states, and others are padded with zeros.  NaN where the status is not
        "ok" and for bright light that is known without a cut; raises `ValueError` where all is.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]}, quanta=3)
        >>> rho = state.restricted_density_matrix()
        >>> rho.shape, np.trace(rho, axis1=1, axis2=2).real.round(12)
        ((2, 4, 4), array([1., 1.]))
        """
        return relabel(self.elements(), self.arrays, "rho", last=("row", "column"))

    def elements(self) -> np.ndarray:
        """The same as a plain array, also of labelled values.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES, quanta=3).elements().shape
        (4, 4)
        """
        if self.bright and not self._cuts:
            raise refusal(self.model, "A density matrix")
        largest = self.space
        rho = np.full((self._points, largest.size, largest.size), np.nan, dtype=complex)
        for block in self.blocks:
            where = largest.positions(block.space)
            (rows,) = np.nonzero(block.status == Status.OK)
            points = block.points[rows]
            rho[points] = 0
            found = matrices(self.model, self.arrays, block, rows)
            rho[np.ix_(points, where, where)] = found
        return rho.reshape(*self.shape, largest.size, largest.size)

    def _check(self, modes: tuple[int, ...]) -> None:
        """Raise unless the truncation holds what these modes need to have a quantum each."""
        order, name = len(modes), f"g{len(modes)}"
        if self.order is not None and order > self.order:
            raise ValueError(
                f"Argument `order` of steady_state must be at least {order} for {name}, "
                f"but is {self.order}: the truncation was not chosen for it."
            )
        if self.order is not None:
            return  # too few quanta are "not converged"
        for cut in self._cuts:
            check_held(self.model, cut, modes)
            check_reached(self.model, cut, modes)

    def _reaches(self, mode: int, k: int) -> bool:
        """Whether the truncation holds what the mode needs to have k quanta."""
        try:
            self._check((mode,) * k)
        except ValueError:
            return False
        return True

    def _number(self, mode: Mode | str) -> Measured:
        return self._moments((self.model.index(mode),), normalised=False)

    def _correlation(self, mode: Mode | str, order: int = 2) -> Measured:
        check_order(order, order)  # a positive integer
        return self._moments((self.model.index(mode),) * order)

    def _cross_correlation(self, first: Mode | str, second: Mode | str) -> Measured:
        modes = self.model.index(first), self.model.index(second)
        if self.order is None or modes[0] == modes[1]:
            return self._moments(modes)
        self._check(modes)
        # the truncation was chosen for either mode, not for both
        found = self._measure(lambda block, _: measure(block, modes))
        found = replace(found, cut=self._lifted(lambda b: _change(b, modes)), moved=RESOLVED)
        return self._guarded(found, lambda b: missed(self.model, b, modes, True), relative=True)

    def _moments(self, modes: tuple[int, ...], normalised: bool = True) -> Measured:
        """A correlation, or a bare moment, with what its truncation is worth.

        Three readings of "worth": of a chosen truncation what the search found (``chosen``); of
        one that was given the most that may lie beyond it (``most``), or where that leaves room
        for doubt what two more quanta change (``change``).
        """
        self._check(modes)

        def chosen(block: Solution, other: Solution | None) -> Measured:
            if other is None:  # of many points: the search found this result converged
                return measure(block, modes, normalised)
            return settled(block, other, modes, normalised, self.tolerance, self.model)

        def change(block: Solution, other: Solution) -> np.ndarray:
            before, after = (measure(one, modes, normalised).value for one in (block, other))
            fine = finer_of(block, other)
            return abs(after - before) + abs(after) * beyond(fine, modes, normalised, bound=False)

        def most(block: Solution) -> np.ndarray:
            size = abs(measure(block, modes, normalised).value)
            with np.errstate(invalid="ignore"):  # of an empty mode anything beyond is too much
                share = size * beyond(block, modes, normalised, bound=True)
            return np.where(size > 0, share, supply(block))

        if self.order is not None:
            found = self._measure(chosen)
        else:
            found = self._measure(lambda block, _: measure(block, modes, normalised))
            found = self._truncated(found, most, change, [self._quanta(modes)])
        by_levels = partial(missed, self.model, modes=modes, normalised=normalised)
        return self._guarded(found, by_levels, relative=True)

    def _quanta(self, modes: tuple[int, ...]) -> Occupation:
        """The occupation with a quantum in each of these modes, of which one may come twice."""
        return tuple(modes.count(i) for i in range(len(self.model.modes)))

    def _probability(self, occupation: Occupation) -> Measured:
        """Population of an occupation, judged by how the truncation changes it; see `_moments`."""
        for kept in self._cuts:
            check_occupation(occupation, self.model, kept)

        def read(block: Solution, _: Any) -> Measured:
            i = block.space.position(occupation)
            return Measured(block.populations[:, i], block.error[:, i])

        def cut(block: Solution) -> np.ndarray:
            if block.cut is None:
                return np.zeros(len(block.points))
            return block.cut[:, block.space.position(occupation)]

        return self._held(read, cut, occupation)

    def _expect(self, operator: sp.Expr) -> Measured:
        """Mean of an operator, judged by how the truncation changes it; see `_moments`."""
        words = read_operator(self.model, operator)
        read, size = partial(self._mean, words), partial(self._size, words)

        def most(block: Solution) -> np.ndarray:
            return np.asarray(supply(block) * size(block))

        def change(block: Solution, other: Solution) -> np.ndarray:
            fine, before, after = finer_of(block, other), read(block), read(other)
            moved = abs(after.value - before.value) + missing(fine, ()) * size(fine)
            # what is zero without any round-off is so whatever the cut
            empty = (before.value == 0) & (before.roundoff + after.roundoff == 0)
            return np.asarray(np.where(empty & (after.value == 0), 0.0, moved))

        found = self._measure(read)
        # else many points, found converged; an operator that is zero has no words
        if words and (self.order is None or None not in self.others):
            ways = [side for word in words for side in word]
            found = self._truncated(found, most, change, ways)
        return self._guarded(found, lambda b: coherence(self.model, b) * size(b))

    def _mean(self, words: Ladder, block: Solution, _: Any = None) -> Measured:
        """Tr[O rho] at the points of a block, NaN where it has no state, with its round-off."""
        real = is_hermitian(words)
        value = np.full(len(block.points), np.nan, dtype=float if real else complex)
        error = np.full(len(block.points), np.nan)
        for rows in np.array_split(np.flatnonzero(block.found), 1 + len(value) // CHUNK):
            some = block.take(rows)
            rho = matrices(self.model, self.arrays, block, rows)
            errors = element_errors(some.populations, some.error)
            found, error[rows] = mean(self._matrices(words, some), rho, errors)
            value[rows] = found.real if real else found
        return Measured(value, error)

    def _size(self, words: Ladder, block: Solution) -> np.ndarray:
        """The largest sum of moduli in a row of O, per point: what a probability of one adds."""
        return np.asarray(np.max(np.sum(abs(self._matrices(words, block)), axis=2), axis=1))

    def _matrices(self, words: Ladder, block: Solution) -> np.ndarray:
        return operator_matrices(words, select(self.arrays, block.points), block.space)

    def _amplitude(self, mode: Mode | str) -> Measured:
        return self._expect(self.model.modes[self.model.index(mode)])

    def _marginal(self, mode: Mode | str, n: int) -> Measured:
        """Probability of n quanta in one mode, judged as that of one occupation is."""
        at = self.model.index(mode)

        def held(block: Solution) -> np.ndarray:
            return np.asarray(block.space.occupations[:, at] == n, dtype=float)

        def read(block: Solution, _: Any) -> Measured:
            return Measured(block.populations @ held(block), block.error @ held(block))

        def cut(block: Solution) -> np.ndarray:
            if not held(block).any():
                return np.full(len(block.points), np.inf)
            return np.zeros(len(block.points)) if block.cut is None else block.cut @ held(block)

        return self._held(read, cut, self._quanta((at,) * n))

    def _held(
        self,
        read: Callable[[Solution, Any], Measured],
        cut: Callable[[Solution], np.ndarray],
        way: Occupation,
    ) -> Measured:
        """A probability to find so many quanta: ``read`` and its ``cut`` are those of a block."""

        def change(block: Solution, other: Solution) -> np.ndarray:
            before, after = (read(one, None).value for one in (block, other))
            return abs(after - before) + abs(after) * missing(finer_of(block, other), ())

        found = replace(self._measure(read), resolved=SURE)
        if self.order is not None:
            found = replace(found, cut=self._lifted(cut), moved=SURE)
        else:
            found = self._truncated(found, supply, change, [way])
        return self._guarded(found, partial(guessed, self.model, quanta=sum(way)))

    def _lifted(self, read: Callable[[Solution], np.ndarray]) -> np.ndarray:
        """What the search changed, read off each block; all where most may lie beyond the cut."""

        def cut(block: Solution, other: Solution | None) -> np.ndarray:
            changed = np.nan_to_num(read(block), nan=np.inf)
            if other is None:
                return changed
            fine = finer_of(block, other)
            lost = (escape(fine) + missing(fine, ()) >= MOVED) | ~other.found | is_short(fine)
            return np.where(lost, np.inf, changed)

        return self._join([cut(*pair) for pair in self._pairs])

    def _with_levels(
        self, cut: dict[str, np.ndarray], fine: Solution, order: int
    ) -> dict[str, np.ndarray]:
        """The evidence of a cut, with what emitters may change as well; see `_guarded`."""
        known = {name: (mode,) * k for name, mode, k in results(self.model, fine.space.cut, order)}
        return {
            name: number + missed(self.model, fine, known[name], len(known[name]) > 1)
            for name, number in cut.items()
        }

    def _guarded(
        self, found: Measured, doubt: Callable[[Solution], np.ndarray], relative: bool = False
    ) -> Measured:
        """With what emitters may change of which the model keeps some excitations only.

        Who gives ``excited`` wants its numbers, as with a truncation that is given.
        """
        if is_whole(self.model):
            return found
        lost = self._join([doubt(block) for block in self.blocks])
        size = abs(found.value) if relative else 1.0
        return replace(found, cut=found.cut + lost * size, moved=max(found.moved, MOVED))

    def _truncated(
        self,
        found: Measured,
        most: Callable[[Solution], np.ndarray],
        change: Callable[[Solution, Solution], np.ndarray],
        ways: Sequence[Occupation],
    ) -> Measured:
        """With what a truncation that was given changes.

        At most, or measured where that leaves room for doubt.

        ``most`` is an upper estimate per block, ``change`` what a second solve of some of its
        points gives; only points in doubt are solved again, and only once (`_pair`).  Where the
        cut lacks states on the ``ways`` to these occupations (`paths_held`) the last shells tell
        nothing.
        """

        def lacking(block: Solution) -> np.ndarray:
            complete = paths_held(self.model, np.array(ways), block.space.cut).all()
            return np.full(len(block.points), not complete)

        words, cut = found.status(self._words), self._gather(most)
        doubt = (words == Status.OK) & ~(cut <= CLEAR * abs(found.value)) & (cut > 0)
        doubt |= (words == Status.OK) & (self._gather(is_short) | self._gather(lacking))
        for i, block in enumerate(self.blocks):
            (rows,) = np.nonzero(doubt[block.points])
            if rows.size:
                some, other = self._pair(i, rows)
                moved = np.where(is_short(finer_of(some, other)), np.inf, change(some, other))
                cut[block.points[rows]] = np.where(np.isnan(moved), np.inf, moved)
        return replace(found, cut=np.where(words == Status.OK, cut, 0.0))

    def _pair(self, i: int, rows: np.ndarray) -> tuple[Solution, Solution]:
        """Some rows of a block, and the same points with another truncation, each solved once."""
        some, known = self.blocks[i].take(rows), self._solved.get(i)
        if known is None and self._wider(self.blocks[i]) == some.space.cut:
            return some, some  # too large: what is missing is all that is known
        new = some if known is None else some.take(~np.isin(some.points, known.points))
        if new.points.size:
            added = self._refined(new)
            known = self._solved[i] = added if known is None else join([known, added])
        assert known is not None
        return some, known.at(some.points)

    @cached_property
    def _solved(self) -> dict[int, Solution]:
        """Points that were solved with another truncation, by the block that they belong to."""
        return {i: other for i, (_, other) in enumerate(self._pairs) if other is not None}

    @property
    def _pairs(self) -> list[tuple[Solution, Solution | None]]:
        return list(zip(self.blocks, self.others or [None] * len(self.blocks), strict=True))

    def _refined(self, block: Solution) -> Solution:
        """The same points with two more quanta, by the solver that found them if it is named."""
        if not np.any(block.found):
            return block
        name = str(block.solver[0])
        solver = name if name in {*STEADY, *KINDS} - {"direct"} else "auto"
        more = self._wider(block)
        found = solve_points(self.model, self.arrays, block.points, more, solver)
        return held_against(self.model, found, self._light(block))

    def _light(self, block: Solution) -> Branches:
        return branches(self.model, select(self.arrays, block.points))

    def _wider(self, block: Solution) -> Cut:
        """A second truncation for a block: two more quanta, or the same where they do not fit.

        Where a classical branch lies beyond the cut it is one that holds them all, if that fits.
        """
        now, choices = block.space.cut, [wider(block.space.cut, 2)]
        if is_short(block).any():
            light = self._light(block.take(is_short(block)))
            tops = np.max(reach(light.quanta), axis=0).astype(int)
            kept = zip(block.space.levels, tops.tolist(), strict=True)
            each = tuple(max(levels - 1, top) for levels, top in kept)
            choices.insert(0, max(now, sum(tops.tolist())) if isinstance(now, int) else each)
        fitting = (
            c for c in choices if count_states(self.model.modes, c) ** 2 <= largest(self.model)
        )
        return next(fitting, now)

    def _solved_alone(self, points: np.ndarray) -> list[tuple[np.ndarray, "SteadyState"]]:
        """What is known of points solved each by itself, these points included.

        Each is solved once, when a number is first asked for that the sweeps do not resolve: a
        point by itself may have more digits.
        """
        if not points.size or self.alone is None:
            return []
        new = np.setdiff1d(points, np.concatenate([points[:0], *(p for p, _ in self._alone)]))
        if new.size:
            self._alone.append((new, self.alone(select(self.arrays, new))))
        return self._alone

    @cached_property
    def _alone(self) -> list[tuple[np.ndarray, "SteadyState"]]:
        """Points that `_solved_alone` has solved, in parts."""
        return []

    def _measure(self, read: Callable[[Solution, Solution | None], Measured]) -> Measured:
        """What is read off each block and its finer solution, put together."""
        parts = [read(*pair) for pair in self._pairs]
        denominators = zip(*(part.denominators for part in parts), strict=True)
        cuts = [np.broadcast_to(part.cut, part.value.shape) for part in parts]
        return Measured(
            self._join([part.value for part in parts]),
            self._join([part.roundoff for part in parts]),
            tuple(
                (self._join([n for n, _ in d]), self._join([e for _, e in d])) for d in denominators
            ),
            cut=self._join(cuts),
            moved=parts[0].moved,
        )


def _finer(alone: Callable[[Arrays], SteadyState], arrays: Arrays) -> SteadyState:
    """The points solved each by itself, with two more quanta."""
    return alone(arrays).finer


ESTIMATED = (
    "number",
    "correlation",
    "cross_correlation",
    "probability",
    "expect",
    "amplitude",
    "marginal",
)


def _change(block: Solution, modes: tuple[int, ...]) -> np.ndarray:
    """How much of g2 of two modes two more quanta may change; zero where it was not computed."""
    if block.cut is None:
        return np.zeros(len(block.points))
    both = replace(block, populations=block.cut)
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = np.prod([abs(moment(block, (mode,))[0]) for mode in modes], axis=0)
        return np.nan_to_num(moment(both, modes)[0] / numbers, nan=0.0)


class NoJumpState(SteadyState):
    """States of H_eff alone; an unnormalised one has probabilities relative to the vacuum's.

    The methods are those of `SteadyState`.  The numbers are right as far as quantum jumps feed
    nothing back: to leading order in the drive, but not at an interference zero.

    >>> from numeric import nojump_state
    >>> from systems.library import kerr
    >>> state = nojump_state(kerr.MODEL, kerr.VALUES, kind="unnormalised")
    >>> float(state.probability((0,)))  # C_0 = 1
    1.0
    """

    kind = "state of H_eff"
