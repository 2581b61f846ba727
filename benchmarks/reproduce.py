"""`blockade reproduce` against `qutip.steadystate`: ``python -m benchmarks.reproduce``.

Prints the time of the command (all panels, both roads, pictures, the audit) and that of QuTiP's
`steadystate` for 2,500 tip positions of Fig. 4(a), in the same run on the same machine.  QuTiP
solves a sample of them, alternating before and after the command; the rest is scaled.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import qutip
from threadpoolctl import threadpool_limits

from compare import results
from systems.library import nanotip

POINTS, SAMPLE = 2500, 40
QUANTA = 6  # of both modes together: 28 states, enough for most of the map


def main() -> None:
    """Measure and print; nothing is kept."""
    before = steadystate_times(SAMPLE // 2, seed=1)
    command = reproduce_time()
    qutip_times = np.array([*before, *steadystate_times(SAMPLE // 2, seed=2)])
    whole = POINTS * qutip_times.mean()
    sys.stdout.write(
        f"blockade reproduce: {command:.1f} s\n"
        f"qutip.steadystate: {1e3 * qutip_times.mean():.1f} ms a point "
        f"({len(qutip_times)} points measured), {whole:.1f} s for {POINTS} (scaled)\n"
        f"ratio: {command / whole:.2f}\n"
    )


def reproduce_time() -> float:
    """Seconds that all panels, the summary and the audit take in an empty folder."""
    start = perf_counter()
    with TemporaryDirectory() as folder:
        for result in results.everything():
            results.make(result, Path(folder))
        results.write_agreement(Path(folder))
    return perf_counter() - start


def steadystate_times(count: int, seed: int) -> list[float]:
    """Seconds that QuTiP takes per point, its operators made beforehand."""
    a1, a2 = qutip.enr_destroy([QUANTA + 1] * 2, QUANTA)
    terms = {
        "Delta": a1.dag() * a1 + a2.dag() * a2,
        "chi": a1.dag() ** 2 * a1**2 + a2.dag() ** 2 * a2**2 + 2 * a1.dag() * a1 * a2.dag() * a2,
        "xi": a1.dag() + a1,
    }
    times = []
    for values in sample(count, seed):
        start = perf_counter()
        hop = values["J"] * a1.dag() * a2
        H = sum(values[name] * term for name, term in terms.items()) + hop + hop.dag()
        qutip.steadystate(H, [np.sqrt(values["gamma"]) * a for a in (a1, a2)])
        times.append(perf_counter() - start)
    return times


def sample(count: int, seed: int) -> Iterator[dict[str, complex]]:
    """Values in units of gamma at random tip positions of Fig. 4(a)."""
    random = np.random.default_rng(seed)
    for r, phi in zip(random.uniform(0, 0.7, count), random.uniform(0, 0.55, count), strict=True):
        values = nanotip.Device().parameters(r * 1e-6, phi * 1e-6)
        yield {name: value / values["gamma"] for name, value in values.items()}


if __name__ == "__main__":
    with threadpool_limits(1):  # as the command does; QuTiP is faster so as well
        main()
