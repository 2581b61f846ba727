"""The drive up to which a formula holds: exact cases, both sides of it, scaling laws."""

import numpy as np
import pytest
import sympy as sp
from oracles import kerr_correlation
from scipy.optimize import brentq
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from compare import agreement, critical_drive, solve
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, nanotip, parametric_kerr

gamma, xi = sp.symbols("gamma xi", positive=True)
a = BosonOp("a")
ATOM = Model(
    name="driven two-level atom",
    hamiltonian=xi * (SigmaPlus("s") + SigmaMinus("s")),
    losses=(Loss(gamma, SigmaMinus("s")),),
    drive=xi,
)
a = BosonOp("a")
Delta, chi = sp.symbols("Delta chi", real=True)
PAIRS = Model(
    name="Kerr mode driven by pairs",
    hamiltonian=Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) ** 2 + a**2),
    losses=(Loss(gamma, a),),
    drive=xi,
)
KERR = {"Delta": 0.3, "chi": 2.0, "gamma": 1.0}
# relative precision of the critical drive, and that of the converged master equation beside it
PRECISION = 1e-5


def test_two_level_atom_holds_up_to_half_the_tolerance_in_saturation() -> None:
    # P = s/(1 + 2 s) with s = 4 xi^2/gamma^2 to leading order: the deviation is 2 s
    tolerance = np.array([1e-4, 0.01, 0.5])
    found = critical_drive(ATOM, {"gamma": 2.0}, "P1", tolerance)
    np.testing.assert_allclose(found.drive, 2 * np.sqrt(tolerance / 8), rtol=PRECISION, atol=0)
    assert list(found.status) == ["ok"] * 3


@pytest.mark.parametrize(("name", "order"), [("number", 1), ("g2", 2)])
def test_kerr_mode_agrees_with_the_exact_solution_of_drummond_and_walls(
    name: str, order: int
) -> None:
    tiny = 1e-9  # corrections to leading order go as its square

    def excess(drive: float) -> float:
        exact, leading = (kerr_correlation(order, xi=xi, **KERR) for xi in (drive, tiny))
        grown = (drive / tiny) ** 2 if order == 1 else 1.0
        return abs(leading * grown / exact - 1) - 0.05

    found = critical_drive(kerr.MODEL, KERR, name, tolerance=0.05)
    assert found.drive == pytest.approx(brentq(excess, 0.01, 0.3), rel=PRECISION)


def test_deviation_is_the_tolerance_there_less_below_and_more_above() -> None:
    values = {"Delta": np.array([-1.0, 0.0, 0.5]), "chi": 1.0, "gamma": 1.0}
    found = critical_drive(kerr.MODEL, values, "g3", tolerance=0.02)
    for factor, sign in ((1 - 1e-3, -1), (1 + 1e-3, 1)):
        table = agreement(kerr.MODEL, {**values, "xi": factor * found.drive}, "g3")
        # the deviation goes as xi^2: a thousandth of the drive is two of the deviation
        excess = abs(table["deviation"]) / 0.02 - 1
        np.testing.assert_allclose(excess, 2e-3 * sign, rtol=0.5)


@pytest.mark.slow
def test_deviation_stays_within_the_tolerance_everywhere_below() -> None:
    # here the deviation rises to 2.3 %, falls back through zero and grows with the other sign
    values = {"Delta": -1.0, "chi": 0.5, "gamma": 1.0}
    tolerance = np.array([0.02, 0.03])
    early, late = critical_drive(kerr.MODEL, values, "g2", tolerance).drive
    assert early < 0.17 < 0.25 < late
    for limit, size in ((early, 0.02), (late, 0.03)):
        table = agreement(kerr.MODEL, {**values, "xi": np.linspace(0.02, 0.9999, 30) * limit}, "g2")
        assert (abs(table["deviation"]) < size).all()


