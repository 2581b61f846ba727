"""Blockade of fields and of several orders at once: the master equation confirms the zeros."""

import numpy as np
import pytest
import sympy as sp

from analytic import derive, field_conditions, joint_zeros, tone_amplitude, weak_pulse
from analytic.conditions.newton import Newton
from numeric import fields, steady_state
from systems.library import jaynes_cummings, kerr, kerr_dimer

K, J = kerr_dimer, jaynes_cummings
r, q = sp.symbols("r q")
ATOM = {"Delta_a": 1.0, "Delta_s": 1.2, "g": 1.0, "kappa": 1.0, "gamma": 0.5}
DIMER = {"Delta": 0.3, "U": 0.5, "J": 1.2, "gamma": 1.0}


def seen(model, values, field, at, order=2):
    """g^(order) of the master equation at weak drive, with the unknowns' values in the field."""
    state = steady_state(model, values, quanta=5)
    return fields.correlation(state, field.subs(at), order)


def test_the_laser_in_a_port_cancels_the_pairs_of_a_cavity_with_an_atom():
    found = field_conditions(derive(J.MODEL), J.a + r * J.xi, r, values=ATOM)
    assert len(found) == 2  # <bb> is of second degree in r
    for condition in found:
        g2 = [seen(J.MODEL, {**ATOM, "xi": x}, J.a + r * J.xi, condition.values)
              for x in (1e-3, 2e-3)]  # fmt: skip
        assert g2[0] < 1e-3
        # what is left is fed by jumps, of second order in the drive
        assert g2[1] / g2[0] == pytest.approx(4, rel=1e-2)


def test_a_field_that_is_a_mode_has_the_conditions_of_the_mode():
    values = {"J": 3.0, "gamma": 1.0}
    closed = derive(K.MODEL)
    mode = closed.blockade_conditions("a", ("Delta", "U"), values=values)
    field = field_conditions(closed, K.a, ("Delta", "U"), values=values)
    assert len(mode) == len(field) == 2
    for one, two in zip(mode, field, strict=True):
        for x, y in zip(one.values.values(), two.values.values(), strict=True):
            assert float(x) == pytest.approx(float(y), rel=1e-12)  # forty digits, shown as fifteen


@pytest.mark.slow
def test_the_laser_that_cancels_the_pairs_of_a_kerr_mode_is_a_square_root():
    # <bb> = A_2 + 2 r A_1 + r^2, with A_1 = -1/E and A_2 = 1/(E (E + chi)), Drummond and Walls
    found = field_conditions(derive(kerr.MODEL), kerr.a + r * kerr.xi, r)
    E = kerr.Delta - sp.I * kerr.gamma / 2
    expected = [1 / E + sign * sp.sqrt(1 / E**2 - 1 / (E * (E + kerr.chi))) for sign in (1, -1)]
    at = {kerr.Delta: 0.3, kerr.chi: 0.7, kerr.gamma: 1.1}
    numbers = [complex(condition.values[r].subs(at)) for condition in found]
    for form in expected:
        number = complex(form.subs(at))
        assert min(abs(number - other) for other in numbers) < 1e-12 * abs(number)


@pytest.mark.slow
def test_two_orders_vanish_together_in_a_mixed_port_with_a_laser():
    closed, b = derive(K.MODEL, 3), K.a + q * K.b + r * K.F
    found = joint_zeros(closed, [(b, 2), (b, 3)], (r, q), DIMER)
    # a conic and a cubic meet in six points (Bezout); none of them is dark
    assert len(found) == 6
    for condition in found:
        for order in (2, 3):
            strong, weak = (
                seen(K.MODEL, {**DIMER, "F": F}, b, condition.values, order) for F in (0.02, 0.01)
            )
            # nothing of leading order is left: it falls with the square of the drive
            assert strong / weak == pytest.approx(4, rel=0.02)  # up to some (F/gamma)^2


