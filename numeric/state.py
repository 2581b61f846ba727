"""The steady state: what each of its numbers is, with its error and its status.

`numeric.reading.batches` holds the solutions, `numeric.reading.readout` has the methods that users
call, `numeric.reading.twofold` solves points in a second truncation and `numeric.reading.readings`
says what that is worth to each number; here a state gets its estimates, its advice and its
certificate.

Density matrices of a batch are not kept (a million of them would not fit in memory): the
populations are, with an estimate of their error.  All results of direct detection follow:

    n = <a'a>,    g^(k)(0) = <a'^k a^k>/n^k,    P(occupation).

`SteadyState.estimate` is the one source of a number, its error and its status; the methods named
after the numbers show it where the status is "ok".  Each number is judged alone.  Where the
truncation was chosen, the search has solved two more quanta as well, and a number that they move by
more than the tolerance is "not converged", whatever the others do.  Where it was given, a number
that it moves by more than 1e-3 is: the last shells tell (`numeric.trust.tail`), and where they
leave room for doubt the points in doubt are solved once more, with two more quanta.  A number that
the sweeps over many points do not resolve is that of the point solved by itself, when it is asked
for.
"""

from collections.abc import Mapping
from functools import cached_property
from math import isqrt
from typing import Any

import numpy as np
import sympy as sp

from numeric.arguments import check_held, check_occupation, check_order, check_reached
from numeric.frames.fluctuations import states_around
from numeric.frames.means import Means
from numeric.lindblad.heat import fall_of_baths
from numeric.lindblad.space import hull, show_cut
from numeric.reading.readings import CrossMoment, Mean, NormalMoment, Population
from numeric.reading.readout import Readout
from numeric.reading.twofold import Twofold
from numeric.search.advice import PAIRS, Shortage, loose, shrunk
from numeric.search.classical import amplitudes, branches
from numeric.solvers.choice import refactored, solvable
from numeric.solvers.solution import Solution
from numeric.trust.certificate import Certificate, changes, cuts, roundoff
from numeric.trust.excitations import missed
from numeric.trust.expectation import read_operator
from numeric.trust.judge import results
from numeric.trust.tail import top_shells
from numeric.trust.worth import MOVED, Measured
from systems import ladder
from systems.display import counts, ends, points
from systems.ladder import Mode, Occupation
from systems.status import Estimate, Status
from systems.values import select

NO_FRAME = "No frame that fits holds this light: leave out `frame`, and `limit` if it was given."
UNSETTLED = (
    "No solver settles the truncation: give fewer quanta ({own}) and look at the estimates, "
    "or ask for a weaker drive."
)
METASTABLE = (
    "Not resolved: the light has several stable branches and passes from one into another so "
    "rarely that double precision cannot tell how much of it is on each. More quanta do not help: "
    "ask for values with one branch, or with fewer quanta on the brighter one."
)
SLOW = (
    "Not resolved: something changes so slowly beside the other rates that round-off hides it. "
    "More quanta do not help: ask for rates that lie less far apart (a stronger drive, where only "
    "the drive empties a state), or leave out a mode that is far off resonance and hardly lossy."
)
# Times the change that is known without a cut, for a tolerance to ask for: a search to fewer digits
# starts with fewer quanta, and may end with fewer where few fit
SURE = 5.0
ESTIMATED = (
    "number",
    "correlation",
    "cross_correlation",
    "probability",
    "expect",
    "amplitude",
    "marginal",
)


