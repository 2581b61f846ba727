"""The listed systems against their literature and against the master equation."""

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy import Abs, Rational, conjugate, sqrt

from analytic import derive, spell_out
from compare.quantities import read_quantity
from compare.targets import listed
from numeric import steady_state
from systems.library import (
    SYSTEMS,
    dimer_chain,
    jaynes_cummings,
    kerr,
    kerr_dimer,
    kerr_ring,
    many_emitters,
    nanotip,
    spinning,
)

FORMS = [(name, quantity) for name, entry in SYSTEMS.items() for quantity in entry.published]
CONDITIONS = [(name, title) for name, entry in SYSTEMS.items() for title in entry.conditions]
PHOTONS = {"one": 1, "two": 2, "three": 3}


def derived(model, quantity):
    closed = derive(model, quanta=3 if "3" in quantity else 2)
    if quantity.startswith("C"):
        return closed.amplitude(tuple(map(int, quantity[1:])))
    return read_quantity(model, quantity).on(closed)


@pytest.mark.parametrize(("name", "quantity"), FORMS)
def test_the_published_form_is_the_derived_one(name, quantity):
    entry = SYSTEMS[name]
    published = spell_out(entry.published[quantity], entry.abbreviations)
    assert_closed_form_equals(derived(entry.model, quantity), published)


@pytest.mark.parametrize(("name", "title"), [c for c in CONDITIONS if c[1].startswith("no two")])
def test_two_photons_are_absent_where_the_condition_says_so(name, title):
    entry = SYSTEMS[name]
    state = next(n for n in derive(entry.model).states if n[0] == 2)
    amplitude = derive(entry.model).amplitude(state).subs(entry.conditions[title])
    assert sp.simplify(amplitude.subs({kerr_dimer.J: 3, kerr_dimer.gamma: Rational(3, 2)})) == 0


@pytest.mark.parametrize(("name", "title"), [c for c in CONDITIONS if "resonance" in c[1]])
def test_on_resonance_only_the_losses_bound_the_amplitude(name, title):
    entry, k = SYSTEMS[name], PHOTONS[title.split("-")[0]]
    closed = derive(entry.model, k)
    state = next(n for n in closed.states if n[0] == k)
    inverse = (1 / closed.amplitude(state)).subs(entry.conditions[title])
    if name == "kerr_ring":
        inverse = inverse.subs(kerr_ring.J, 2)
    lossless = {loss.rate: 0 for loss in entry.model.losses}
    assert sp.simplify(inverse.subs(lossless)) == 0


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_leading_order_is_the_limit_of_the_master_equation(name):
    entry = SYSTEMS[name]
    closed, drive = derive(entry.model), str(entry.model.drive)
    unit = next(entry.values[str(loss.rate)] for loss in entry.model.losses)
    values = dict(entry.values)
    ratio = 1e-4 * unit / values[drive]
    small = {drive: 1, **{str(s): k for s, k in entry.model.orders.items()}}
    values |= {s: values[s] * ratio**k for s, k in small.items()}
    # away from the zeros, where the next order decides
    values |= {s: v + 0.4 * unit for s, v in values.items() if s.startswith("Delta")}
    state = steady_state(entry.model, values, quanta=3)
    for mode in entry.model.modes[:1]:
        for form, number in [
            (closed.number(mode), state.number(mode)),
            (closed.correlation(mode), state.correlation(mode)),
        ]:
            # corrections are of the order of (xi/gamma)^2 = 1e-8, times (g/gamma)^2 = 100 and more
            np.testing.assert_allclose(closed.evaluate(form, values), number, rtol=1e-4, atol=0)


def test_every_entry_is_complete():
    for name, entry in SYSTEMS.items():
        assert {str(p) for p in entry.model.parameters} == set(entry.values), name
        assert entry.about
        assert entry.literature
        known = set(entry.model.parameters) | set(entry.abbreviations)
        assert all(form.free_symbols <= known for form in entry.published.values()), name


def test_the_criteria_of_n_photon_blockade_are_named_with_the_systems_that_show_it():
    # Miranowicz et al. (2013) judge a Kerr mode, Hamsen et al. (2017) a driven atom
    lines = listed()
    judged = {name for name, line in lines.items() if "compare.criteria" in line}
    assert judged == {"kerr", "jaynes_cummings_atom"}
    assert "Miranowicz et al., Phys. Rev. A 87, 023809 (2013)" in lines["kerr"]
    assert "Hamsen et al., Phys. Rev. Lett. 118, 133604 (2017)" in lines["jaynes_cummings_atom"]


