"""The smallest truncation that is large enough, for each point of a batch.

A truncation is the largest total number of quanta.  It is large enough when two more quanta
change no result by more than the tolerance; the population of the last shell alone would not
tell, because a small one can feed an interference zero.
"""

from dataclasses import dataclass

import numpy as np

from numeric.arguments import check_order, check_quanta, is_real
from numeric.certificate import beyond, changes, results, roundoff
from numeric.measured import MOVED
from numeric.solvers.batch import NOT_CONVERGED, OK, Block, solve_block
from numeric.space import count_states
from systems import Model
from systems.values import Arrays

CHUNK = 2**17  # points of which several truncations are held at a time
HIGHEST, SEARCHED = 60, 20_000  # quanta and unknowns up to which a truncation is searched


@dataclass(frozen=True)
class Search:
    """A fixed truncation, or (``quanta=None``) the search for one up to ``limit`` quanta."""

    quanta: int | None
    tolerance: float
    limit: int | None
    order: int  # highest g^(k) that has to be converged

    @property
    def certified(self) -> int | None:
        """The highest g^(k) for which truncations are chosen; None where they are given."""
        return self.order if self.quanta is None else None

    def check(self, model: Model) -> None:
        """Raise unless the arguments make sense for the model."""
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
        self, model: Model, arrays: Arrays, points: np.ndarray, solver: str
    ) -> list[Block]:
        """The points of a flattened batch, solved, in blocks of one truncation each."""
        if self.quanta is not None and points.size:
            return [solve_block(model, arrays, points, self.quanta, solver)]
        chunks = np.split(points, range(CHUNK, len(points), CHUNK))
        return [block for chunk in chunks for block in self._search(model, arrays, chunk, solver)]

    def _search(self, model: Model, arrays: Arrays, points: np.ndarray, solver: str) -> list[Block]:
        if not points.size:
            return []
        done, solved = [], dict[int, Block]()
        limit = self.limit or max(_highest(model), self.order + 2)
        for quanta in range(self.order, limit - 1):
            for q in (quanta, quanta + 2):
                # each truncation is solved once, for the points that are still open
                known = solved.pop(q, None)
                solved[q] = (
                    _keep(known, points) if known else solve_block(model, arrays, points, q, solver)
                )
            coarse, fine = solved.pop(quanta), solved[quanta + 2]
            settled = self._settled(model, coarse, fine)
            done.append(coarse.compared(fine).take(settled))
            points = points[~settled]
            if not points.size:
                break
        else:
            done.append(_keep(fine, points).with_status(NOT_CONVERGED))
        return [block for block in done if len(block.points)]

    def _settled(self, model: Model, coarse: Block, fine: Block) -> np.ndarray:
        """Whether two more quanta change nothing; nothing is left to change without a state."""
        change, floor = changes(model, coarse, fine, self.order), roundoff(model, fine, self.order)
        # a change within round-off says nothing about the truncation
        within = [~(change[name] >= self.tolerance + floor[name]) for name in change]
        # a hot state, or one that is left slowly, does not change while most of it lies beyond
        beyond_cut = [
            ~(beyond(fine, (mode,) * k, k > 1, bound=False) >= MOVED + floor[name])
            for name, mode, k in results(model, coarse.space.quanta, self.order)
        ]
        return (np.all([*within, *beyond_cut], axis=0) & (fine.status == OK)) | (
            coarse.status != OK
        )


def _keep(block: Block, points: np.ndarray) -> Block:
    return block.take(np.isin(block.points, points))


def _highest(model: Model) -> int:
    sizes = {q: count_states(model.modes, q) ** 2 for q in range(1, HIGHEST + 1)}
    return max((q for q, size in sizes.items() if size <= SEARCHED), default=1)
