"""Equations of motion without fluctuations: the mean of each word, and their Jacobian."""

import numpy as np
import pytest
import sympy as sp

from numeric.lindblad.heisenberg import heisenberg
from numeric.lindblad.meanfield import mean_field
from systems.ladder import is_two_level
from systems.library import SYSTEMS

LISTED = {name: SYSTEMS[name] for name in ("nanotip", "second_harmonic", "n_scheme")}


def at_random(name):
    """A flow, the numbers of its terms at the example values, and unknowns."""
    flow = mean_field(LISTED[name].model)
    c = flow.coefficients({n: np.atleast_1d(x) for n, x in LISTED[name].values.items()})
    return flow, c, np.random.default_rng(1).normal(size=(flow.count, 1))


@pytest.mark.parametrize("name", LISTED)
def test_slopes_are_the_derivatives(name):
    flow, c, x = at_random(name)
    slope = flow.at(x, c)[1][0]
    for u in range(flow.count):
        step = np.zeros_like(x)
        step[u] = 1e-4
        ahead, behind = (flow.at(x + sign * step, c)[0][:, 0] for sign in (1, -1))
        # of polynomials of third degree a central difference is off by the step squared
        np.testing.assert_allclose((ahead - behind) / 2e-4, slope[:, u], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", LISTED)
def test_each_word_has_the_product_of_the_means_of_its_factors(name):
    model, (flow, c, x) = LISTED[name].model, at_random(name)
    numbers, means, i = {sp.Symbol(n): v for n, v in LISTED[name].values.items()}, [], 0
    for mode in model.modes:
        alpha = complex(x[i, 0], x[i + 1, 0])
        means.append((alpha, x[i + 2, 0] if is_two_level(mode) else abs(alpha) ** 2))
        i += 3 if is_two_level(mode) else 2
    place = 0
    for mode in model.modes:
        none, rate = (0,) * len(means), 0.0
        for (p, q), coefficient in heisenberg(model, (none, model.occupation(mode))).items():
            term = complex(coefficient.subs({s: numbers[sp.Symbol(str(s))]
                                             for s in coefficient.free_symbols}))  # fmt: skip
            for up, down, (z, both) in zip(p, q, means, strict=True):
                term *= both if up == down == 1 else np.conj(z) ** up * z**down
            rate += term
        found = flow.at(x, c)[0][place : place + 2, 0]
        np.testing.assert_allclose(found, [rate.real, rate.imag], rtol=1e-10, atol=1e-12)
        place += 3 if is_two_level(mode) else 2
