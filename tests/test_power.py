"""Populations that fall as a power of the quanta, so that moments do not exist from some order."""

import ast
import re

import numpy as np
import pytest
import sympy as sp
from scipy.stats import poisson
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.solvers.solution import Solution
from numeric.trust.power import power
from systems import Loss, Model

a, F = BosonOp("a"), sp.Symbol("F", positive=True)
GROWING = Loss(1, a + 0.4 * Dagger(a) * a)


def of(populations):
    found = Solution.mixture(populations)
    return float(power(found, found.space.sides[0])[0])


@pytest.mark.parametrize("p", [2.0, 3.5])
@pytest.mark.parametrize("quanta", [48, 300])
def test_a_power_is_found_whatever_the_cut(p, quanta):
    # shells count with the one before them: q^-p there is larger by the share p/q, up to p/6
    assert of((1.0 + np.arange(quanta)) ** -p) == pytest.approx(p, rel=0.1)


@pytest.mark.parametrize("quanta", [48, 120])
def test_thermal_coherent_and_squeezed_light_falls_faster_than_any_power(quanta):
    q = np.arange(quanta)
    pairs = np.where(q % 2 == 0, 0.9**q / np.sqrt(1.0 + q), 0.0)
    core = poisson.pmf(q, 4.0) + 1e-4 * 0.95**q
    assert [of(s) for s in (0.5**q, 0.97**q, poisson.pmf(q, 12.0), pairs, core)] == [np.inf] * 5


def test_moments_that_do_not_exist_are_said_to_be_held_by_no_truncation():
    """1/a passes through zero evenly: P(n) ~ n^-2, and <n> grows as the logarithm of the cut."""
    model = Model("a jump that grows", F * (a + Dagger(a)), (GROWING,), F)
    few, many = (steady_state(model, {"F": 0.1}, quanta=quanta) for quanta in (60, 120))
    assert np.isnan(many.correlation("a"))
    assert "fall as a power of the quanta" in many.advice
    assert 2.0 < of(many.blocks[0].populations[0]) < of(few.blocks[0].populations[0])
    # the ways out: probabilities of this cut, and a loss that takes more from more quanta
    (quanta,) = (ast.literal_eval(x) for x in re.findall(r"quanta=(\d+)`", few.advice))
    known = steady_state(model, {"F": 0.1}, quanta=quanta).probability((1,))
    np.testing.assert_allclose(known, many.probability((1,)), rtol=1e-3)  # a cut that is given
    pairs = Model("pairs lost", F * (a + Dagger(a)), (GROWING, Loss(sp.Rational(1, 10), a**2)), F)
    held = steady_state(pairs, {"F": 0.1})
    assert (held.status, held.advice) == ("ok", "")