@pytest.mark.slow
def test_maximum_that_exceeds_the_tolerance_between_two_steps_is_not_missed() -> None:
    values = {"Delta": -1.0, "chi": 0.5, "gamma": 1.0}
    drives = np.linspace(0.16, 0.2, 41)
    table = agreement(kerr.MODEL, {**values, "xi": drives}, "g2")
    peak = abs(table["deviation"]).max()
    # a parabola, from c xi^2 and its square: off by 1e-3 for +-1.6 % of the drive, a step is 25 %
    found = critical_drive(kerr.MODEL, values, "g2", peak * np.array([1 - 1e-3, 1 + 1e-3]))
    assert found.drive[0] < drives[abs(table["deviation"]).argmax()] < found.drive[1]
    assert found.drive[0] == pytest.approx(0.176, rel=0.03)


@pytest.mark.parametrize("order", [0, 1])
def test_estimate_from_the_next_correction_is_exact_for_small_tolerances(order: int) -> None:
    found = critical_drive(kerr.MODEL, KERR, "number", [1e-3, 1e-5], order)
    error = abs(found.drive / found.estimate - 1)
    # the order after that is smaller by xi^2, which goes as tolerance^(1/(order + 1))
    assert error[1] < 3 * 1e-2 ** (1 / (order + 1)) * error[0]
    assert error[1] < 0.02


@pytest.mark.slow
def test_corrections_extend_the_range_of_a_formula() -> None:
    drives = [critical_drive(kerr.MODEL, KERR, "number", 1e-3, order).drive for order in range(3)]
    assert (np.diff(drives) > 0).all()


@pytest.mark.slow
def test_critical_drive_is_monotone_in_the_tolerance() -> None:
    found = critical_drive(kerr.MODEL, KERR, "g2", np.geomspace(1e-4, 0.3, 12))
    assert (np.diff(found.drive) > 0).all()


def test_critical_drive_scales_with_all_rates() -> None:
    unit = 2.5e6
    scaled = {name: unit * value for name, value in KERR.items()}
    one, other = (critical_drive(kerr.MODEL, values, "g2").drive for values in (KERR, scaled))
    assert other == pytest.approx(unit * one, rel=PRECISION)


def test_drive_among_the_values_is_ignored() -> None:
    found = critical_drive(kerr.MODEL, {**KERR, "xi": 7.0}, "g2")
    assert found.drive == critical_drive(kerr.MODEL, KERR, "g2").drive


@pytest.mark.slow
def test_parametric_drive_grows_with_the_square_of_the_drive() -> None:
    # G/xi^2 is all that counts, at whatever drive it is given
    values = {"Delta": 0.0, "chi": 0.5, "gamma": 1.0}
    pair = [{"xi": 0.1, "G": 1e-3j}, {"xi": 0.2, "G": 4e-3j}]
    one, other = (critical_drive(parametric_kerr.MODEL, {**values, **at}).drive for at in pair)
    assert one == pytest.approx(other, rel=PRECISION)


@pytest.mark.slow
def test_laser_that_makes_pairs_only_has_a_critical_drive_once_an_end_is_given() -> None:
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0}
    found = critical_drive(PAIRS, values, "P2", largest=[0.1, 0.5])
    # searched from other ends: the same root, each to 1e-6
    assert found.drive[0] == pytest.approx(found.drive[1], rel=PRECISION)
    table = agreement(PAIRS, {**values, "xi": found.drive}, "P2")
    np.testing.assert_allclose(table["deviation"], 0.01, rtol=PRECISION)
    with pytest.raises(ValueError, match="`largest`"):
        critical_drive(PAIRS, values, "P2")


def test_pairs_only_have_no_formula_at_leading_order() -> None:
    """Rather than an end for a search that would be refused."""
    with pytest.raises(ValueError, match="decided by quantum jumps"):
        critical_drive(PAIRS, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0}, "g2")


def test_with_dephasing_the_search_ends_by_itself() -> None:
    """A two-level atom: P1 = s/(1 + 2 s) with s = 4 xi^2/(gamma (gamma + eta)), Loudon's book."""
    s, up = SigmaMinus("s"), SigmaPlus("s")
    drive, decay, dephasing = sp.symbols("xi gamma eta", positive=True)
    losses = (Loss(decay, s), Loss(dephasing, up * s))
    atom = Model("dephased atom", drive * (s + up), losses, drive)
    found = critical_drive(atom, {"gamma": 1.0, "eta": 3.0}, "number")
    # the leading order is s: off by 2 s = 0.01
    assert found.drive == pytest.approx(np.sqrt(0.005), rel=PRECISION)