def test_kerr_dimer_tends_to_the_optimum_of_strong_coupling():
    # Bamba et al.: Delta -> gamma/(2 sqrt 3), U -> 2 gamma^3/(3 sqrt 3 J^2) for J >> gamma
    J, gamma = kerr_dimer.J, kerr_dimer.gamma
    assert sp.limit(kerr_dimer.detuning, J, sp.oo).equals(gamma / (2 * sqrt(3)))
    far = kerr_dimer.nonlinearity.subs({J: 1000, gamma: 1}).evalf(30)
    # the next term of the expansion is of the relative order of (gamma/J)^2
    assert far == pytest.approx(2 / (3 * 3**0.5 * 1000**2), rel=1e-5)


def test_a_driven_atom_blocks_better_than_a_driven_cavity():
    # Hamsen et al. (2017): the atom adds a nonlinearity on top of the ladder
    ratio = derived(jaynes_cummings.MODEL, "g2_a") / derived(jaynes_cummings.ATOM_DRIVEN, "g2_a")
    g, gamma = jaynes_cummings.g, jaynes_cummings.gamma
    at = {jaynes_cummings.Delta_a: g, jaynes_cummings.Delta_s: g, jaynes_cummings.kappa: gamma}
    # E_s (E_a + E_s) + g^2 -> 3 g^2 against E_s^2 -> g^2 on the dressed state, g >> gamma
    assert sp.limit(sp.simplify(ratio.subs(at)).subs(gamma, 1), g, sp.oo) == 9


def test_spinning_resonator_blocks_in_one_direction_and_bunches_in_the_other():
    # with chi = 2 Delta_F the laser at one-photon resonance of the one direction meets
    # two-photon resonance of the other, and g2 turns into its inverse
    S, g2 = spinning, derived(spinning.MODEL, "g2").subs(spinning.Delta, -spinning.chi / 2)
    forward, backward = g2.subs(S.Delta_F, S.chi / 2), g2.subs(S.Delta_F, -S.chi / 2)
    assert_closed_form_equals(forward, 1 / (1 + 4 * S.chi**2 / S.gamma**2))
    assert_closed_form_equals(forward * backward, sp.S.One)


def test_sagnac_fizeau_shift_is_odd_and_drags_by_fresnel():
    device = spinning.Device()
    assert device.shift(-3e4) == -device.shift(3e4)
    # without dispersion the drag of a moving medium is Fresnel's: v (1 - 1/n^2), and a wave of
    # n k changes its frequency by n k times that
    plain = spinning.Device(dispersion=1e-300)
    n, speed = plain.refractive_index, plain.radius * 3e4
    fresnel = n * (plain.omega_0 / 299792458) * speed * (1 - 1 / n**2)
    np.testing.assert_allclose(plain.shift(3e4), fresnel, rtol=1e-14)
    np.testing.assert_allclose(device.spin(device.shift(3e4)), 3e4, rtol=1e-14)


def test_spinning_device_gives_values_of_its_model():
    device = spinning.Device()
    values = device.parameters(spin=np.array([-3e4, 0.0, 3e4]), detuning=0.0)
    g2 = derive(spinning.MODEL).evaluate(derived(spinning.MODEL, "g2"), values)
    assert g2[1] < min(g2[0], g2[2])
    with pytest.raises(ValueError, match="`radius` must be positive"):
        spinning.Device(radius=-1.0)


def test_only_the_flux_through_the_ring_matters():
    closed, third = derive(kerr_ring.MODEL), np.exp(2j * np.pi / 3)
    point = {"J": np.array([1 + 2j, third * (1 + 2j)]), "Delta": 0.3, "chi": 2, "gamma": 1, "xi": 1}
    here, moved = closed.evaluate(closed.correlation("a1"), point)
    # the phase moved around the ring; round-off of a sum of some hundred terms
    assert moved == pytest.approx(here, rel=1e-12)


def test_reversing_the_flux_exchanges_the_two_neighbours():
    ring = derive(kerr_ring.MODEL)
    reverse = {kerr_ring.J: conjugate(kerr_ring.J), conjugate(kerr_ring.J): kerr_ring.J}
    assert_closed_form_equals(
        ring.amplitude((0, 2, 0)).xreplace(reverse), ring.amplitude((0, 0, 2))
    )


