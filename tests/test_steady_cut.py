"""A mode that decays through a coupling only: the cut must invent no second steady state.

With radiation pressure a'a (b + b') or chi^(2) and no loss of b, the state |0, Q> of the last shell
has lost the partner by way of which it decays.
"""

import numpy as np
import pytest
import sympy as sp
from oracles import populations
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from systems import Loss, Model

a, b, c, s, t = BosonOp("a"), BosonOp("b"), BosonOp("c"), SigmaMinus("s"), SigmaMinus("t")
D, w, g, J = sp.symbols("D w g J", real=True)
k, h, F, tiny = sp.symbols("k h F tiny", positive=True)
number = {mode: Dagger(mode) * mode for mode in (a, b, c)}
light = D * number[a] + F * (a + Dagger(a))


def hermitian(term):
    return term + Dagger(term)


PRESSURE = light + w * number[b] + g * number[a] * (b + Dagger(b))
HARMONIC = light + 2 * D * number[b] + g * hermitian(Dagger(a) ** 2 * b)
COUPLINGS = {
    "radiation pressure": PRESSURE,
    "a lossless second harmonic": HARMONIC,
    "a lossless third harmonic": light + 3 * D * number[b] + g * hermitian(Dagger(a) ** 3 * b),
    "radiation pressure on two coupled mirrors": PRESSURE
    + w * number[c]
    + J * hermitian(Dagger(b) * c),
    "a harmonic of a lossless harmonic": HARMONIC
    + 4 * D * number[c]
    + J * hermitian(Dagger(b) ** 2 * c),
    "a lossless partner of two lossy modes": light
    + F * (c + Dagger(c))
    + D * number[b]
    + g * hermitian(Dagger(a) * Dagger(c) * b),
    "an atom beside the harmonic": HARMONIC + J * hermitian(Dagger(b) * s),
}

ONE = ("ok", "not converged")  # there is one steady state, and three quanta may be too few for it


def model(hamiltonian, *losses):
    also = (Loss(k, c),) if hamiltonian.has(F * c) else ()
    return Model("test", hamiltonian, (Loss(k, a), *also, *losses), drive=F)


def draw(parameters, seed):
    generator = np.random.default_rng(seed)
    ranges = {"F": (0.1, 0.4), "k": (0.7, 1.5), "tiny": (1e-10, 1e-10)}
    return {str(p): generator.uniform(*ranges.get(str(p), (0.4, 1.1))) for p in parameters}


@pytest.mark.parametrize("solver", ["auto", "direct", "iterative", "qutip"])
@pytest.mark.parametrize("kind", COUPLINGS)
def test_a_lossless_partner_has_the_steady_state_of_one_with_hardly_any_loss(kind, solver):
    lossless, lossy = model(COUPLINGS[kind]), model(COUPLINGS[kind], Loss(tiny, b))
    values = draw(lossy.parameters, len(kind))
    free = steady_state(lossless, {n: x for n, x in values.items() if n != "tiny"}, 3, solver)
    damped = steady_state(lossy, values, 3, "direct")
    assert free.status == damped.status
    assert damped.status in ONE
    for quantity, mode in (("number", a), ("number", b), ("correlation", a)):
        # three quanta are too few to trust, and the same in both
        found, right = (state.estimate(quantity, mode).value for state in (free, damped))
        # the loss, over the rate at which the coupling damps b: above 1e-4 for the values drawn
        np.testing.assert_allclose(found, right, rtol=1e-5, atol=0)


def test_radiation_pressure_on_a_lossless_mirror_has_its_values():
    # by independent programs, to the digits given
    values = {"D": 10.0, "w": 10.0, "g": 1.0, "k": 1.0, "F": 2.0}
    state = steady_state(model(PRESSURE), values, quanta=7)
    assert state.number(a) == pytest.approx(0.0405712614, rel=1e-7)  # what the cut costs
    assert state.number(b) == pytest.approx(8.89932e-4, rel=1e-6)
    assert state.correlation(a) == pytest.approx(1.02074602, rel=1e-7)


def test_a_lossless_second_harmonic_has_its_values():
    # by independent programs, to the digits given
    values = {"D": 0.3, "g": 0.5, "k": 1.0, "F": 0.2}
    state = steady_state(model(HARMONIC), values, quanta=8)
    assert state.number(a) == pytest.approx(0.121140955822, rel=1e-9)  # what the cut costs
    assert state.number(b) == pytest.approx(0.012611550168, rel=1e-9)
    assert state.correlation(a) == pytest.approx(1.18511517753, rel=1e-8)


def test_many_digits_see_the_same_steady_state():
    values = {"D": 0.3, "g": 0.5, "k": 1.0, "F": 0.2}
    state = steady_state(model(HARMONIC), values, quanta=3)
    for occupation, exact in populations(model(HARMONIC), values, 3, digits=20).items():
        found = state.estimate("probability", occupation).value
        assert found == pytest.approx(float(exact), rel=1e-10, abs=0)  # round-off


@pytest.mark.parametrize("quanta", [1, 2, 4])
@pytest.mark.parametrize("solver", ["auto", "qutip"])
def test_a_lossless_mode_that_nothing_damps_stays_not_unique(quanta, solver):
    values = {"D": 0.3, "w": 0.8, "g": 0.0, "k": 1.0, "F": 0.2}
    assert steady_state(model(PRESSURE), values, quanta, solver).status == "not unique"
    dark = light + g * hermitian(Dagger(a) * (s + t))  # the two atoms hide one excitation
    values = {"D": 0.3, "g": 0.6, "k": 1.0, "F": 0.2}
    assert steady_state(model(dark), values, max(quanta, 2), solver).status == "not unique"


def test_points_of_a_batch_keep_their_own_second_state():
    values = {"D": 0.3, "w": 0.8, "g": np.array([0.0, 0.5]), "k": 1.0, "F": 0.2}
    state = steady_state(model(PRESSURE), values, quanta=3)
    assert state.status[0] == "not unique"
    assert state.status[1] in ONE


@pytest.mark.parametrize("seed", range(4))
def test_a_heated_mirror_that_only_light_cools_has_no_steady_state(seed):
    # a force of limited strength takes sqrt(n), the heating gives h n
    hot, values = model(PRESSURE, Loss(h, Dagger(b))), None
    values = draw(hot.parameters, seed)
    for quanta in (None, 4):
        assert steady_state(hot, values, quanta).status == "does not exist"
    cooled = model(PRESSURE, Loss(h, Dagger(b)), Loss(2 * h, b))
    assert steady_state(cooled, values, 3).status in ONE


def test_what_an_atom_or_light_takes_from_a_heated_mode_is_limited():
    atom = F * hermitian(s) + J * hermitian(Dagger(b) * s)
    hot = Model("test", atom, (Loss(k, s), Loss(h, Dagger(b))), drive=F)
    values = {"F": 0.2, "J": 2.0, "k": 1.0, "h": 1e-3}
    assert steady_state(hot, values).status == "does not exist"
    # a lossy mode takes any number of quanta
    drained = light + J * hermitian(Dagger(a) * b)
    values = {"D": 0.0, "F": 0.2, "J": 2.0, "k": 1.0, "h": 1e-2}
    assert steady_state(model(drained, Loss(h, Dagger(b))), values, 4).status == "ok"
