"""Steady states: points per second, side by side: ``python -m benchmarks.steady_states``.

The map is the paper's model at six quanta (28 states): detuning -5 to 5, |J| 0 to 3, chi = 1,
xi = 0.1, all in units of gamma.  Ours and the loops of `benchmarks.rivals` take turns in one run;
the loops are timed on a random sample of the same points, ours on all of them.  Ratios are medians
over the turns; they carry over to other machines, times do not.  Ours has all cores, a loop one;
the rows "on all cores" share the loops out among processes, one a core, and are the ones to quote.
The linear algebra of a loop has one thread whatever the environment says.  The limit of a row is
the time of its products at the speed of a large matrix product on all cores.

One part alone: ``--part three``.  One single call alone: ``--part calls --call "dimer at F = 2"``.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from time import perf_counter

import mpmath as mp
import numpy as np
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from tqdm import tqdm

from benchmarks import chosen_truncations, single_calls
from benchmarks.rivals import (
    Loop,
    SchurGmres,
    Stock,
    fastest_splu,
    g2,
    on_all_cores,
    qutip_nanotip,
)
from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import space
from numeric.solvers import direct as reference
from numeric.solvers import graded
from numeric.solvers.graded import kernel
from numeric.solvers.graded.kinds import Kind, kind
from numeric.solvers.graded.problem import pose
from numeric.solvers.precise import precise_populations
from numeric.solvers.threads import cores, one_thread
from numeric.state import SteadyState
from systems import Loss, Model
from systems.library import kerr, kerr_dimer, kerr_ring, nanotip, optomechanics
from systems.values import Arrays, read_values

QUANTA = 6
Delta, chi_a, chi_b, J = sp.symbols("Delta chi_a chi_b J", real=True)
kappa_a, kappa_b, xi = sp.symbols("kappa_a kappa_b xi", positive=True)
a, b = BosonOp("a"), BosonOp("b")
PAIR = Model(
    "two modes with unequal losses and nonlinearities",
    Delta * (Dagger(a) * a + Dagger(b) * b)
    + chi_a * Dagger(a) ** 2 * a**2
    + chi_b * Dagger(b) ** 2 * b**2
    + J * (Dagger(a) * b + Dagger(b) * a)
    + xi * (Dagger(a) + a),
    (Loss(kappa_a, a), Loss(kappa_b, b)),
    xi,
)
UNEQUAL = {"chi_a": 1.0, "chi_b": 0.3, "kappa_a": 1.0, "kappa_b": 3.0, "xi": 0.1}
Row = tuple[str, str]


def main() -> None:
    """Measure and print; nothing is kept."""
    options = _options()
    if options.memory:
        return _print_memory(options.memory)
    bar = tqdm(total=len(options.part), unit="part", file=sys.stderr)
    for part in options.part:
        for name, text in PARTS[part](options):
            tqdm.write(f"{name:46s} {text}", file=sys.stdout)
        bar.update()
    bar.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.steady_states",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--side", type=int, default=200, help="points along each axis of the map")
    parser.add_argument("--sample", type=int, default=20, help="points of the loops in each turn")
    parser.add_argument("--turns", type=int, default=5, help="how often all take their turn")
    parser.add_argument(
        "--part", nargs="+", choices=PARTS, default=list(PARTS), help="only these parts"
    )
    parser.add_argument("--call", default="", help="of the part `calls` only rows with this name")
    parser.add_argument("--million", action="store_true", help="run 10^6 points for their memory")
    parser.add_argument("--memory", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def paper_map(side: int, drive: float = 0.1) -> Arrays:
    """The map, flattened."""
    axes = np.meshgrid(np.linspace(-5, 5, side), np.linspace(0, 3, side), indexing="ij")
    values = {"Delta": axes[0], "J": axes[1], "chi": 1.0, "gamma": 1.0, "xi": drive}
    return {n: v.ravel() for n, v in read_values(nanotip.MODEL, values).items()}


def pair_map(side: int) -> Arrays:
    """Detunings and couplings, the exceptional point J = (kappa_b - kappa_a)/4 among them."""
    coupling = np.append(np.linspace(0.1, 3, side - 1), 0.5)
    axes = np.meshgrid(np.linspace(-5, 5, side), coupling, indexing="ij")
    values = {"Delta": axes[0], "J": axes[1], **UNEQUAL}
    return {n: v.ravel() for n, v in read_values(PAIR, values).items()}


def choose(arrays: Arrays, points: np.ndarray) -> Arrays:
    """Some of the points."""
    return {name: array[points] for name, array in arrays.items()}


def draw(arrays: Arrays, count: int, seed: int) -> Arrays:
    """Random points."""
    total = len(arrays["xi"])
    return choose(arrays, np.random.default_rng(seed).choice(total, count, replace=False))


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    start = perf_counter()
    work()
    return perf_counter() - start


def race(
    ours: Callable[[], object],
    points: int,
    arrays: Arrays,
    loops: list[Loop],
    options: argparse.Namespace,
) -> tuple[float, list[float], list[float]]:
    """Seconds per point of ours, of each loop, and their ratios: medians over the turns."""
    ours()  # compiles, fills caches
    turns = []
    for turn in range(options.turns):
        sample = draw(arrays, options.sample, seed=turn)
        theirs = (one_thread(loop)(sample)[1] for loop in loops)
        turns.append([seconds(ours) / points, *map(np.median, theirs)])
    own, *others = np.array(turns).T
    ratios = [float(np.median(other / own)) for other in others]
    return float(np.median(own)), [float(np.median(o)) for o in others], ratios


def paper(options: argparse.Namespace) -> Iterator[Row]:
    """The bare sweeps on the map against both loops, with the errors of all."""
    model, arrays = nanotip.MODEL, paper_map(options.side)
    splu, loop = fastest_splu(model, QUANTA, draw(arrays, 5, 0)), qutip_nanotip(QUANTA)
    count = len(arrays["xi"])
    yield "map of the paper's model", f"{options.side} x {options.side} points, 28 states"

    def ours() -> graded.GradedSolution:
        return graded.solve(model, arrays, QUANTA)

    own, others, ratios = race(ours, count, arrays, [loop, splu], options)
    yield "sweeps", f"{1 / own:,.0f} points/s, {1e6 * own:.1f} us a point"
    yield "loop of qutip.steadystate", f"{1e3 * others[0]:.1f} ms a point, ratio {ratios[0]:,.0f}"
    name = f"loop of splu ({splu.ordering})"
    yield name, f"{1e3 * others[1]:.1f} ms a point, ratio {ratios[1]:,.0f}"
    yield from _with_all_cores(own, arrays, {"qutip.steadystate": loop, "splu": splu}, options)
    solution = ours()
    yield (
        "sweeps made; converged",
        (f"median {np.median(solution.sweeps):.0f}; {solution.converged.mean():.2%}"),
    )
    yield from _errors(arrays, solution.populations, [loop, splu], options)
    yield "share of the matrix-product speed", f"{_speed(arrays):.0%}"


def _errors(
    arrays: Arrays, populations: np.ndarray, loops: list[Loop], options: argparse.Namespace
) -> Iterator[Row]:
    model, size = nanotip.MODEL, 200
    found = g2(populations, model, QUANTA)
    some = np.random.default_rng(1).choice(len(found), size, replace=False)
    direct = reference.solve(liouvillian(model, QUANTA), choose(arrays, some)).populations
    error = np.max(abs(found[some] / g2(direct, model, QUANTA) - 1))
    yield f"error of g2 against the direct solver, {size} points", f"{error:.1e}"
    few = np.append(np.argmin(found), some[:3])
    exact = np.array([_precise_g2(choose(arrays, np.array([i]))) for i in few])
    yield "error of g2 against 50 digits, 4 points", f"{np.max(abs(found[few] / exact - 1)):.1e}"
    for name, loop in zip(("qutip.steadystate", "splu"), loops, strict=True):
        theirs = g2(loop(choose(arrays, few))[0], model, QUANTA)
        yield f"  the same of {name}", f"{np.max(abs(theirs / exact - 1)):.1e}"


def _precise_g2(point: Arrays) -> float:
    on = space(nanotip.MODEL.modes, QUANTA)
    values = {name: array[0] for name, array in point.items()}
    P = precise_populations(nanotip.MODEL, values, QUANTA)
    n, pairs = (mp.fsum(p * f for p, f in zip(P, on.falling(0, k), strict=True)) for k in (1, 2))
    return float(pairs / n**2)


def _with_all_cores(
    own: float, arrays: Arrays, loops: dict[str, Loop], options: argparse.Namespace
) -> Iterator[Row]:
    """The loops in one process a core, against ours."""
    sample = draw(arrays, max(options.sample, 8 * cores()), seed=7)
    for name, loop in loops.items():
        each = on_all_cores(loop, sample)
        yield f"  {name} on all cores", f"{1e3 * each:.1f} ms a point, ratio {each / own:,.0f}"


def _speed(arrays: Arrays) -> float:
    """Operations per second of the kernel over those of a matrix product on all cores."""
    problem = pose(nanotip.MODEL, arrays, QUANTA)
    whole = len(arrays["xi"]) * _limit(nanotip.MODEL, arrays, QUANTA)
    return whole / seconds(lambda: graded.sweeps._solve(problem, 1e-11, 60))


@cache
def _machine() -> float:
    """Operations per second of a large matrix product on all cores."""
    matrix, count = np.random.default_rng(0).random((1500, 1500)), 4 * cores()
    with ThreadPoolExecutor(cores()) as pool:
        both = seconds(lambda: list(pool.map(lambda _: matrix @ matrix, range(count))))
    return float(count * 2 * 1500**3 / both)


def _limit(model: Model, arrays: Arrays, quanta: int) -> float:
    """Seconds that the products of a point would take at the speed of `_machine`."""
    # lanes wait for the slowest of them: the sweeps are those that were made
    sweeps = np.mean(graded.solve(model, arrays, quanta).sweeps)
    if kind(model, quanta) == Kind.SYLVESTER:
        # one sweep more for the error
        return float((sweeps + 1) * single_calls.sweep_operations(model, quanta) / _machine())
    elements = pose(model, arrays, quanta).program.elements
    return float((sweeps + kernel.PATTERNS) * _operations(elements) / _machine())


def _operations(system: kernel.BlockSystem) -> int:
    """Additions and multiplications of a sweep; terms that are zero are not counted."""
    sums, matrix = system.sums, system.matrix
    terms = 2 * (np.count_nonzero(sums.real) + np.count_nonzero(sums.imag))
    groups = 8 * (len(sums.factor) - (len(sums.group) - 1))
    return int(terms + groups + 8 * (len(matrix.below) + len(matrix.after)) + 6 * system.block[-1])


def user(options: argparse.Namespace) -> Iterator[Row]:
    """The same map by `numeric.steady_state`, as a user calls it."""
    arrays, model = paper_map(options.side), nanotip.MODEL
    splu, loop = fastest_splu(model, QUANTA, draw(arrays, 5, 0)), qutip_nanotip(QUANTA)
    count = len(arrays["xi"])

    def ours() -> object:
        return steady_state(model, arrays, quanta=QUANTA).correlation("a1")

    own, _, ratios = race(ours, count, arrays, [loop, splu], options)
    yield (
        "steady_state(..., quanta=6).correlation",
        (f"{1e6 * own:.1f} us a point, ratios {ratios[0]:,.0f} (qutip), {ratios[1]:,.0f} (splu)"),
    )
    yield from _with_all_cores(own, arrays, {"qutip.steadystate": loop, "splu": splu}, options)
    state = steady_state(model, arrays, quanta=QUANTA)
    yield "  its certificate (two more quanta)", f"{1e6 * seconds(_certify(state)) / count:.1f} us"
    chosen = seconds(lambda: steady_state(model, arrays, order=2))
    yield "steady_state(..., order=2), truncation chosen", f"{1e6 * chosen / count:.1f} us a point"


def _certify(state: SteadyState) -> Callable[[], object]:
    return lambda: state.certificate


def strong(options: argparse.Namespace) -> Iterator[Row]:
    """The map at half the loss rate: what converges, and what the fallback takes."""
    arrays, model = paper_map(max(options.side // 2, 20), drive=0.5), nanotip.MODEL
    fine = graded.solve(model, arrays, QUANTA).converged
    easy = choose(arrays, np.flatnonzero(fine))
    splu = fastest_splu(model, QUANTA, draw(arrays, 5, 0))
    ours = race(lambda: graded.solve(model, easy, QUANTA), int(fine.sum()), easy, [splu], options)
    yield (
        "xi/gamma = 0.5, converged points",
        (f"{1e6 * ours[0]:.1f} us a point, ratio {ours[2][0]:,.0f} (splu)"),
    )
    yield from _with_all_cores(ours[0], easy, {"splu": splu}, options)
    yield "  share by the fallback", f"{1 - fine.mean():.1%}"


def unordered(options: argparse.Namespace) -> Iterator[Row]:
    """The map at random drives: neighbours need different numbers of sweeps."""
    arrays, model = paper_map(max(options.side // 2, 50)), nanotip.MODEL
    drives = np.random.default_rng(3).uniform(0.01, 0.5, len(arrays["xi"]))
    solution = graded.solve(model, arrays | {"xi": drives}, QUANTA)
    easy = choose(arrays | {"xi": drives}, np.flatnonzero(solution.converged))
    splu, count = fastest_splu(model, QUANTA, draw(easy, 5, 0)), len(easy["xi"])
    own, _, ratios = race(lambda: graded.solve(model, easy, QUANTA), count, easy, [splu], options)
    yield (
        "map at random drives, converged points",
        (
            f"{1e6 * own:.1f} us a point, ratio {ratios[0]:,.0f} (splu), "
            f"sweeps made: mean {solution.sweeps.mean():.1f}"
        ),
    )
    yield from _with_all_cores(own, easy, {"splu": splu}, options)


def general(options: argparse.Namespace) -> Iterator[Row]:
    """Unequal losses and nonlinearities."""
    arrays = pair_map(max(options.side // 4, 20))
    splu = fastest_splu(PAIR, QUANTA, draw(arrays, 5, 0))
    solution = graded.solve(PAIR, arrays, QUANTA)
    own, _, ratios = race(
        lambda: graded.solve(PAIR, arrays, QUANTA), len(arrays["xi"]), arrays, [splu], options
    )
    some = draw(arrays, 50, 1)
    some |= {"J": np.where(np.arange(50) < 10, 0.5, some["J"])}  # exceptional points
    direct = reference.solve(liouvillian(PAIR, QUANTA), some).populations
    found = graded.solve(PAIR, some, QUANTA).populations
    error = np.max(abs(g2(found, PAIR, QUANTA) / g2(direct, PAIR, QUANTA) - 1))
    yield (
        "general two-mode model",
        (
            f"{1e6 * own:.1f} us a point, ratio {ratios[0]:,.0f} (splu), "
            f"converged {solution.converged.mean():.1%}, error of g2 {error:.1e}"
        ),
    )
    yield from _with_all_cores(own, arrays, {"splu": splu}, options)


def three(options: argparse.Namespace) -> Iterator[Row]:
    """A ring of three Kerr modes at five quanta, 56 states."""
    arrays, quanta = ring(max(options.side // 2, 64)), 5
    loops: list[Loop] = [SchurGmres(kerr_ring.MODEL, quanta), Stock(kerr_ring.MODEL, quanta)]
    own, others, ratios = race(
        lambda: graded.solve(kerr_ring.MODEL, arrays, quanta),
        len(arrays["xi"]),
        arrays,
        loops,
        replace_sample(options),
    )
    yield "ring of three Kerr modes, 56 states", f"{1e6 * own:.0f} us a point"
    for name, other, ratio in zip(("Schur form and GMRES", "QuTiP"), others, ratios, strict=True):
        yield f"  {name}", f"{1e3 * other:.0f} ms a point, ratio {ratio:,.0f}"
    yield from _with_all_cores(own, arrays, {"Schur form and GMRES": loops[0]}, options)
    few, some = choose(arrays, np.arange(4)), graded.solve(kerr_ring.MODEL, arrays, quanta)
    theirs = g2(loops[0](few)[0], kerr_ring.MODEL, quanta)
    error = np.max(abs(g2(some.populations[:4], kerr_ring.MODEL, quanta) / theirs - 1))
    yield "  difference of g2 from the Schur form", f"{error:.1e}"


def boxes(options: argparse.Namespace) -> Iterator[Row]:
    """Cuts mode by mode, over detunings: a dimer in packs, and photons that push a mirror."""
    yield _dimer({"a": 4, "b": 3}, options.turns)
    cold = {"omega": 1.0, "g": 0.7, "kappa": 0.1, "gamma": 0.01, "n_th": 0.0, "xi": 0.005}
    warm = cold | {"g": 0.3, "kappa": 0.3, "gamma": 0.05, "xi": 0.02}
    yield from _mirror("cold mirror", cold, (4, 30), options.turns)
    yield from _mirror("mirror of 0.5 phonons", warm | {"n_th": 0.5}, (5, 30), options.turns)
    yield from _mirror("mirror of 5 phonons", warm | {"n_th": 5.0}, (3, 60), options.turns)


def _dimer(box: dict[str, int], turns: int) -> Row:
    """A batch of 1,000 points against each of 20 by itself."""
    detunings, model = np.linspace(-2, 2, 1000), kerr_dimer.MODEL

    def ours(given: np.ndarray, solver: str) -> float:
        values = {**kerr_dimer.VALUES, "Delta": given}
        work = partial(steady_state, model, values, box, solver, progress=False)
        return min(seconds(work) for _ in range(turns)) / len(given)

    own, alone = ours(detunings, "auto"), ours(detunings[::50], "direct")
    shown = " x ".join(map(str, box.values()))
    return f"dimer, {shown} quanta", f"{1e6 * own:.1f} us a point, {alone / own:,.0f} times alone"


def _mirror(name: str, values: dict[str, float], cut: tuple[int, int], turns: int) -> Iterator[Row]:
    model, detunings = optomechanics.WARM, np.linspace(0, 1, 8)
    given, quanta = {**values, "Delta": detunings}, dict(zip("ab", cut, strict=True))

    def ours() -> SteadyState:
        return steady_state(model, given, quanta, progress=False)

    own, on = min(seconds(ours) for _ in range(turns)) / len(detunings), space(model.modes, cut)
    yield f"{name}, {cut[0]} x {cut[1]} quanta", f"{1e3 * own:.0f} ms a point, {on.size} states"
    first = {n: x.ravel() for n, x in read_values(model, values | {"Delta": [0.0]}).items()}
    populations, times = SchurGmres(model, cut)(first)
    off = abs(populations[0] @ on.falling(0, 1) / ours().number("a")[0] - 1)
    yield (
        "  Schur form and GMRES",
        f"{1e3 * times[0]:.0f} ms a point, ratio {times[0] / own:.1f}, n differs by {off:.0e}",
    )


def replace_sample(options: argparse.Namespace) -> argparse.Namespace:
    """The same options with two points a turn, for loops that take a second a point."""
    return argparse.Namespace(**{**vars(options), "sample": 2})


def ring(count: int) -> Arrays:
    """Detunings of the ring."""
    values = {"Delta": np.linspace(-2, 2, count), "chi": 1.0, "J": 1 + 0.5j, "gamma": 1.0}
    found = read_values(kerr_ring.MODEL, {**values, "xi": 0.1})
    return {name: np.broadcast_to(array, (count,)).copy() for name, array in found.items()}


def table(options: argparse.Namespace) -> Iterator[Row]:
    """Growth with modes and quanta, each with the limit of its products; least of the turns."""
    count = max(options.side**2 // 16, 64)
    one = {"Delta": np.linspace(-2, 2, count), "gamma": 1.0}
    row = {"U": np.linspace(0.5, 2, 32), "J": 0.5, "kappa": 1.0, "F": 0.05}
    models: list[tuple[str, Model, Arrays, tuple[int, ...]]] = [
        ("one mode", kerr.MODEL, read_values(kerr.MODEL, one | {"chi": 1.0, "xi": 0.1}), (6, 12)),
        (
            "two modes",
            kerr_dimer.MODEL,
            read_values(kerr_dimer.MODEL, one | {"U": 1.0, "J": 1.0, "F": 0.1}),
            (4, 6, 8),
        ),
        ("three modes", kerr_ring.MODEL, ring(64), (3, 4, 5, 6, 7)),
        ("four modes", single_calls.chain(), read_values(single_calls.chain(), row), (3, 4, 5)),
    ]
    for name, model, read, truncations in models:
        shape = np.broadcast_shapes(*(array.shape for array in read.values()))
        arrays = {key: np.broadcast_to(array, shape).copy() for key, array in read.items()}
        states, times = [], []
        for quanta in truncations:
            times.append(_least(model, arrays, quanta, options.turns))
            states.append(space(model.modes, quanta).size)
            limit = _limit(model, arrays, quanta)
            yield (
                f"{name}, {quanta} quanta, {states[-1]} states",
                f"{1e6 * times[-1]:.1f} us a point, limit {1e6 * limit:.1f} us",
            )
        yield _power(states, times)


def growth(options: argparse.Namespace) -> Iterator[Row]:
    """Time per point against the number of states, on the same map; least of the turns."""
    arrays = paper_map(max(options.side // 2, 16))
    states, times = [], []
    for quanta in (6, 8, 10, 12):
        states.append(space(nanotip.MODEL.modes, quanta).size)
        times.append(_least(nanotip.MODEL, arrays, quanta, options.turns))
        yield f"{states[-1]} states", f"{1e6 * times[-1]:.1f} us a point"
    yield _power(states, times)


def _least(model: Model, arrays: Arrays, quanta: int, turns: int) -> float:
    """Seconds per point of the fastest turn, after one that prepares."""
    graded.solve(model, arrays, quanta)
    count = len(next(iter(arrays.values())))
    return min(seconds(lambda: graded.solve(model, arrays, quanta)) for _ in range(turns)) / count


def _power(states: list[int], times: list[float]) -> Row:
    power = np.polyfit(np.log(states), np.log(times), 1)[0]
    return "  fitted power of the number of states", f"{power:.2f}"


def _sweep(arrays: Arrays, quanta: int) -> float:
    return seconds(lambda: graded.solve(nanotip.MODEL, arrays, quanta))


def scan(options: argparse.Namespace) -> Iterator[Row]:
    """Many drives for each of a few points of the map."""
    base, drives = draw(paper_map(options.side), 40, 2), np.geomspace(1e-4, 0.3, 1000)
    arrays = {name: np.repeat(array, len(drives)) for name, array in base.items()}
    arrays["xi"] = np.tile(drives, len(base["xi"]))
    times = [_sweep(arrays, QUANTA) for _ in range(options.turns + 1)][1:]
    one = np.median(times) / len(arrays["xi"])
    yield "scan of the drive, 40 x 1000 points", f"{1e6 * one:.1f} us a point"


def memory(options: argparse.Namespace) -> Iterator[Row]:
    """Peak memory of a process of its own."""
    for side in (options.side, *([1000] if options.million else [])):
        command = [sys.executable, "-m", "benchmarks.steady_states", "--memory", str(side)]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        yield f"peak memory, {side**2:,} points", found.strip()


def _print_memory(side: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    state = steady_state(nanotip.MODEL, paper_map(side), quanta=QUANTA)
    resolved = np.isfinite(state.correlation("a1")).mean()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(
        f"{after / 2**20:.2f} GiB ({before / 2**20:.2f} before the solve), {resolved:.1%} "
        "resolved\n"
    )


def calls(options: argparse.Namespace) -> Iterator[Row]:
    """Single calls, with truncations of their own."""
    yield from single_calls.rows(_machine, options.turns, options.call)


def chosen(options: argparse.Namespace) -> Iterator[Row]:
    """Batches with a chosen truncation."""
    yield from chosen_truncations.rows(options.turns)


PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Row]]] = {
    part.__name__: part
    for part in (
        paper,
        user,
        strong,
        unordered,
        general,
        three,
        boxes,
        calls,
        chosen,
        growth,
        table,
        scan,
        memory,
    )
}

if __name__ == "__main__":
    main()
