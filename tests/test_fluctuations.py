"""What surrounds a classical root to first order, and which frames it takes to hold it."""

import numpy as np
import pytest

from numeric import steady_state
from numeric.frames.bright import BrightSearch
from numeric.frames.fluctuations import states_around, surrounding
from numeric.search.classical import amplitudes
from numeric.search.truncation import TruncationSearch
from systems.library import jaynes_cummings, kerr, kerr_dimer, second_harmonic
from systems.progress import silent

HARMONIC = {"Delta_a": 0.0, "Delta_b": 0.0, "kappa_a": 1.0, "kappa_b": 2.0}
FAINT_HARMONIC = HARMONIC | {"g": 0.01, "F": 3.0}  # 35 quanta, beside 0.12 of the second harmonic
DIMER = {"Delta": 0.7, "J": 1.3, "gamma": 1.0}
SQUEEZED = DIMER | {"U": 1e-3, "F": 20.0}  # 400 and 330 quanta near a turning point


class Solved(Exception):
    """A search for a truncation has been asked for one."""


class Watched(TruncationSearch):
    """A search that solves nothing and says so."""

    def __call__(self, *_):
        raise Solved


def arrays_of(values):
    return {name: np.array([x]) for name, x in values.items()}


def ahead(model, values):
    search = Watched(None, 1e-8, None, order=4)
    return BrightSearch(model, arrays_of(values), search, "auto", silent).ahead(np.arange(1))


@pytest.mark.parametrize(("chi", "drive"), [(1e-3, 3.0), (1e-3, 10.0), (0.02, 10.0)])
def test_around_a_kerr_root_light_is_that_of_a_detuned_parametric_amplifier(chi, drive):
    """H = D b'b + (e b'^2 + h.c.)/2 has <b'b> = |e|^2/2 / (gamma^2/4 + D^2 - |e|^2).

    With D = Delta + 4 chi |alpha|^2 and e = 2 chi alpha^2, of chi a'^2 a^2 to second order in b.
    """
    arrays = arrays_of({"Delta": 0.3, "chi": chi, "gamma": 1.0, "xi": drive})
    alphas = amplitudes(kerr.MODEL, arrays)[0]
    (light,) = surrounding(kerr.MODEL, arrays, alphas)
    quanta = abs(alphas[0, 0]) ** 2
    D, e = 0.3 + 4 * chi * quanta, 2 * chi * quanta
    (mode,) = light.model.modes
    exact = e**2 / 2 / (0.25 + D**2 - e**2)
    # roots are Newton's, whose last step was below 1e-6: they are known to its square
    np.testing.assert_allclose(light.measured("number", mode).value, exact, rtol=1e-9)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (second_harmonic.MODEL, FAINT_HARMONIC),
        (second_harmonic.MODEL, HARMONIC | {"g": 0.02, "F": 4.0}),
        (kerr_dimer.MODEL, DIMER | {"U": 1e-3, "F": 5.0}),
    ],
)
def test_no_frame_that_settles_takes_fewer_states_than_were_foretold(model, values):
    arrays = arrays_of(values)
    (around,) = steady_state(model, values, frame="displaced", order=2).bright
    (least,) = states_around(model, arrays, amplitudes(model, arrays)[0])
    assert 10 <= least <= around.found.space.size


def test_a_faint_harmonic_beside_bright_light_is_looked_at_in_a_frame_first():
    """By a cut it takes (68, 4) quanta, 345 states; energy flows in as it is lost, exactly.

    d<n_a + 2 n_b>/dt = -2 F Im<a> - kappa_a n_a - 2 kappa_b n_b = 0.
    """
    state = steady_state(second_harmonic.MODEL, FAINT_HARMONIC)
    around = steady_state(second_harmonic.MODEL, FAINT_HARMONIC, frame="displaced")
    assert state.status == around.status == "ok"
    assert state.solver == "displaced"
    for mode in "ab":
        for order in (2, 3):
            one, other = (x.correlation(mode, order) for x in (state, around))
            np.testing.assert_allclose(one, other, rtol=1e-8)  # the search's tolerance
    driven = -2 * FAINT_HARMONIC["F"] * state.amplitude("a").imag
    np.testing.assert_allclose(driven, state.number("a") + 4 * state.number("b"), rtol=1e-8)
    with pytest.raises(Solved):
        ahead(second_harmonic.MODEL, FAINT_HARMONIC)


def test_a_displaced_frame_whose_fluctuations_do_not_fit_is_not_solved():
    """Squeezing near the turning point takes 700 states: 500 and a minute would not settle."""
    arrays = arrays_of(SQUEEZED)
    (least,) = states_around(kerr_dimer.MODEL, arrays, amplitudes(kerr_dimer.MODEL, arrays)[0])
    assert least > 500
    search = Watched(None, 1e-8, None, order=4)
    road = BrightSearch(kerr_dimer.MODEL, arrays, search, "auto", silent)
    assert road.displaced(np.arange(1), most=500) == []


def test_of_atoms_nothing_is_foretold():
    arrays = arrays_of(jaynes_cummings.VALUES)
    roots = np.array([[2.0 + 0j, 0.0]])
    assert np.isnan(states_around(jaynes_cummings.MODEL, arrays, roots)).all()