class SteadyState(Twofold, Readout):
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
        return self._moment((self.model.index(mode),), normalised=False)

    def _correlation(self, mode: Mode | str, order: int = 2) -> Measured:
        check_order(order, order)  # a positive integer
        return self._moment((self.model.index(mode),) * order)

    def _cross_correlation(self, first: Mode | str, second: Mode | str) -> Measured:
        return self._moment((self.model.index(first), self.model.index(second)))

    def _moment(self, modes: tuple[int, ...], normalised: bool = True) -> Measured:
        self._check(modes)
        kind = NormalMoment if len(set(modes)) == 1 else CrossMoment
        return self._judged(kind(self.model, modes, normalised, self.tolerance))

    def _probability(self, occupation: Occupation) -> Measured:
        for kept in self._cuts:
            check_occupation(occupation, self.model, kept)
        return self._judged(Population(self.model, occupation))

    def _marginal(self, mode: Mode | str, n: int) -> Measured:
        at = self.model.index(mode)
        others = range(len(self.model.modes))
        return self._judged(Population(self.model, tuple(n if i == at else None for i in others)))

    def _expect(self, operator: sp.Expr) -> Measured:
        return self._judged(Mean(self.model, read_operator(self.model, operator), self.arrays))

    def _amplitude(self, mode: Mode | str) -> Measured:
        return self._expect(self.model.modes[self.model.index(mode)])

    @property
    def advice(self) -> str:
        """Which numbers are not converged somewhere, which are, and what to ask for instead.

        One or two sentences, and one on what is lost as a whole somewhere, as light between two
        branches; empty where all are converged.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> strong = {**kerr.VALUES, "xi": 2.0, "chi": 0.0}
        >>> steady_state(kerr.MODEL, strong, quanta=4).advice  # doctest: +ELLIPSIS
        'Not converged: n(a), g2(a), g3(a), g4(a). Leave out `quanta`, or give more (`quanta=...`).'
        """
        order = self.order or 4
        orders = {
            name: (mode, k)
            for cut in [*self._cuts, *([order] if self.bright or self.order else [])]
            for name, mode, k in results(self.model, cut, order)
        }
        words = {name: self._status_of(*one) for name, one in orders.items() if self._reaches(*one)}
        moves = {name: one == Status.NOT_CONVERGED for name, one in words.items()}
        moving = [name for name, where in moves.items() if where.any()]
        if not moving:
            return self._lost()
        settled = Status.OK, Status.UNDEFINED
        settled_ones = [name for name, one in words.items() if np.isin(one, settled).all()]
        known = f"; converged: {', '.join(settled_ones)}" if settled_ones else ""
        low = all(orders[name][1] > 2 for name in moving)
        way_out = self._way_out(moves, low, orders)
        return f"Not converged: {', '.join(moving)}{known}. {way_out} {self._lost()}".rstrip()

    def _lost(self) -> str:
        """What is said of points that are lost as a whole, if there are any."""
        words = [block.points[block.status == Status.NOT_RESOLVED] for block in self.blocks]
        lost = np.concatenate([np.arange(0), *words])
        if not lost.size:
            return ""
        several = branches(self.model, select(self.arrays, lost)).several
        return METASTABLE if several.any() else SLOW

    def _way_out(
        self,
        moves: Mapping[str, np.ndarray],
        pairs_known: bool,
        orders: Mapping[str, tuple[int, int]],
    ) -> str:
        """What to ask for where these numbers move, (points,) each."""
        lost = np.flatnonzero(np.any(list(moves.values()), axis=0))
        some = [block.take(np.isin(block.points, lost) & block.found) for block in self.blocks]
        some = [block for block in some if block.points.size]
        if not some:
            change = np.max(
                [self._changed(*orders[name], lost) for name in moves if name in orders]
            )
            ways = ["`order=2`"] if pairs_known else []
            ways += [f"what is known here ({loose(SURE * change)})"] if change < MOVED else []
            if ways:
                return f"Ask for {', or '.join(ways)}."
            tried = [block.solver[np.isin(block.points, lost)] for block in self.blocks]
            failed = np.any(np.concatenate(tried) != "none")
            return UNSETTLED.format(own=self._fewer(lost)) if failed else NO_FRAME
        light = [branches(self.model, select(self.arrays, block.points)).quanta for block in some]
        how = (self.order, self.tolerance, MOVED, pairs_known, self.looked, self.limit)
        falls = [fall_of_baths(self.model, select(self.arrays, block.points)) for block in some]
        around = max(self._foretold(block.points) for block in some)
        every = [orders[name] for name in moves]
        pairs = [(mode, k) for mode, k in every if k <= PAIRS]
        known, given = (
            (max(of(*one, lost) for one in every), max(of(*one, lost) for one in pairs))
            for of in (self._moved, self._as_given)
        )
        most = min(solvable(self.model, self.arrays, block) for block in some)
        also = falls, around, self.named, known, given, np.inf if self.named == "direct" else most
        return Shortage(self.model, some, light, *how, self.searches, *also).advice

    def _fewer(self, lost: np.ndarray) -> str:
        """The largest truncation of which factors are tried where no solver settled another."""
        cuts = [block.space.cut for block in self.blocks if np.isin(block.points, lost).any()]
        cut = hull(self.model.modes, cuts)
        own = shrunk(self.model, cut, isqrt(refactored(self.model)))
        return f"`quanta={'...' if own == cut else show_cut(self.model, own)}`"

    def _moved(self, mode: int, k: int, lost: np.ndarray) -> float:
        """By how much of itself the cut moves n or g^(k) of a mode at these points, at most."""
        one = self._moment((mode,) * k, k > 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            changes = np.broadcast_to(one.cut / abs(one.value), self._points)[lost]
        return float(np.max(np.nan_to_num(changes, nan=0.0, posinf=np.inf)))

    def _as_given(self, mode: int, k: int, lost: np.ndarray) -> float:
        """The same, were the last truncation a given one: at most, where no larger one fits."""
        what = NormalMoment(self.model, (mode,) * k, k > 1, self.tolerance)

        def most(block: Solution) -> np.ndarray:
            return np.zeros(len(block.points)) if self._wider(block) else what.most(block)

        with np.errstate(divide="ignore", invalid="ignore"):
            shares = self._gather(most) / abs(self._moment((mode,) * k, k > 1).value)
        return max(self._moved(mode, k, lost), float(np.max(np.nan_to_num(shares[lost], nan=0.0))))

    def _foretold(self, points: np.ndarray) -> float:
        """How many states it takes at least around the amplitudes of these points."""
        arrays = select(self.arrays, points)
        return float(np.max(states_around(self.model, arrays, amplitudes(self.model, arrays)[0])))

    def _status_of(self, mode: int, k: int) -> np.ndarray:
        """The word for n or g^(k) of a mode, (points,)."""
        words = self._moment((mode,) * k, k > 1).status(self._words)
        for state in self.bright:
            words[state.points] = self._of_bright(state, mode, k).status(state.status)
        return words

    def _changed(self, mode: int, k: int, lost: np.ndarray) -> float:
        """By how much of itself a number may change at these points, which no cut holds."""
        largest = [np.inf if not self.bright else 0.0]
        for state in self.bright:
            one, rows = self._of_bright(state, mode, k), np.isin(state.points, lost)
            with np.errstate(divide="ignore", invalid="ignore"):
                changes = np.nan_to_num(one.error / abs(one.value), nan=np.inf)
            # a state that is none of the whole, as around one of two roots, knows nothing of it
            largest.extend(np.where(state.status == Status.OK, changes, np.inf)[rows])
        return float(max(largest))

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
            self._with_guesses(
                cuts(self.model, changed, fine, order, coarse.space.cut), fine, order
            )
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

    def _with_guesses(
        self, cut: dict[str, np.ndarray], fine: Solution, order: int
    ) -> dict[str, np.ndarray]:
        """The evidence of a cut, with what emitters may change as well; see `_guarded`."""
        known = {name: (mode,) * k for name, mode, k in results(self.model, fine.space.cut, order)}
        return {
            name: number + missed(self.model, fine, known[name], len(known[name]) > 1)
            for name, number in cut.items()
        }


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
