"""What a steady state is worth: how its results change with the truncation and round-off."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.measured import Known, Measured, divide
from numeric.solvers.batch import Block
from numeric.tail import escape, fed, missing, shells, weights
from systems import Model
from systems.ladder import is_two_level, label


@dataclass(frozen=True)
class Certificate:
    """Evidence per point, arrays of the batch's shape; results by name ("n(a)", "g2(a)")."""

    quanta: Any  # largest total number of quanta
    change: dict[str, Any]  # relative change of each result with two more quanta
    roundoff: dict[str, Any]  # estimated relative round-off error of each result
    top: Any  # population of the last two shells (one of them is empty where pairs are made)
    cut: dict[str, Any]  # relative change of each result, were the cut lifted: never below `change`
    residual: Any  # |L rho|/(|L| |rho|), scaled
    solver: Any  # name
    status: Any  # "ok", "not unique", "does not exist", "not converged"

    def __str__(self) -> str:
        """One line on the solve, one line per result with its worst point."""
        head = (
            f"quanta {np.min(self.quanta)} to {np.max(self.quanta)}, "
            f"solver {', '.join(np.unique(self.solver))}, residual {np.max(self.residual):.1e}, "
            f"top shells {_worst(self.top):.1e}, status {', '.join(np.unique(self.status))}"
        )
        rows = [
            f"  {name}: change {_worst(change):.1e}, cut {_worst(self.cut[name]):.1e}, "
            f"round-off {_worst(self.roundoff[name]):.1e}"
            for name, change in self.change.items()
        ]
        return "\n".join([head, *rows])


def moment(block: Block, modes: tuple[int, ...]) -> Known:
    """<a_i' a_j' ... a_j a_i> of the modes at these positions and its round-off, per point."""
    falling = weights(block.space, modes)
    return block.populations @ falling, block.error @ falling


def measure(block: Block, modes: tuple[int, ...], normalised: bool = True) -> Measured:
    """The normalised correlation of some modes (one may come twice), or the bare moment."""
    value, error = moment(block, modes)
    if not normalised:
        return Measured(value, error)
    numbers = tuple(moment(block, (mode,)) for mode in modes)
    if len(modes) > 1:
        return Measured(*divide(value, error, numbers), numbers)
    with np.errstate(invalid="ignore"):  # g1(0) is 1 wherever there are photons
        return Measured(value / value, np.zeros(len(value)), numbers)


def estimate(block: Block, mode: int, order: int) -> Known:
    """g^(k) of a mode (the mean number for k = 1) and its absolute error, per point."""
    found = measure(block, (mode,) * order, order > 1)
    return found.value, found.roundoff


def joint_estimate(block: Block, first: int, second: int) -> Known:
    """g2_12 of two different modes and its absolute error, per point."""
    found = measure(block, (first, second))
    return found.value, found.roundoff


def beyond(block: Block, modes: tuple[int, ...], normalised: bool, bound: bool) -> np.ndarray:
    """Relative change of a result through what lies beyond the cut, estimated per point.

    It counts what is missing there, or (``bound``) at most what would be fed from there as well.
    """
    parts = [modes, *((mode,) for mode in modes if normalised)]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [
            (fed if bound else missing)(block, part) / abs(moment(block, part)[0]) for part in parts
        ]
    total = np.sum(shares, axis=0) + escape(block)
    return np.asarray(np.nan_to_num(total, nan=0.0, posinf=np.inf))


def results(model: Model, quanta: int, order: int = 4) -> list[tuple[str, int, int]]:
    """Names of the certified results, with mode and order: n, g2, ... of each mode."""
    names = []
    for i, mode in enumerate(model.modes):
        highest = 1 if is_two_level(mode) else min(order, quanta)
        names.append((f"n({label(mode)})", i, 1))
        names += [(f"g{k}({label(mode)})", i, k) for k in range(2, highest + 1)]
    return names


def changes(model: Model, coarse: Block, fine: Block, order: int = 4) -> dict[str, np.ndarray]:
    """Relative change of each result from one truncation to a finer one, same points.

    NaN where one of them found no state.
    """
    changed = {}
    for name, mode, k in results(model, coarse.space.quanta, order):
        before, after = estimate(coarse, mode, k)[0], estimate(fine, mode, k)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            # an empty mode stays empty: no change, although its g2 is undefined
            same = (before == after) | (np.isnan(before) & np.isnan(after))
            change = np.where(same, 0.0, abs(before / after - 1))
        changed[name] = np.where(coarse.found & fine.found, change, np.nan)
    return changed


def cuts(
    model: Model, changed: dict[str, np.ndarray], fine: Block, order: int, quanta: int
) -> dict[str, np.ndarray]:
    """Relative change of each result, were the cut lifted: measured, and what is missing still.

    A state that is hot, or that leaves where it is only slowly, hardly changes with two more
    quanta while most of it lies beyond them: the weight of the last shells tells.
    """
    return {
        name: changed[name] + beyond(fine, (mode,) * k, k > 1, bound=False)
        for name, mode, k in results(model, quanta, order)
    }


def top_shells(block: Block) -> np.ndarray:
    """Population of the last two shells, per point."""
    return np.where(block.found, shells(block)[:, -2:].sum(axis=1), np.nan)


def roundoff(model: Model, block: Block, order: int = 4) -> dict[str, np.ndarray]:
    """Estimated relative round-off error of each result; NaN where the result is undefined."""
    floors = {}
    for name, mode, k in results(model, block.space.quanta, order):
        value, error = estimate(block, mode, k)
        with np.errstate(divide="ignore", invalid="ignore"):
            floors[name] = error / abs(value)
    return floors


def _worst(numbers: Any) -> float:
    found = np.ravel(numbers)[~np.isnan(np.ravel(numbers))]
    return float(np.max(found)) if found.size else float("nan")
