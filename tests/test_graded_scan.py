"""Scans of the drive served by one series: the same numbers as drive by drive."""

import numpy as np
import pytest
from oracles import kerr_moment
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from test_graded import KERR, flat, in_fock_basis

from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import direct as reference
from numeric.solvers import graded
from numeric.solvers.graded import sweeps
from numeric.solvers.graded.scan import find_scan, is_homogeneous
from systems import Loss, Model
from systems.library import jaynes_cummings, nanotip, second_harmonic

TIP = {"Delta": 0.3, "J": 0.8, "chi": 1.4, "gamma": 1.0}
DIP = {"Delta": 0.0, "J": 1.0, "chi": 0.5, "gamma": 1.0}  # C_20 = 0
RESONANT = {"Delta": -1.0, "chi": 1.0, "gamma": 0.1}  # with two photons
CAVITY = {"Delta_a": 0.4, "Delta_s": -0.2, "g": 1.5, "gamma": 1.0, "kappa": 0.6}


def drive_by_drive(model, arrays, quanta):
    return sweeps._solve_points(model, arrays, quanta, 1e-11, 60, density=False)


@pytest.mark.parametrize(
    ("model", "values"),
    [(nanotip.MODEL, TIP), (nanotip.MODEL, DIP), (KERR, RESONANT), (jaynes_cummings.MODEL, CAVITY)],
)
@pytest.mark.parametrize("largest", [0.3, 2.0, 1e3])
def test_a_scan_gives_the_numbers_of_the_direct_solver(model, values, largest):
    arrays = flat(model, {**values, "xi": np.geomspace(1e-6, largest, 30)})
    assert find_scan(model, arrays) is not None
    scan, slow = graded.solve(model, arrays, 5), reference.solve(liouvillian(model, 5), arrays)
    c = scan.converged
    # what the series leaves, 1e-11, and the round-off of populations near 1e-30
    np.testing.assert_allclose(scan.populations[c], slow.populations[c], rtol=1e-9, atol=1e-30)
    # a drive that is too strong costs the weaker ones nothing
    assert np.all(c[drive_by_drive(model, arrays, 5).converged])
    assert c[:10].all()


def test_a_scan_of_a_kerr_mode_is_exact():
    drives = np.geomspace(1e-7, 0.3, 12)
    values = {"Delta": 0.7, "chi": 2.0, "gamma": 1.0}
    arrays = flat(KERR, {**values, "xi": drives})
    assert find_scan(KERR, arrays) is not None
    scan = graded.solve(KERR, arrays, 14)
    for order in (1, 2, 3, 4):
        exact = [float(kerr_moment(order, order, xi=xi, **values).real) for xi in drives]
        # the cut at 14 quanta and the end of the series are below 1e-11
        np.testing.assert_allclose(scan.moment(0, order), exact, rtol=1e-10, atol=0)


def test_order_sign_and_company_of_a_drive_do_not_matter():
    drives = np.array([0.2, 0.0, 1e-4, -0.2, 0.2, 0.05, 0.1])
    values = {**CAVITY, "Delta_a": np.array([[0.0], [0.7]]), "xi": drives}
    whole = graded.solve(jaynes_cummings.MODEL, flat(jaynes_cummings.MODEL, values), 4)
    p = whole.populations.reshape(2, len(drives), -1)
    np.testing.assert_array_equal(p[:, 3], p[:, 0])
    np.testing.assert_array_equal(p[:, 1, 0], 1)  # nothing but the vacuum
    for i in (0, 1):
        arrays = flat(jaynes_cummings.MODEL, {**values, "Delta_a": values["Delta_a"][i, 0]})
        alone = drive_by_drive(jaynes_cummings.MODEL, arrays, 4)
        np.testing.assert_allclose(p[i], alone.populations, rtol=1e-10, atol=0)


@pytest.mark.parametrize(("model", "values"), [(nanotip.MODEL, TIP), (nanotip.MODEL, DIP)])
def test_a_probe_is_a_power_of_the_drive_like_what_it_probes(model, values):
    arrays = flat(model, {**values, "xi": np.array([1e-4, 1e-3, 0.01, 0.2])})
    scan, alone = graded.solve(model, arrays, 5), in_fock_basis(model, 5, **arrays)
    # probes are differences of 1e-7, known to 1e-9 of what they probe, and at an interference
    # zero the square of one is left; the sum of two powers bounds the two of the weaker drives
    floor = 1e-13 * alone.populations
    assert np.all(scan.error >= 0.99 * alone.error - floor)
    assert np.all(scan.error <= 1.01 * alone.error + floor)


def test_which_models_are_served_by_one_series():
    assert is_homogeneous(nanotip.MODEL)
    assert not is_homogeneous(second_harmonic.MODEL)  # losses of its second mode count twice
    a = BosonOp("a")
    pairs = Model("two-photon loss", KERR.hamiltonian, (*KERR.losses, Loss(0.1, a**2)), KERR.drive)
    shifted = Model(
        "light shift", KERR.hamiltonian + KERR.drive**2 * Dagger(a) * a, KERR.losses, KERR.drive
    )
    assert not is_homogeneous(pairs)
    assert not is_homogeneous(shifted)
    for model in (pairs, shifted):
        arrays = flat(
            model, {"Delta": 0.3, "chi": 1.0, "gamma": 1.0, "xi": np.geomspace(0.01, 0.2, 9)}
        )
        fast, slow = graded.solve(model, arrays, 6), reference.solve(liouvillian(model, 6), arrays)
        np.testing.assert_allclose(fast.populations, slow.populations, rtol=1e-9, atol=0)
