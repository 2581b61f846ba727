"""States that are known by the means of their operators: of light that no cut has to hold.

Bright light fills many Fock states although it is simple: linear light is known from its first and
second moments (`numeric.frames.gaussian`), and light that stays close to a classical amplitude from
the few quanta around it (`numeric.frames.displaced`).  Both say what the mean of a normally ordered
word is,

    <a'^p a^q>    with its round-off and with what the cut changes,

and every number of `numeric.SteadyState` that is asked for is made of such means, here.  Each
number is judged alone, as those of populations are (`numeric.trust.judge`).
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, log
from typing import Any, ClassVar, TypeVar

import numpy as np
import sympy as sp

from numeric.arguments import check_order
from numeric.lindblad.heat import fall_of_baths, held
from numeric.lindblad.scaling import scale
from numeric.lindblad.space import Cut, count_states, graded, show_cut, wider
from numeric.search.pushed import pushes, swung
from numeric.solvers.solution import Solution
from numeric.trust.expectation import is_hermitian, read_operator
from numeric.trust.worth import RESOLVED, SURE, TINIEST, Measured, divide
from systems import Model
from systems.ladder import Mode, Occupation, Word, is_two_level, label
from systems.status import Status
from systems.values import Arrays, evaluate

S = TypeVar("S", bound=Any)  # a state of a batch, of which points are taken

# Cuts that are proposed for pairs, the first that fits: to which tolerance they hold what is
# pushed or warm. 150 states answer in seconds, 390 in many minutes where a mirror is pushed far
PAIRS, CLOSE, ROUGHLY = 2, (1e-6, 1e-4), 1e-4


@dataclass(frozen=True)
class Means:
    """Points of a batch whose states are known by the means of words; numbers are made of these.

    ``arrays`` are the values at these points (one dimension), ``points`` their places in the flat
    batch, ``status`` a word for each state.  `measured` gives a number by the name of the method of
    `numeric.SteadyState` that shows it.

    >>> from systems.library import kerr
    >>> from numeric import steady_state
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 1e3}  # four million quanta
    >>> (bright,) = steady_state(kerr.MODEL, linear).bright
    >>> bright.measured("number", "a").value.round(3)
    array([4000000.])
    """

    name: ClassVar[str]  # in the place of that of a solver
    followed: ClassVar[bool] = False  # in time, without a cut that holds its light

    model: Model
    arrays: Arrays
    points: np.ndarray
    status: np.ndarray
    tolerance: float
    order: int

    @property
    def quanta(self) -> np.ndarray:
        """How many quanta were kept at each point, (points,); 0 where nothing is cut."""
        return np.zeros(len(self.points), dtype=int)

    @property
    def kept(self) -> np.ndarray:
        """The truncation of each point, (points,); None where no mode is cut as it stands."""
        return np.full(len(self.points), None)

    @property
    def word(self) -> np.ndarray:
        """The status of each state as it is shown, (points,): that of all its numbers."""
        return self.status

    @property
    def residual(self) -> np.ndarray:
        """How well the equation is solved, (points,); 0 where it is solved in closed form."""
        return np.zeros(len(self.points))

    @property
    def top(self) -> np.ndarray:
        """Population of the last shells that are kept, (points,); 0 where nothing is cut."""
        return np.zeros(len(self.points))

    @abstractmethod
    def mean(self, word: Word) -> Measured:
        """<a'^p a^q>, complex, at every point."""

    @abstractmethod
    def occupied(self, occupation: Occupation) -> Measured:
        """Probability of an occupation of all modes."""

    @abstractmethod
    def marginal(self, mode: int, n: int) -> Measured:
        """Probability of n quanta in the mode at this position."""

    @abstractmethod
    def levels(self, mode: int) -> int:
        """Numbers of quanta in a mode that P(n) is shown for: so many from zero on."""

    def measured(self, quantity: str, *arguments: Any, **options: Any) -> Measured:
        """A number of that name, with its round-off and what the cut changes, per point.

        >>> from systems.library import kerr
        >>> from numeric import steady_state
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 1e3}
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bright.measured("correlation", "a", order=3).value.round(9)
        array([1.])
        """
        found: Measured = getattr(self, f"_{quantity}")(*arguments, **options)
        return found

    def _number(self, mode: Mode | str) -> Measured:
        return self._moment((self.model.index(mode),))

    def _correlation(self, mode: Mode | str, order: int = 2) -> Measured:
        check_order(order, order)
        if order > self.order:
            raise ValueError(
                f"Argument `order` of steady_state must be at least {order} for g{order}, "
                f"but is {self.order}: the truncation was not chosen for it."
            )
        return self._normalised((self.model.index(mode),) * order)

    def _cross_correlation(self, first: Mode | str, second: Mode | str) -> Measured:
        return self._normalised((self.model.index(first), self.model.index(second)))

    def _amplitude(self, mode: Mode | str) -> Measured:
        return self._expect(self.model.modes[self.model.index(mode)])

    def _probability(self, occupation: Occupation) -> Measured:
        return self.occupied(occupation)

    def _marginal(self, mode: Mode | str, n: int) -> Measured:
        return self.marginal(self.model.index(mode), n)

    def _expect(self, operator: sp.Expr) -> Measured:
        """A sum of means; its error is the sum of theirs."""
        words = read_operator(self.model, operator)
        value, roundoff, cut = np.zeros((3, len(self.points)), dtype=complex)
        for word, coefficient in words.items():
            c, one = evaluate(coefficient, self.arrays), self.mean(word)
            value += c * one.value
            roundoff += abs(c) * one.roundoff
            cut += abs(c) * one.cut
        shown = value.real if is_hermitian(words) else value
        return Measured(shown, roundoff.real, cut=cut.real, moved=RESOLVED)

    def _moment(self, modes: tuple[int, ...]) -> Measured:
        """<a_i' a_j' ... a_j a_i> of the modes at these positions."""
        powers = tuple(modes.count(i) for i in range(len(self.model.modes)))
        one = self.mean((powers, powers))
        return replace(one, value=one.value.real, moved=self.tolerance)

    def _normalised(self, modes: tuple[int, ...]) -> Measured:
        """The same over the mean numbers, whose relative errors add to its own."""
        top, bottom = self._moment(modes), [self._moment((i,)) for i in modes]
        numbers = tuple((n.value, n.roundoff) for n in bottom)
        if len(modes) == 1:
            with np.errstate(invalid="ignore"):
                return Measured(top.value / top.value, np.zeros(len(self.points)), numbers)
        sizes = np.array([abs(n.value) for n in bottom])
        lost = np.all(sizes > 0, axis=0) & (np.prod(sizes, axis=0) < TINIEST)
        value, error = divide(top.value, np.where(lost, np.inf, top.roundoff), numbers)
        _, cut = divide(
            top.value, np.asarray(top.cut), [(n.value, np.asarray(n.cut)) for n in bottom]
        )
        return Measured(value, error, numbers, cut=cut, moved=self.tolerance)