def test_search_ends_at_the_largest_drive_however_weak() -> None:
    found = critical_drive(kerr.MODEL, KERR, "g2", largest=1e-9)
    assert (found.drive, found.status) == (1e-9, "not reached")


@pytest.mark.slow
def test_formula_of_a_coherent_state_never_fails() -> None:
    found = critical_drive(kerr.MODEL, {**KERR, "chi": 0.0}, "g2", largest=0.4)
    assert found.status == "not reached"
    assert found.drive == 0.4


def test_formula_that_vanishes_holds_nowhere() -> None:
    # C_20 = 0 at g^2 = gamma (kappa + gamma)/4 (Carmichael, Brecha and Rice): jumps fill the zero
    values = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": np.sqrt(0.5)}
    found = critical_drive(jaynes_cummings.MODEL, values, "g2", tolerance=0.5)
    assert found.status == "nowhere"
    assert found.drive == 0


def test_correlation_of_an_atom_is_undefined_and_says_so() -> None:
    found = critical_drive(ATOM, {"gamma": 1.0}, "g2")
    assert found.status == "undefined"
    assert np.isnan(found.drive)


def test_power_of_the_nanotip_makes_the_critical_drive() -> None:
    device = nanotip.Device()
    # without tip: one mode is all there is
    found = critical_drive(nanotip.MODEL, device.ideal(), "P10", tolerance=0.1)
    assert device.drive(found.power(device)) == pytest.approx(found.drive, rel=1e-12)
    assert 0 < found.power(device) < device.power  # at 4 fW the formula is off by tens of percent


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"tolerance": 0.0}, "Argument `tolerance` must be at least 1e-06"),
        ({"tolerance": np.nan}, "Argument `tolerance` must be at least"),
        ({"tolerance": "small"}, "Argument `tolerance` must be"),
        ({"largest": -1.0}, "Argument `largest` must be a positive drive"),
        ({"quantity": "g0"}, "Quantity `g0` is not known"),
        ({"order": -1}, "Argument `order` must be"),
        ({"order": 1.5}, "Argument `order` must be"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(arguments: dict, sentence: str) -> None:
    with pytest.raises((ValueError, TypeError), match=sentence.replace("(", r"\(")):
        critical_drive(kerr.MODEL, KERR, **arguments)


@pytest.mark.parametrize("order", [2, 4])
def test_modes_that_only_pairs_fill_have_no_critical_drive_unless_an_end_is_given(
    order: int,
) -> None:
    pump = xi * (a**order + Dagger(a) ** order)
    model = Model("pairs", Dagger(a) ** 2 * a**2 + pump, (Loss(gamma, a),), xi)
    with pytest.raises(ValueError, match="one-quantum amplitude at leading order"):
        critical_drive(model, {"gamma": 1.0}, "g2")


def test_small_companion_of_the_drive_needs_a_drive_to_belong_to() -> None:
    with pytest.raises(ValueError, match="must hold a positive `xi`"):
        critical_drive(parametric_kerr.MODEL, {**KERR, "G": 1e-3})


def test_a_model_without_closed_forms_is_told_what_to_do_without_them() -> None:
    """The call that the message names answers."""
    n_th = sp.Symbol("n_th", positive=True)
    losses = (Loss(kerr.gamma * (1 + n_th), kerr.a), Loss(kerr.gamma * n_th, Dagger(kerr.a)))
    hot = Model("hot Kerr mode", kerr.MODEL.hamiltonian, losses, kerr.xi)
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "n_th": 0.1}
    with pytest.raises(ValueError, match=r"hot Kerr mode has none: compare\.solve tabulates"):
        critical_drive(hot, values)
    assert solve(hot, values | {"xi": [0.01, 0.1]}, "g2")["status"].eq("ok").all()
