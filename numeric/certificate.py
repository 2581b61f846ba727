"""What a steady state is worth: how its results change with the truncation and round-off."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.batch import Block
from systems import Model
from systems.ladder import is_two_level, label


@dataclass(frozen=True)
class Certificate:
    """Evidence per point, arrays of the batch's shape; results by name ("n(a)", "g2(a)")."""

    quanta: Any  # largest total number of quanta
    change: dict[str, Any]  # relative change of each result with two more quanta
    roundoff: dict[str, Any]  # estimated relative round-off error of each result
    residual: Any  # |L rho|/(|L| |rho|), scaled
    solver: Any  # name
    status: Any  # "ok", "not unique", "does not exist", "not converged"

    def __str__(self) -> str:
        """One line on the solve, one line per result with its worst point."""
        head = (
            f"quanta {np.min(self.quanta)} to {np.max(self.quanta)}, "
            f"solver {', '.join(np.unique(self.solver))}, residual {np.max(self.residual):.1e}, "
            f"status {', '.join(np.unique(self.status))}"
        )
        rows = [
            f"  {name}: change {_worst(change):.1e}, round-off {_worst(self.roundoff[name]):.1e}"
            for name, change in self.change.items()
        ]
        return "\n".join([head, *rows])


def moment(block: Block, mode: int, order: int) -> tuple[np.ndarray, np.ndarray]:
    """<a'^k a^k> of a mode and its absolute error, per point."""
    falling = block.space.falling(mode, order)
    return block.populations @ falling, block.error @ falling


def estimate(block: Block, mode: int, order: int) -> tuple[np.ndarray, np.ndarray]:
    """g^(k) of a mode (the mean number for k = 1) and its absolute error, per point."""
    n, n_error = moment(block, mode, 1)
    if order == 1:
        return n, n_error
    value, error = moment(block, mode, order)
    with np.errstate(divide="ignore", invalid="ignore"):
        g = value / n**order
        return g, error / n**order + order * abs(g) * n_error / n


def joint_estimate(block: Block, first: int, second: int) -> tuple[np.ndarray, np.ndarray]:
    """g2_12 of two different modes and its absolute error, per point."""
    both = block.space.falling(first, 1) * block.space.falling(second, 1)
    (n1, error1), (n2, error2) = (moment(block, mode, 1) for mode in (first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        g = block.populations @ both / (n1 * n2)
        return g, block.error @ both / (n1 * n2) + abs(g) * (error1 / n1 + error2 / n2)


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