def sure(value: np.ndarray, roundoff: np.ndarray, cut: np.ndarray | float = 0.0) -> Measured:
    """A probability: it is believed from `SURE` on.

    >>> sure(np.array([0.5]), np.array([1e-7])).status(np.array(["ok"]))
    array(['not resolved'], dtype=object)
    """
    return Measured(value, roundoff, resolved=SURE, cut=cut, moved=SURE)


def refusal(model: Model, what: str) -> ValueError:
    """That something is not known without a cut, and what to ask for instead.

    >>> from systems.library import kerr
    >>> refusal(kerr.MODEL, "A density matrix")
    ValueError('A density matrix of this point would need too many states; ask ...')
    """
    named = ", ".join(label(mode) for mode in model.modes)
    return ValueError(
        f"{what} of this point would need too many states; ask for numbers, correlations "
        f"or the `distribution` of a mode ({named}), or for a truncation of your own "
        "(`quanta=...`)."
    )


@dataclass(frozen=True)
class Compared(Means):
    """Those of one point whose solution, ``shown``, was compared with a smaller one.

    >>> from numeric import steady_state
    >>> from systems.library import optomechanics
    >>> hot = {**optomechanics.VALUES, "n_th": 50.0, "g": 0.1}
    >>> (state,) = steady_state(optomechanics.WARM, hot, order=2).bright
    >>> isinstance(state, Compared), state.word, bool(state.residual[0] < 1e-12)
    (True, array(['ok'], dtype=object), True)
    """

    shown: Any

    @property
    def word(self) -> np.ndarray:
        """The status of the state, "not converged" where one of its numbers is, (points,)."""
        open_ = (self.status == Status.OK) & ~settled(self, self.order)
        return np.where(open_, Status.NOT_CONVERGED, self.status)

    @property
    def residual(self) -> np.ndarray:
        """How well the equation is solved, (points,)."""
        return np.array([self.shown.residual])


