"""A batch of points that were solved in parts, read in the shape of the values.

The search for a truncation solves points of one cut together, as a block (`Solution`); a `Batch`
holds the blocks of all points.  What is read off each block is joined to one array of the batch's
shape, and gets the names of the axes back where the values had some.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from numeric.lindblad.space import Cut, Space, hull, show_cut, space
from numeric.solvers.solution import Solution
from systems import Model
from systems.display import Shown
from systems.labels import relabel
from systems.status import Status
from systems.values import Arrays


@dataclass(frozen=True, repr=False)
class Batch(Shown):
    """Blocks of solutions, and what each point has: status, solver, truncation, states.

    ``arrays`` are the values of the model, broadcast to the shape of the batch; ``blocks`` hold
    every point once, by its place in the flat batch.  `numeric.SteadyState` is one.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 1.0]})
    >>> isinstance(state, Batch), state.shape, state.quanta.tolist()
    (True, (2,), [7, 9])
    """

    model: Model
    arrays: Arrays
    blocks: tuple[Solution, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch: that of the broadcast values, () for a point.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> values = {**kerr.VALUES, "Delta": [[0.0], [1.0]], "xi": [0.1, 0.2, 0.3]}
        >>> steady_state(kerr.MODEL, values, quanta=3).shape
        (2, 3)
        """
        return next(iter(self.arrays.values())).shape

    @property
    def status(self) -> Any:
        """Per point "ok", "not unique", "does not exist" or "not converged", for the whole state.

        "not converged" says that two more quanta still move one of its results, n or g^(k):
        others may be converged, as their own status tells.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> strong = {**kerr.VALUES, "xi": 20.0, "chi": 0.0}
        >>> steady_state(kerr.MODEL, strong, limit=8, frame="original").status
        'not converged'
        """
        return self._shaped(self._seen(self._gather(lambda block: block.status), "word"), "status")

    @property
    def quanta(self) -> Any:
        """Per point the truncation, the largest total number of quanta; shape of the batch.

        Where it was chosen, stronger drives have more.  In a displaced frame they are counted from
        its amplitude, and of linear light that is known without a cut they are 0.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 1.0]}).quanta.tolist()
        [7, 9]
        """
        own = self._gather(lambda block: np.full(len(block.points), block.space.quanta))
        return self._shaped(self._seen(own, "quanta"), "quanta")

    @property
    def truncation(self) -> Any:
        """Per point what was kept, as ``quanta`` of `steady_state` takes it; shape of the batch.

        An integer is the largest total number of quanta, a dict the largest number in each mode or
        sum of modes (of "polaron" points around where photons let the mirror rest).  None for other
        points that are known without a cut that holds them, see `solver`.

        >>> from numeric import steady_state
        >>> from systems.library import kerr_dimer
        >>> steady_state(kerr_dimer.MODEL, kerr_dimer.VALUES, {"a": 4, "b": 3}).truncation
        {'a': 4, 'b': 3}
        """

        def kept(block: Solution) -> np.ndarray:
            same = np.empty(len(block.points), dtype=object)
            same[:] = [show_cut(self.model, block.space.cut) for _ in block.points]
            return same

        return self._shaped(self._seen(self._gather(kept), "kept"), "truncation")

    @property
    def solver(self) -> Any:
        """Per point the name of the solver, or "none" where nothing was solved.

        "gaussian", "displaced", "squeezed", "thermal" and "polaron" say that the point is known
        without a cut that holds it (`numeric.frames`).

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": [0.1, 100.0]}
        >>> steady_state(kerr.MODEL, linear).solver.tolist()
        ['direct', 'gaussian']
        """
        return self._shaped(self._seen(self._names, "name"), "solver")

    @property
    def occupations(self) -> np.ndarray:
        """The states of `restricted_density_matrix`, shape (states, modes).

        >>> from numeric import steady_state
        >>> from systems.library import kerr_dimer
        >>> steady_state(kerr_dimer.MODEL, kerr_dimer.VALUES, quanta=1).occupations.tolist()
        [[0, 0], [0, 1], [1, 0]]
        """
        return self.space.occupations

    @cached_property
    def space(self) -> Space:
        """The space of `restricted_density_matrix`: it holds those of all points.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES, quanta=3).space.size
        4
        """
        cuts = [block.space.cut for block in self.blocks]
        return space(self.model.modes, hull(self.model.modes, cuts))

    def _seen(self, own: np.ndarray, name: str) -> np.ndarray:
        """Something of every point; a kind of state that knows points otherwise puts them in."""
        return own

    @property
    def _points(self) -> int:
        return int(np.prod(self.shape))

    @property
    def _cuts(self) -> list[Cut]:
        return list(dict.fromkeys(block.space.cut for block in self.blocks))

    @property
    def _names(self) -> np.ndarray:
        return self._gather(lambda block: block.solver)

    @property
    def _words(self) -> np.ndarray:
        """Per point "ok" where there is a state, whatever of it is converged; else why not."""

        def words(block: Solution) -> np.ndarray:
            some = block.found & (block.status == Status.NOT_CONVERGED)
            return np.where(some, Status.OK, block.status)

        return self._gather(words)

    def _merge(self, by_block: list[dict[str, np.ndarray]]) -> dict[str, Any]:
        """One array of the batch's shape per result, from one dict per block."""
        merged = {}
        for name in dict.fromkeys(name for found in by_block for name in found):
            whole = np.full(self._points, np.nan)
            for block, found in zip(self.blocks, by_block, strict=True):
                whole[block.points] = found.get(name, np.nan)
            merged[name] = self._shaped(whole)
        return merged

    def _gather(self, read: Callable[[Solution], np.ndarray]) -> np.ndarray:
        return self._join([read(block) for block in self.blocks])

    def _join(self, parts: list[np.ndarray]) -> np.ndarray:
        """One flat array of all points, from one array per block."""
        whole = np.empty(self._points, dtype=parts[0].dtype)
        for block, part in zip(self.blocks, parts, strict=True):
            whole[block.points] = part
        return whole

    def _shaped(self, flat: np.ndarray, name: str | None = None) -> Any:
        """In the shape of the batch, and with the names of its axes where the values had some."""
        return relabel(flat.reshape(self.shape)[()], self.arrays, name)
