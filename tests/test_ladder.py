"""Normal ordering is an algebra homomorphism: checked against matrices of a large Fock space."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.physics.quantum import AntiCommutator, Commutator, Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus, SigmaX, SigmaY, SigmaZ

from systems.ladder import adjoint, find_modes, normal_order

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
MODES = find_modes([a * b * s])
LEVELS = 12  # products of up to five factors act exactly on states below 12 - 5 quanta
EXACT = 6


def lowering(mode):
    """Lowering operator of one mode as a matrix of the product space, modes a, b, s."""
    sizes = [LEVELS if m != s else 2 for m in MODES]
    parts = [
        np.diag(np.sqrt(np.arange(1, n)), 1) if m == mode else np.eye(n)
        for m, n in zip(MODES, sizes, strict=True)
    ]
    return np.kron(np.kron(*parts[:2]), parts[2])


def low_states():
    """Indices of product states with few quanta, on which truncation is not felt."""
    n_a, n_b, _ = np.unravel_index(np.arange(LEVELS * LEVELS * 2), (LEVELS, LEVELS, 2))
    return np.flatnonzero((n_a < EXACT) & (n_b < EXACT))


def matrix_of_word(word):
    p, q = word
    result = np.eye(LEVELS * LEVELS * 2)
    for mode, power in zip(MODES, q, strict=True):
        result = np.linalg.matrix_power(lowering(mode), power) @ result
    for mode, power in zip(MODES, p, strict=True):
        result = np.linalg.matrix_power(lowering(mode).T, power) @ result
    return result


LETTERS = [a, Dagger(a), b, Dagger(b), s, SigmaPlus("s"), SigmaX("s"), SigmaZ("s")]
MATRICES = {
    a: lowering(a),
    Dagger(a): lowering(a).T,
    b: lowering(b),
    Dagger(b): lowering(b).T,
    s: lowering(s),
    SigmaPlus("s"): lowering(s).T,
    SigmaX("s"): lowering(s) + lowering(s).T,
    SigmaZ("s"): lowering(s).T @ lowering(s) - lowering(s) @ lowering(s).T,
}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5))
def test_normal_ordering_keeps_the_operator(letters):
    ordered = normal_order(sp.Mul(*letters), MODES)
    exact = np.linalg.multi_dot([MATRICES[x] for x in letters] + [np.eye(LEVELS * LEVELS * 2)])
    rebuilt = sum(float(c) * matrix_of_word(word) for word, c in ordered.items())
    low = low_states()
    # integers times roots of integers below 12!: round-off only
    np.testing.assert_allclose((rebuilt + 0 * exact)[:, low], exact[:, low], atol=1e-9)


def test_commutator_of_a_boson_is_one():
    assert normal_order(a * Dagger(a) - Dagger(a) * a, [a]) == {((0,), (0,)): 1}


def test_commutators_and_powers_with_a_decimal_point_are_read():
    assert normal_order(Commutator(a, Dagger(a)), [a]) == {((0,), (0,)): 1}
    number = normal_order(AntiCommutator(a, Dagger(a)), [a])
    assert number == {((1,), (1,)): 2, ((0,), (0,)): 1}
    assert normal_order(a**2.0, [a]) == {((0,), (2,)): 1}


def test_powers_of_sums_and_nested_adjoints_are_read():
    z = sp.Symbol("z", complex=True)
    square = normal_order(Dagger((z * a + b) ** 2), [a, b])
    expected = {
        ((2, 0), (0, 0)): sp.conjugate(z) ** 2,
        ((1, 1), (0, 0)): 2 * sp.conjugate(z),
        ((0, 2), (0, 0)): 1,
    }
    assert square == expected
    assert square == {
        word: sp.expand(c) for word, c in adjoint(normal_order((z * a + b) ** 2, [a, b])).items()
    }


def test_pauli_operators_obey_their_algebra():
    x, y, z = SigmaX("s"), SigmaY("s"), SigmaZ("s")
    assert normal_order(x * y - sp.I * z, [s]) == {}
    assert normal_order(x * x - 1, [s]) == {}
    assert normal_order(s * s, [s]) == {}


def test_modes_are_sorted_by_number_not_by_letter():
    labels = [f"a{n}" for n in (1, 2, 10)]
    assert [str(m.name) for m in find_modes([sum(BosonOp(x) for x in labels)])] == labels


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sp.exp(a), "must be a polynomial"),
        (sp.Symbol("x", commutative=False) * a, "must commute"),
        (a**-1, "must be a polynomial"),
        (a**0.5, "must be a polynomial"),
        (a**10000, "must be a polynomial"),
    ],
)
def test_what_is_no_polynomial_is_refused_by_name(expression, message):
    with pytest.raises(TypeError, match=message):
        normal_order(expression, [a])


def test_one_label_cannot_name_a_boson_and_a_two_level_system():
    with pytest.raises(ValueError, match="both a boson and a two-level system"):
        find_modes([BosonOp("s") + SigmaMinus("s")])


@pytest.mark.parametrize("operator", [SigmaMinus(), SigmaX()])
def test_a_two_level_system_without_a_label_is_refused(operator):
    with pytest.raises(ValueError, match=r"must have a label, as in Sigma(Minus|X)\(\"s\"\)"):
        find_modes([operator])