def check_followed(bright: Iterable[Means], what: str, most: int, more: int = 0) -> None:
    """Raise `ValueError` where a state has no cut, and ``what`` takes one of ``most`` states.

    The message names a cut that holds such states, where one does that keeps no more with so many
    ``more`` quanta either.

    >>> from numeric import steady_state
    >>> from systems.library import optomechanics
    >>> hot = {**optomechanics.VALUES, "n_th": 1000.0, "g": 0.1}
    >>> check_followed(steady_state(optomechanics.WARM, hot, order=2).bright, "g2(tau)", 400)
    Traceback (most recent call last):
    ValueError: g2(tau) takes a truncation of at most 400 states, and none holds these values, ...
    """
    states = [light for light in bright if not light.followed]
    if not states:
        return
    needs = f"{what} takes a truncation of at most {most} states"
    cut = _holding_pairs(states, most, more)
    if cut is None:
        raise ValueError(
            f"{needs}, and none holds these values, whose state is known without one "
            f"({states[0].name!r}): ask for numbers at one time."
        )
    shown = str(show_cut(states[0].model, cut)).replace("'", '"')
    raise ValueError(f"{needs}, and none was chosen here: give one (`quanta={shown}`).")


def _holding_pairs(states: list[Means], most: int, more: int) -> Cut | None:
    """A cut that holds n and g2 of all of these, and that fits with so many more quanta as well."""
    model = states[0].model
    s = max(float(np.max(scale(model, light.arrays))) for light in states)
    # pairs feel more quanta of the light with each two orders of its drive
    beyond = ceil(log(ROUGHLY) / log(min(s, 0.5) ** 2) / 2) if s > 0 else 1
    for few in (PAIRS + beyond, PAIRS):
        for tolerance in CLOSE:
            tops = np.max([_tops(light, tolerance) for light in states], axis=0)
            cut = graded(model, few, np.maximum(tops, few).tolist())
            if count_states(model.modes, wider(cut, more)) <= most:
                return cut
    return None


def _tops(light: Means, tolerance: float) -> np.ndarray:
    """Quanta that baths fill and that others push into each mode, for pairs, (modes,)."""
    model, arrays = light.model, light.arrays
    bath = held(fall_of_baths(model, arrays), PAIRS, tolerance)
    swing = swung(pushes(model, arrays), PAIRS, tolerance, scale(model, arrays))
    return np.max(np.maximum(bath, swing) + np.minimum(bath, swing) // 2, axis=0)


def settled(state: Means, order: int) -> np.ndarray:
    """Where n ... g^(order) of every mode of a state are known, or undefined for want of light.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 1e3}
    >>> settled(steady_state(kerr.MODEL, linear).bright[0], 4)
    array([ True])
    """
    good = state.status == Status.OK
    for mode in state.model.modes:
        highest = 1 if is_two_level(mode) else min(order, state.order)
        asked: list[tuple[Any, ...]] = [("number", mode)]
        asked += [("correlation", mode, k) for k in range(2, highest + 1)]
        for one in asked:
            good &= state.measured(*one).status(state.status) != Status.NOT_CONVERGED
    return np.asarray(good, dtype=bool)


def some_of(state: S, rows: np.ndarray) -> list[S]:
    """Some of the points of a state, as a list that is empty where there are none.

    >>> some_of(None, np.array([False, False]))
    []
    """
    return [state.take(rows)] if rows.any() else []


def beside(points: np.ndarray, known: Iterable[Means | Solution]) -> np.ndarray:
    """Those of the points, given and returned in rising order, that none of these states is of.

    >>> beside(np.arange(3), [])
    array([0, 1, 2])
    """
    taken = [one.points for one in known]
    return np.setdiff1d(points, np.concatenate(taken)) if taken else points
