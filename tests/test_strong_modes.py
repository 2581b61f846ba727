"""Strong drives of modes that push or excite each other: what is answered, and what is refused."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.frames.trials import displaced_states
from numeric.lindblad.space import count_states
from numeric.search import truncation
from numeric.search.classical import amplitudes, branches
from numeric.search.start import LIMIT
from systems import Loss, Model
from systems.library import kerr, kerr_dimer

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
F, chi, J, kappa = sp.symbols("F chi J kappa", positive=True)
PUSHED = Model(
    "two driven modes that push each other",
    chi * Dagger(a) * a * Dagger(b) * b + F * (a + Dagger(a) + b + Dagger(b)),
    (Loss(kappa, a), Loss(kappa, b)),
    F,
)
SHIFTED = Model(
    "a driven mode pushed by a faint one",
    Dagger(a) * a
    + chi * Dagger(a) * a * Dagger(b) * b
    + J * (Dagger(a) * b + Dagger(b) * a)
    + F * (a + Dagger(a)),
    (Loss(kappa, a), Loss(kappa, b)),
    F,
)
SPLIT = Model(
    "a pump whose quanta split",
    chi * (a**2 * Dagger(b) + Dagger(a) ** 2 * b) + F * (b + Dagger(b)),
    (Loss(kappa, a), Loss(5 * kappa, b)),
    F,
)
PAIRS = Model(
    "an atom that pairs excite",
    chi * (a**2 * Dagger(s) + Dagger(a) ** 2 * s) + F * (a + Dagger(a)),
    (Loss(kappa, a), Loss(kappa, s)),
    F,
)


def arrays_of(values):
    return {name: np.array([x]) for name, x in values.items()}


@pytest.fixture
def solved(monkeypatch):
    """The cuts that a search solves, with the names of their models."""
    cuts, solve = [], truncation.solve_points

    def counted(model, arrays, points, cut, *rest):
        cuts.append((model, cut))
        return solve(model, arrays, points, cut, *rest)

    monkeypatch.setattr(truncation, "solve_points", counted)
    return cuts


@pytest.mark.parametrize("drive", [2.0, 5.0])
def test_modes_that_push_each_other_have_light_in_one_of_them(drive):
    """With d<a>/dt = 0: n_a (1/4 + n_b^2) = F^2 = n_b (1/4 + n_a^2), so n_a n_b = 1/4 or n_a = n_b.

    Of these the first has n_a + n_b = 4 F^2, and is stable where both differ.
    """
    values = arrays_of({"F": drive, "chi": 1.0, "kappa": 1.0})
    found = branches(PUSHED, values)
    bright = 2 * drive**2 + np.sqrt(4 * drive**4 - 0.25)  # the larger root of n (4 F^2 - n) = 1/4
    # either mode may have it: a cut has to hold both
    np.testing.assert_allclose(found.quanta, [[bright, bright]], rtol=1e-6)  # Newton's last step
    assert found.several.all()
    assert all(np.isnan(one).all() for one in amplitudes(PUSHED, values))


def test_few_quanta_in_one_of_two_modes_start_no_search_of_many_in_both():
    """Of F = 1 there are 3.9: a total holds both roots, and the drive tells where to start."""
    values = arrays_of({"F": 1.0, "chi": 1.0, "kappa": 1.0})
    assert branches(PUSHED, values).quanta.tolist() == [[0.0, 0.0]]
    assert all(np.isnan(one).all() for one in amplitudes(PUSHED, values))


def test_an_oscillator_above_its_threshold_has_light_of_either_phase():
    """From F_0 = 5 kappa^2/(8 chi) on there are (F - F_0)/chi quanta, and (kappa/4 chi)^2 of pump.

    The steady state is half of each phase, so that no frame around one holds it; below the
    threshold all of it is around the pump.
    """
    above, below = (arrays_of({"F": x, "chi": 0.5, "kappa": 1.0}) for x in (5.0, 1.0))
    # Newton's last step
    np.testing.assert_allclose(branches(SPLIT, above).quanta, [[7.5, 0.25]], rtol=1e-6)
    assert all(np.isnan(one).all() for one in amplitudes(SPLIT, above))
    for root in amplitudes(SPLIT, below):
        np.testing.assert_allclose(root, [[0.0, -0.4j]], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("frame", [None, "displaced", "squeezed"])
def test_light_of_one_of_two_alike_modes_is_never_called_the_whole(frame, solved):
    """The steady state is as symmetric as its equation: n_a = n_b, half of the light of a root."""
    state = steady_state(PUSHED, {"F": 5.0, "chi": 1.0, "kappa": 1.0}, frame=frame)
    for mode in "ab":
        assert state.number_status(mode) == state.correlation_status(mode) == "not converged"
    # some 200 quanta in either mode fit nowhere, which is told before much is tried
    assert all(count_states(model.modes, cut) < LIMIT / 4 for model, cut in solved)


def test_frames_that_hold_the_same_light_are_tried_once():
    """Around the root, and around the light without a nonlinearity that hardly moves it."""
    values = arrays_of({"Delta": 0.0, "chi": 1e-5, "gamma": 1.0, "xi": 5.0})  # 100 quanta
    root, linear, _ = amplitudes(kerr.MODEL, values)
    assert 0 < abs(root - linear).max() ** 2 < 0.1
    tried = []

    def search(order, model, arrays, points):
        tried.append(order)
        return []

    displaced_states(kerr.MODEL, values, np.arange(1), search, lambda *_: None, 1e-8, 4)
    assert tried == [2]


@pytest.mark.slow
def test_a_mode_of_a_few_quanta_beside_a_faint_one_is_answered_around_its_amplitude():
    values = {"F": 2.0, "chi": 1.0, "J": 0.5, "kappa": 1.0}
    state = steady_state(SHIFTED, values, order=2)
    assert (state.status, state.solver) == ("ok", "displaced")
    # energy flows in as it is lost, in no cut and to the tolerance of the search
    gained = -2 * values["F"] * state.amplitude(a).imag
    np.testing.assert_allclose(gained, state.number(a) + state.number(b), rtol=1e-7)


@pytest.mark.slow
def test_what_a_frame_knows_to_a_few_digits_does_not_keep_a_cut_from_more():
    """Three quanta that half a linewidth each bends: squeezed frames of 136 states move by 4e-4."""
    values = {"Delta": 0.7, "U": 0.5, "J": 1.3, "gamma": 1.0, "F": 3.0}
    state = steady_state(kerr_dimer.MODEL, values)
    assert state.status == "ok"
    gained = -2 * values["F"] * state.amplitude("a").imag
    np.testing.assert_allclose(gained, state.number("a") + state.number("b"), rtol=1e-7)


def test_light_that_an_atom_turns_both_ways_is_not_looked_for_around_its_root(solved):
    """Dressed states of the atom detune the light by +-chi: there are F^2/(chi^2 + 1/4) quanta.

    The classical root has the atom at rest, and 98 quanta in place of these 20.
    """
    state = steady_state(PAIRS, {"F": 5.0, "chi": 1.0, "kappa": 1.0}, frame="displaced")
    assert state.number_status("a") == "not converged"
    assert max(cut for _, cut in solved) < 40