def test_pairs_in_the_ring_scatter_at_each_quasimomentum_by_itself():
    R = kerr_ring
    # in the letter E alone: the proof takes a tenth of the time
    pair = derive(R.MODEL).amplitude((2, 0, 0)).subs(R.Delta, R.E + sp.I * R.gamma / 2)
    assert_closed_form_equals(pair, R.PAIR.subs(R.D_1, R.ABBREVIATIONS[R.D_1]))


def test_one_hop_and_two_hops_the_other_way_cancel_in_a_dark_neighbour():
    ring, dark = derive(kerr_ring.MODEL), kerr_ring.CONDITIONS["dark neighbour"]
    assert sp.simplify(ring.amplitude((0, 1, 0)).subs(dark)) == 0
    # the light goes round against the flux instead
    assert sp.simplify(ring.amplitude((0, 0, 1)).subs(dark)) != 0
    J, E = dark[kerr_ring.J], -sp.I * kerr_ring.gamma / 2
    assert sp.expand(J**2 - E * conjugate(J)) == 0


def test_the_nanotip_without_backscattering_is_the_kerr_mode():
    alone = derived(nanotip.MODEL, "g3").subs(nanotip.J, 0)
    assert_closed_form_equals(alone, derived(kerr.MODEL, "g3"))


def test_a_ring_that_is_cut_open_is_the_kerr_mode():
    alone = derived(kerr_ring.MODEL, "g2").subs(kerr_ring.J, 0)
    assert_closed_form_equals(alone, derived(kerr.MODEL, "g2"))
    assert Abs(kerr.chi) not in alone.free_symbols


def test_one_of_many_emitters_is_the_jaynes_cummings_atom():
    M = many_emitters
    alone = derived(M.MODEL, "g2_a").subs(M.N, 1)
    assert_closed_form_equals(alone, derived(jaynes_cummings.MODEL, "g2_a"))
    # and at any drive: the second excitation of the mode is never reached
    values = {"Delta_a": 0.5, "Delta_s": 0.5, "g": 1.0, "kappa": 1.0, "gamma": 0.5, "xi": 0.4}
    one = steady_state(M.MODEL, values | {"N": 1.0}, quanta=8).correlation("a")
    atom = steady_state(jaynes_cummings.MODEL, values, quanta=8).correlation("a")
    assert one == pytest.approx(atom, rel=1e-9)  # round-off of a direct solve


@pytest.mark.parametrize("count", [2, 3])
def test_many_emitters_are_emitters_one_by_one_up_to_two_quanta(count):
    M = many_emitters
    values = M.VALUES | {"N": float(count), "g": 0.7, "Delta_a": 0.4}
    mode = derive(M.MODEL).evaluate(derived(M.MODEL, "g2_a"), values)
    single = M.atoms(count)
    alone = {name: value for name, value in values.items() if name != "N"}
    each = derive(single).evaluate(derived(single, "g2_a"), alone)
    assert mode == pytest.approx(each, rel=1e-12)


def test_two_sites_of_the_chain_are_the_kerr_dimer():
    C, D = dimer_chain, kerr_dimer
    chain = derived(C.chain(2), "g2_a1").subs({C.E: D.Delta, C.alpha: D.U, C.J: D.J})
    assert_closed_form_equals(chain, derived(D.MODEL, "g2_a"))
    with pytest.raises(ValueError, match="must be even and at least 2, but is 3"):
        C.chain(3)


def test_the_spinning_device_is_the_resonator_of_the_paper():
    # paper_exact.json of xi-zhao/RunThePaper, cases/1807.10084: U/gamma and the shift at 29 kHz
    device = spinning.Device()
    assert device.chi / device.gamma == pytest.approx(19.602, abs=5e-4)  # as printed there
    assert device.shift(1.0) == pytest.approx(83.39, abs=5e-3)
    # the Kerr parameter of Huang et al., with the constants of CODATA
    hbar, c = 1.054571817e-34, 299792458.0
    d = device
    U = hbar * d.omega_0**2 * c * d.nonlinear_index / (d.refractive_index**2 * d.mode_volume)
    assert d.chi == pytest.approx(U, rel=1e-8)  # digits of the constants
    assert spinning.Device(susceptibility=0.0).chi == 0.0
