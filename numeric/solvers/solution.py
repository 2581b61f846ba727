"""Steady states at some points of a batch: what every solver returns.

Whether it is a steady state says `numeric.solvers.soundness` for every solver alike.

Errors are absolute and estimated: what the last refinement of the linear system corrected, and
what rounding its elements does (N. J. Higham, "Accuracy and Stability of Numerical Algorithms",
chapters 7 and 12).  They are of the order of the true ones, not strict bounds.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from sympy.physics.quantum.boson import BosonOp

from numeric.lindblad.scaling import EPSILON, Scaled
from numeric.lindblad.space import Space
from numeric.solvers.threads import spread
from systems.status import Status


@dataclass(frozen=True)
class Solution:
    """Points of a batch that share a truncation; every array has one row per point.

    A point without a state has NaN in place of numbers, and its status says why.

    >>> from systems.library import kerr
    >>> from numeric.lindblad.space import space
    >>> Solution.none(space(kerr.MODEL.modes, 2), np.array([4, 7]), Status.NOT_UNIQUE).populations
    array([[nan, nan, nan],
           [nan, nan, nan]])
    """

    space: Space
    points: np.ndarray  # indices in the flattened batch
    populations: np.ndarray  # (points, states)
    error: np.ndarray  # of the populations, absolute, estimated
    residual: np.ndarray  # |L rho|/(|L| |rho|) in the scaled norm
    status: np.ndarray  # members of `Status`
    solver: np.ndarray  # names
    rho: np.ndarray | None = None  # (points, states, states), trace one; kept for few points only
    cut: np.ndarray | None = None  # change of the populations from another truncation, if known
    short: np.ndarray | None = None  # where a classical branch lies beyond the cut, if known

    @classmethod
    def of(
        cls, on: Space, rho: np.ndarray, error: np.ndarray, residual: float, status: str, name: str
    ) -> "Solution":
        """One point, from its density matrix and the error of its populations.

        ``rho`` has shape (states, states), ``error`` (states,); ``status`` is what the solver
        says.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> on, rho = Space([BosonOp("a")], 1), np.diag([0.75, 0.25]) + 0j
        >>> Solution.of(on, rho, np.zeros(2), 0.0, "ok", "by hand").populations
        array([[0.75, 0.25]])
        """
        word, names = (np.array([one], dtype=object) for one in (Status(status), name))
        numbers = (rho.diagonal().real[None], error[None], np.array([residual]))
        return cls(on, np.arange(1), *numbers, word, names, rho[None])

    @classmethod
    def mixture(cls, populations: np.ndarray) -> "Solution":
        """A mixture of Fock states of one mode with these populations, known to a double's digits.

        It serves to try what is read off a solution.

        >>> thermal = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
        >>> thermal.space.cut, thermal.populations[:, :3]
        (5, array([[0.5  , 0.25 , 0.125]]))
        """
        on = Space([BosonOp("a")], len(populations) - 1)
        rho = np.diag(populations) + 0j
        return cls.of(on, rho, EPSILON * abs(populations), 0.0, Status.OK, "mixture")

    @classmethod
    def none(cls, on: Space, points: np.ndarray, status: Status, name: str = "none") -> "Solution":
        """Points without a state, for the reason that the status gives; all numbers are NaN.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7]), Status.NOT_UNIQUE)
        >>> found.points, found.status
        (array([4, 7]), array(['not unique', 'not unique'], dtype=object))
        """
        populations, error = np.full((2, len(points), on.size), np.nan)
        words, names = np.full((2, len(points)), None)
        words[:], names[:] = status, name
        return cls(on, points, populations, error, np.full(len(points), np.nan), words, names)

    @property
    def found(self) -> np.ndarray:
        """Where there is a state, converged with the truncation or not; shape (points,).

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7, 9]), Status.NOT_UNIQUE)
        >>> found.found
        array([False, False, False])
        """
        return np.asarray(~np.isnan(self.populations).any(axis=1))

    def take(self, chosen: np.ndarray) -> "Solution":
        """The chosen points, a mask or positions, in the order in which they are given.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7, 9]), Status.NOT_UNIQUE)
        >>> found.take(np.array([2, 0])).points
        array([9, 4])
        """
        if _is_all(chosen, len(self.points)):
            return self  # nothing is copied, and what has been read off it stays known
        taken: dict[str, Any] = {name: getattr(self, name)[chosen] for name in self._arrays}
        return replace(self, **taken)

    def at(self, points: np.ndarray) -> "Solution":
        """The rows of these points of the batch, in the order that they have here.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7, 9]), Status.NOT_UNIQUE)
        >>> found.at(np.array([9, 7, 1])).points
        array([7, 9])
        """
        return self.take(np.isin(self.points, points))

    def compared(self, other: "Solution", share: np.ndarray | float = 1.0) -> "Solution":
        """The same points, with the change of their populations from another truncation.

        Of states that both hold only a ``share`` (points, states or one) of it counts; what the
        other truncation does not hold counts as empty there.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> def found(*populations):
        ...     on = Space([BosonOp("a")], len(populations) - 1)
        ...     rho = np.diag(populations) + 0j
        ...     return Solution.of(on, rho, np.zeros(on.size), 0.0, "ok", "by hand")
        >>> found(0.7, 0.2, 0.1).compared(found(0.75, 0.25)).cut.round(12)
        array([[0.05, 0.05, 0.1 ]])
        """
        there = _places(self.space, other.space)
        known = np.where(there >= 0, other.populations[:, there], 0.0)
        counted = np.where(there >= 0, share, 1.0)
        return replace(self, cut=abs(self.populations - known) * counted)

    def with_status(self, status: Status) -> "Solution":
        """The same points with another status where it was "ok"; failures keep their own.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7, 9]), Status.NOT_UNIQUE)
        >>> found.with_status(Status.NOT_CONVERGED).status[0]  # its own reason stays
        'not unique'
        """
        words = self.status.copy()
        words[words == Status.OK] = status
        return replace(self, status=words)

    def room(self, count: int) -> "Solution":
        """A solution of ``count`` points with the same fields, none of them filled yet."""
        fresh: dict[str, Any] = {}
        for name in self._arrays:
            one = getattr(self, name)
            fresh[name] = np.empty((count, *one.shape[1:]), one.dtype)
        return replace(self, **fresh)

    def once(self, read: Callable[..., Any], *arguments: Hashable) -> Any:
        """What ``read(self, *arguments)`` returns, worked out when it is asked for first.

        It is shared by all who ask, and not to be changed.

        >>> from numeric.lindblad.space import Space
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> found = Solution.none(Space([BosonOp("a")], 2), np.array([4, 7]), Status.NOT_UNIQUE)
        >>> def last(one):
        ...     return int(one.points.max())
        >>> found.once(last)
        7
        """
        key = read, *arguments
        if key not in self._known:
            self._known[key] = read(self, *arguments)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[Hashable, ...], Any]:
        """What has been read off these points already."""
        return {}

    @property
    def _arrays(self) -> list[str]:
        """Names of the fields with one row per point, as far as they are known."""
        names = [field.name for field in fields(self) if field.name != "space"]
        return [name for name in names if getattr(self, name) is not None]


@lru_cache(maxsize=128)
def _places(space: Space, other: Space) -> np.ndarray:
    """Where the states of a space stand in another one, -1 of those that it does not hold."""
    return np.array([other.position(state) for state in space.index])


def _is_all(chosen: np.ndarray, count: int) -> bool:
    """Whether a mask, or positions, choose all of so many rows in the order that they have."""
    if len(chosen) != count:
        return False
    return bool(chosen.all() if chosen.dtype == bool else np.all(chosen == np.arange(count)))


def join(parts: Sequence[Solution]) -> Solution:
    """The points of all parts, of one truncation, in the order of the batch.

    What one of the parts lacks (density matrices, say) the whole lacks.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> on = Space([BosonOp("a")], 1)
    >>> parts = [Solution.none(on, np.array(points), Status.MISSING) for points in ([5, 2], [3])]
    >>> join(parts).points
    array([2, 3, 5])
    """
    if len(parts) == 1:
        return parts[0]
    if any(part.short is not None for part in parts):
        parts = [_with_short(part) for part in parts]
    order = np.argsort(np.concatenate([part.points for part in parts]), kind="stable")
    whole: dict[str, Any] = {}
    for name in (field.name for field in fields(Solution) if field.name != "space"):
        rows = [getattr(part, name) for part in parts]
        known = all(row is not None for row in rows)
        whole[name] = np.concatenate(rows)[order] if known else None
    return Solution(parts[0].space, **whole)


def gather(parts: Iterable[Solution], points: np.ndarray) -> Solution:
    """The parts of ``points`` (ascending) as they come, each let go when it is copied.

    So a batch takes the memory of its numbers once.  Errors are those of `with_shell_errors`.  All
    points are to come, in any order.

    >>> from systems.library import kerr
    >>> from numeric.lindblad.space import space
    >>> on, points = space(kerr.MODEL.modes, 2), np.array([4, 7, 9])
    >>> parts = (Solution.none(on, points[rows], Status.OK) for rows in ([2, 0], [1]))
    >>> gather(parts, points).points.tolist()
    [4, 7, 9]
    """
    whole: Solution | None = None
    for part in parts:
        some = _with_short(with_shell_errors(part))
        whole = some.room(len(points)) if whole is None else whole
        lacking: dict[str, Any] = dict.fromkeys(set(whole._arrays) - set(some._arrays))
        whole = replace(whole, **lacking)  # what one of the parts lacks the whole lacks
        rows = np.searchsorted(points, some.points)
        for name in whole._arrays:
            getattr(whole, name)[rows] = getattr(some, name)
    assert whole is not None
    return whole


def each(
    one: Callable[[np.ndarray, float], Solution],
    c: np.ndarray,
    s: np.ndarray,
    threads: int | None = None,
    beat: Callable[[int], None] = lambda done: None,
) -> Solution:
    """What ``one`` finds for each row of coefficients and its scale, in the order of the rows.

    ``c`` has the shape (points, parts), ``s`` (points,).  Points are solved in ``threads``
    threads (one a core where None), which changes no bit of a result.  ``beat`` is
    called with how many are done, again and again while they are solved.  What interrupts it drops
    the points that wait.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> on = Space([BosonOp("a")], 1)
    >>> def one(c, s):  # a "solver" that returns what it is given
    ...     rho = np.diag([1 - c[0], c[0]]) + 0j
    ...     return Solution.of(on, rho, np.zeros(2), 0.0, "ok", "by hand")
    >>> each(one, np.array([[0.5], [0.25]]), np.ones(2)).populations
    array([[0.5 , 0.5 ],
           [0.75, 0.25]])
    """
    found = spread(one, list(zip(c, s, strict=True)), threads, beat)
    if any(part.rho is not None for part in found):
        found = [_with_matrix(part) for part in found]
    return join([replace(part, points=np.array([i])) for i, part in enumerate(found)])


def _with_short(found: Solution) -> Solution:
    """The same where it is said of each point whether its cut is short."""
    none = np.zeros(len(found.points), dtype=bool)
    return found if found.short is not None else replace(found, short=none)


def _with_matrix(found: Solution) -> Solution:
    """The same with NaN for matrices that it lacks: a point without a state costs others none."""
    if found.rho is not None:
        return found
    shape = (len(found.points), found.space.size, found.space.size)
    return replace(found, rho=np.full(shape, np.nan, dtype=complex))


def unscaled(
    on: Space, point: Scaled, sigma: np.ndarray, error: np.ndarray, status: str, name: str
) -> Solution:
    """One point from a scaled density matrix of any trace; without a state unless it is "ok".

    ``sigma`` is Hermitian up to round-off, which is averaged away; the residual is that of the
    scaled equation, max |L sigma|/max(|L| |sigma|).

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> point = equation.rescaled(c, s)
    >>> vacuum = np.diag([2.0, 0, 0, 0, 0]) + 0j  # of any trace
    >>> unscaled(equation.space, point, vacuum, np.zeros(5), "ok", "by hand").populations
    array([[1., 0., 0., 0., 0.]])
    """
    if status != Status.OK:
        return Solution.none(on, np.arange(1), Status(status), name)
    sigma = (sigma + sigma.conj().T) / 2
    rho = point(sigma)
    trace = np.trace(rho).real
    balance = np.max(abs(point.L) @ abs(sigma.ravel()))
    residual = np.max(abs(point.L @ sigma.ravel())) / (balance or 1.0)
    error = error * point.shrink**2 / trace
    # dividing by the trace spreads its error
    error = error + rho.diagonal().real / trace * np.sum(error)
    return Solution.of(on, rho / trace, error, float(residual), status, name)


def with_shell_errors(found: Solution) -> Solution:
    """The same, each error at least how far populations of its shell fall below zero.

    A population below zero is an error that shows; others of the same number of quanta, which are
    computed alike, have errors as large that do not.  So the largest of a shell counts for all of
    it.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> def found(*populations):
    ...     on = Space([BosonOp("a")], len(populations) - 1)
    ...     rho = np.diag(populations) + 0j
    ...     return Solution.of(on, rho, np.zeros(on.size), 0.0, "ok", "by hand")
    >>> with_shell_errors(found(1.0, 1e-9, -1e-15)).error
    array([[0.e+00, 0.e+00, 1.e-15]])
    """
    below, total = np.maximum(-found.populations, 0.0), found.space.occupations.sum(axis=1)
    for quanta in np.unique(total) if below.any() else ():
        shell = total == quanta
        below[:, shell] = below[:, shell].max(axis=1, keepdims=True)
    return replace(found, error=np.maximum(found.error, below))