@pytest.mark.slow
def test_a_kerr_mode_with_a_laser_has_no_joint_zero():
    # <bb> = <bbb> = 0 leaves (x - 1)^3 = 0 for x = r E, which needs chi = 0: a dark field
    values = {"gamma": 1.0}
    found = joint_zeros(
        derive(kerr.MODEL, 3),
        [(kerr.a + r * kerr.xi, 2), (kerr.a + r * kerr.xi, 3)],
        (r, "Delta", "chi"),
        values,
        starts=200,
    )
    assert found == []


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: field_conditions(derive(J.MODEL), J.a + r, r), "must vanish with the drive"),
        (lambda: field_conditions(derive(J.MODEL), J.a + r * J.xi, "s"), "symbols of the model"),
        (lambda: joint_zeros(derive(J.MODEL, 3), [("a", 2), ("a", 3)], ("g",), {}), "4 real"),
        (lambda: joint_zeros(derive(J.MODEL), [("a", 2)], (r, "g"), {}), "symbols of the model"),
        (lambda: joint_zeros(derive(J.MODEL), [("a", 2)], ("g", "Delta_a"), {}), "hold a value"),
        (lambda: joint_zeros(J.MODEL, [("a", 2)], ("g", "Delta_a"), {}), "analytic.derive returns"),
        (lambda: field_conditions(J.MODEL, "a", r), "analytic.derive returns"),
        (lambda: weak_pulse(J.MODEL, np.cos, {}, [0, 1]), "analytic.derive returns"),
        (lambda: tone_amplitude(J.MODEL, {}, (1, 0)), "analytic.derive returns"),
    ],
)
def test_bad_input_gets_one_clear_sentence(call, match):
    with pytest.raises((ValueError, TypeError), match=match):
        call()


def test_two_orders_vanish_together_in_a_cavity_with_an_atom():
    # four points, more than which no number of starts has found
    closed, b = derive(J.MODEL, 3), J.a + q * J.s + r * J.xi
    found = joint_zeros(closed, [(b, 2), (b, 3)], (r, q), ATOM)
    assert len(found) >= 4
    for condition in found:
        for order in (2, 3):
            strong, weak = (
                seen(J.MODEL, {**ATOM, "xi": x}, b, condition.values, order) for x in (0.02, 0.01)
            )
            # only jumps are left, of second order in the drive; the next order, some
            # hundred times (xi/kappa)^2, is what rare photons beside many pairs are worth
            assert strong / weak == pytest.approx(4, rel=0.05)


def test_a_double_zero_is_no_joint_zero():
    x = sp.Symbol("x", real=True)
    y = sp.Symbol("y", real=True)
    # (x - 1)^2 = y = 0 touches, (x - 1) (x - 2) = y = 0 crosses
    assert len(Newton([x, y], [sp.expand((x - 1) ** 2 + sp.I * y)], []).solve(50, 1, 1.0)) == 0
    crossing = sp.expand((x - 1) * (x - 2) + sp.I * y)
    assert len(Newton([x, y], [crossing], []).solve(50, 1, 1.0)) == 2


def test_the_conjugate_of_a_complex_unknown_is_followed_as_well():
    z = sp.Symbol("z")
    # |z|^2 = 2 z + i z*: with z = x + i y, real part 2 x + y and imaginary part 2 y + x
    (found,) = Newton([z], [z * sp.conjugate(z) - 2 * z - sp.I * sp.conjugate(z)], [z]).solve(
        50, 1, 1.0
    )
    number = complex(found.values[z])
    assert abs(abs(number) ** 2 - 2 * number - 1j * number.conjugate()) < 1e-14
    assert abs(number) > 1


def test_what_such_a_zero_is_worth_is_asked_of_the_master_equation():
    (first, _) = field_conditions(derive(J.MODEL), J.a + r * J.xi, r, values=ATOM)
    with pytest.raises(ValueError, match=r"numeric\.fields\.correlation"):
        first.at({**ATOM, "xi": 0.01})
    assert np.iscomplexobj(complex(first.values[r]))
