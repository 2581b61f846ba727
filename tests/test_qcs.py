"""Closed forms against qcs-phy, which solves the same leading order in numbers.

ZhiGuang Lu's Quantum Correlation Solver takes H_eff and the operators that light enters and
leaves by, as lists, and finds correlations from resolvents of H_eff on blocks of equal quanta.  It
shares no line with this project, and neither its way of reading a Hamiltonian.
"""

import warnings
from functools import cache

import numpy as np
import pytest

from analytic import derive
from analytic.time import delayed
from systems.arithmetic import evaluate
from systems.ladder import is_two_level
from systems.library import SYSTEMS
from systems.values import read_values

with warnings.catch_warnings():
    # its docstrings hold "\(", at which Python warns when it compiles them for the first time
    warnings.simplefilter("ignore")
    from qcs_phy import qcs

# no number of quanta is conserved under a parametric drive: outside its scope
# it knows no pair drive, and no atom of several levels
NAMES = [n for n in SYSTEMS if n not in {"parametric_kerr", "tavis_cummings", "n_scheme"}]
TAUS = [0.0, 0.4, 3.0]


def listed(model, words, arrays):
    """Normal-ordered words as qcs-phy writes them: ``[coefficient, ("ad", 1), ("a", 2)]``."""
    up = ["sp" if is_two_level(mode) else "ad" for mode in model.modes]
    down = ["sm" if is_two_level(mode) else "a" for mode in model.modes]
    return [
        [
            complex(evaluate(coefficient, arrays)),
            *((up[i], i + 1) for i, n in enumerate(p) for _ in range(n)),
            *((down[i], i + 1) for i, n in enumerate(q) for _ in range(n)),
        ]
        for (p, q), coefficient in words.items()
    ]


def oracle(model, values, outputs):
    """qcs-phy's solver of a model that one drive feeds, with a channel for each output mode."""
    arrays, none = read_values(model, values), (0,) * len(model.modes)
    undriven = {w: c for w, c in model.effective_ladder.items() if not c.has(model.drive)}
    # what the drive raises, as the operator by which it enters
    feed = {w: c for w, c in model.ladder.items() if w[0] == none and c.has(model.drive)}
    entry = qcs.Input_channel("in", listed(model, feed, arrays), 0)
    letters = ["sm" if is_two_level(mode) else "a" for mode in model.modes]
    exits = [
        qcs.Output_channel(f"c{i}", [1, (letters[model.index(mode)], model.index(mode) + 1)])
        for i, mode in enumerate(outputs)
    ]
    return qcs(listed(model, undriven, arrays), entry, exits)


@cache
def closed_forms(name):
    # three quanta of three modes take seconds, of four a minute
    return derive(SYSTEMS[name].model, 2 if len(SYSTEMS[name].model.modes) > 2 else 3)


def drawn(entry, seed):
    """The system's values, each off by up to a half."""
    random = np.random.default_rng(seed)
    off = {name: random.uniform(0.5, 1.5) for name in entry.values}
    shifts = {n: 0.3 * random.uniform(-1, 1) for n in off if n.startswith("Delta")}
    return {n: v * off[n] + shifts.get(n, 0) for n, v in entry.values.items()}


def in_units_of_the_loss(model, values):
    """The device's 1e6 rad/s would only cost digits."""
    unit = values[str(model.losses[0].rate)]
    return {name: value / unit for name, value in values.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_correlations_are_those_of_qcs(name, seed):
    entry = SYSTEMS[name]
    model, values = entry.model, in_units_of_the_loss(entry.model, drawn(entry, seed))
    closed, weights = closed_forms(name), model.grading.weights
    modes = [m for m, w in zip(model.modes, weights, strict=True) if w == 1 and not is_two_level(m)]
    for mode in modes:
        solver = oracle(model, values, [mode])
        for order in range(2, closed.quanta + 1):
            expected = solver.calculate_quantity("c0" * order)
            found = closed.evaluate(closed.correlation(mode, order), values)
            # round-off of inverse matrices, conditioned like g/gamma
            np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("name", ["nanotip", "kerr_dimer", "kerr_ring", "jaynes_cummings"])
def test_correlations_between_modes_are_those_of_qcs(name):
    entry = SYSTEMS[name]
    model, values = entry.model, in_units_of_the_loss(entry.model, drawn(entry, 3))
    first, second = model.modes[0], model.modes[-1]
    closed, solver = closed_forms(name), oracle(model, values, [first, second])
    expected = solver.calculate_quantity("c0c1")
    found = closed.evaluate(closed.cross_correlation(first, second), values)
    np.testing.assert_allclose(found, expected, rtol=1e-9)  # as above


@pytest.mark.parametrize("name", ["nanotip", "kerr", "jaynes_cummings", "jaynes_cummings_atom"])
def test_delayed_correlations_are_those_of_qcs(name):
    entry = SYSTEMS[name]
    model, values = entry.model, in_units_of_the_loss(entry.model, drawn(entry, 4))
    mode = model.modes[0]
    expected = oracle(model, values, [mode]).calculate_2nd_uETCF("c0c0", TAUS)
    found = delayed.delayed_correlation(closed_forms(name), values, mode, TAUS)
    np.testing.assert_allclose(found, expected, rtol=1e-9)  # as above
