"""The smallest truncation that is large enough, for each point of a batch.

A truncation is the largest total number of quanta.  It is large enough when two more quanta
change no result by more than the tolerance; the population of the last shell alone would not
tell, because a small one can feed an interference zero.  Two, not one, because light that comes
in pairs leaves every other shell empty.  Every truncation is solved once: the search hands on
what it solved with two more quanta, by which each number is judged on its own.

Points are searched together: all start with ``order`` quanta, each round adds one, and points
whose results have settled leave.  So a point costs what its own truncation costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from numeric.arguments import check_order, check_quanta, is_real
from numeric.certificate import results, settled
from numeric.solvers.choice import solve_points
from numeric.solvers.solution import Solution
from numeric.space import count_states
from systems import Model
from systems.progress import Report
from systems.status import Status
from systems.values import Arrays

CHUNK = 2**17  # points of which several truncations are held at a time: some 100 MB of two modes
# Quanta and unknowns up to which a truncation is searched: what the iteration solves in a second
HIGHEST, SEARCHED = 60, 20_000
FINER = 2**24  # numbers of finer solutions that are handed on (128 MB); of more points none are


@dataclass(frozen=True)
class TruncationSearch:
    """A fixed truncation, or (``quanta=None``) the search for one up to ``limit`` quanta.

    >>> from systems.progress import silent
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> search = TruncationSearch(None, 1e-8, None, order=2)
    >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
    >>> ((found, finer),) = search(kerr.MODEL, arrays, np.arange(1), "auto", silent)
    >>> found.space.quanta, finer.space.quanta
    (3, 5)

    ``tolerance`` is the largest relative change of n and g2 ... g^(``order``) of every mode that
    two more quanta may make.  ``limit=None`` is what leaves `SEARCHED` unknowns, at most
    `HIGHEST`.  Points that have not settled there are "not converged".
    """

    quanta: int | None
    tolerance: float
    limit: int | None
    order: int  # highest g^(k) that has to be converged

    @property
    def certified(self) -> int | None:
        """The highest g^(k) for which truncations are chosen; None where they are given.

        >>> TruncationSearch(None, 1e-8, None, order=3).certified
        3
        """
        return self.order if self.quanta is None else None

    def check(self, model: Model) -> None:
        """Raise `ValueError` or `TypeError` unless the arguments make sense for the model.

        >>> from systems.library import kerr
        >>> TruncationSearch(None, 2.0, None, order=2).check(kerr.MODEL)
        Traceback (most recent call last):
        ValueError: Argument `tolerance` must lie between 0 and 1, but is 2.0.
        """
        if self.quanta is not None:
            return check_quanta(model, self.quanta)
        if not (is_real(self.tolerance) and 0 < self.tolerance < 1):
            raise ValueError(
                f"Argument `tolerance` must lie between 0 and 1, but is {self.tolerance!r}."
            )
        check_order(self.order, self.order)
        if self.limit is not None:
            check_quanta(model, self.limit, "limit")
            if self.limit < self.order + 2:
                raise ValueError(
                    f"Argument `limit` must be at least {self.order + 2} to compare "
                    f"g{self.order} with two more quanta, but is {self.limit}."
                )

    def __call__(
        self, model: Model, arrays: Arrays, points: np.ndarray, solver: str, report: Report
    ) -> Iterator[tuple[Solution, Solution | None]]:
        """The points of a flattened batch, solved, in parts of one truncation each.

        With each part comes another truncation of the same points that was solved, if any is kept:
        two more quanta where the search settled, two fewer where it ended before that.
        """
        if self.quanta is not None and points.size:
            yield solve_points(model, arrays, points, self.quanta, solver, report), None
            return
        for start in range(0, len(points), CHUNK):
            some = points[start : start + CHUNK]
            for found, other in self._search(model, arrays, some, solver, report):
                ended = found.space.quanta > other.space.quanta
                small = len(points) * other.space.size <= FINER
                yield found, other if ended or small else None

    def _search(
        self, model: Model, arrays: Arrays, points: np.ndarray, solver: str, report: Report
    ) -> Iterator[tuple[Solution, Solution]]:
        """Parts of the points with one truncation each, and of each part its finer twin.

        A point without a state leaves at once: more quanta do not give it one.
        """
        limit, solved = self.limit or max(_highest(model), self.order + 2), dict[int, Solution]()
        for quanta in range(self.order, limit - 1):
            for q in (quanta, quanta + 2):
                # each truncation is solved once, for the points that are still open
                known = solved.get(q)
                solved[q] = (
                    known.at(points)
                    if known
                    else solve_points(model, arrays, points, q, solver, report)
                )
            coarse, fine = solved.pop(quanta), solved[quanta + 2]
            good = self._settled(model, coarse, fine) | (coarse.status != Status.OK)
            if good.any():
                yield coarse.compared(fine).take(good), fine.take(good)
            points = points[~good]
            if not points.size:
                return
        coarse, fine = coarse.take(~good), fine.take(~good)
        yield fine.compared(coarse).with_status(Status.NOT_CONVERGED), coarse

    def _settled(self, model: Model, coarse: Solution, fine: Solution) -> np.ndarray:
        """Whether two more quanta change no result, and nothing that matters lies beyond them.

        One truth value per point: all modes and all orders up to ``order`` have to agree.
        """
        judged = [
            settled(coarse, fine, (mode,) * k, k > 1, self.tolerance)
            for _, mode, k in results(model, coarse.space.quanta, self.order)
        ]
        return ~np.any([result.moves for result in judged], axis=0)


def _highest(model: Model) -> int:
    """Quanta up to which a model is searched: one mode as many as `HIGHEST`, three modes fewer."""
    sizes = {q: count_states(model.modes, q) ** 2 for q in range(1, HIGHEST + 1)}
    return max((q for q, size in sizes.items() if size <= SEARCHED), default=1)
