"""Names of quantities."""

import pytest
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaX

from compare.quantities import driven_mode, read_quantities, read_quantity
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, nanotip, second_harmonic

CW, CCW = nanotip.MODEL.modes


@pytest.mark.parametrize(
    ("name", "method", "arguments"),
    [
        ("number", "number", (CW,)),
        ("number_a2", "number", (CCW,)),
        ("g2", "correlation", (CW, 2)),
        ("g10_a2", "correlation", (CCW, 10)),
        ("g2_a1_a2", "cross_correlation", (CW, CCW)),
        ("g2_a2_a1", "cross_correlation", (CCW, CW)),
        ("P10", "probability", ((1, 0),)),
        ("P0010", "probability", ((0, 10),)),
        ("P_0_10", "probability", ((0, 10),)),
        ("P_10", "probability", ((1, 0),)),
    ],
)
def test_name_stands_for_a_method_that_both_roads_have(
    name: str, method: str, arguments: tuple[object, ...]
) -> None:
    quantity = read_quantity(nanotip.MODEL, name)
    assert (quantity.method, quantity.arguments) == (method, arguments)


@pytest.mark.parametrize("name", ["g1", "g0", "g", "G2", "number_", "n", "", "P", "P1x"])
def test_unknown_name_is_answered_with_the_names_that_exist(name: str) -> None:
    with pytest.raises(ValueError, match=r"there are number, g2, g3, .*number_a2, g2_a2.*P10"):
        read_quantity(nanotip.MODEL, name)


@pytest.mark.parametrize("name", ["g11", "g99_a2", "g1000000000", "P9999"])
def test_quantity_of_more_amplitudes_than_can_be_derived_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"Quantity `{name}` must rest on at most 70 amplitudes"):
        read_quantity(nanotip.MODEL, name)


def test_amplitudes_are_counted_in_the_weights_of_the_modes() -> None:
    # up to N quanta a, and b of two quanta: sum of floor(n/2) + 1 = 64 for N = 14, 72 for N = 15
    assert read_quantity(second_harmonic.MODEL, "g14_a").quanta(second_harmonic.MODEL) == 14
    with pytest.raises(ValueError, match="the largest order of the mode a is g14"):
        read_quantity(second_harmonic.MODEL, "g15_a")


@pytest.mark.parametrize("name", ["P1", "P100", "P00001"])
def test_occupation_needs_one_or_two_digits_for_each_mode(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"one digit \(or two digits\) for each of the modes a1, a2"
    ):
        read_quantity(nanotip.MODEL, name)


def test_unknown_mode_is_answered_with_the_modes_that_exist() -> None:
    with pytest.raises(ValueError, match="one of the modes a1, a2, but names `b`"):
        read_quantity(nanotip.MODEL, "g2_b")


def test_names_come_as_a_list_or_with_commas_and_count_once() -> None:
    listed = read_quantities(nanotip.MODEL, ["number", "g2"])
    assert read_quantities(nanotip.MODEL, "number, g2,number") == listed


def test_without_a_label_the_mode_is_the_one_that_is_driven() -> None:
    g, gamma, xi = symbols("g gamma xi", real=True)
    atom, cavity = BosonOp("atom"), BosonOp("cavity")
    model = Model(
        name="driven second mode",
        hamiltonian=g * (Dagger(atom) * cavity + Dagger(cavity) * atom)
        + xi * (Dagger(cavity) + cavity),
        losses=(Loss(gamma, cavity), Loss(gamma, atom)),
        drive=xi,
    )
    assert model.modes[0] == atom
    assert driven_mode(model) == cavity


def test_a_driven_atom_is_judged_by_the_light_of_its_cavity() -> None:
    assert driven_mode(jaynes_cummings.ATOM_DRIVEN) == BosonOp("a")
    x = symbols("x", real=True)
    atom = Model("atom", SigmaX("s") * x, [Loss(1, SigmaMinus("s"))], x)
    assert driven_mode(atom) == SigmaMinus("s")


def with_labels(*labels: str) -> Model:
    x = symbols("x", real=True)
    modes = [BosonOp(name) for name in labels]
    energy = sum(Dagger(m) * m + x * (Dagger(m) + m) for m in modes)
    return Model("labels", energy, [Loss(1, m) for m in modes], x)


def test_labels_with_underscores_are_read_as_long_as_they_have_one_meaning() -> None:
    model = with_labels("a", "a_b", "b")
    assert read_quantity(model, "g2_a_b").method == "correlation"
    assert read_quantity(model, "g2_a_a_b").arguments == (BosonOp("a"), BosonOp("a_b"))
    with pytest.raises(ValueError, match="may mean a and b_c or a_b and c"):
        read_quantity(with_labels("a", "a_b", "b_c", "c"), "g2_a_b_c")


@pytest.mark.parametrize("name", ["g3_a1_a2", "number_a1_a2", "g2_a1_a2_a1", "g2_a1_"])
def test_only_g2_is_between_two_modes(name: str) -> None:
    with pytest.raises(ValueError, match="must name one of the modes a1, a2"):
        read_quantity(nanotip.MODEL, name)


@pytest.mark.parametrize("digits", ["10", "20", "01", "11"])
def test_two_digits_of_a_single_mode_are_asked_about(digits: str) -> None:
    with pytest.raises(ValueError, match=rf"`P_{int(digits)}` is {int(digits)} quanta of the mode"):
        read_quantity(kerr.MODEL, f"P{digits}")
    assert read_quantity(kerr.MODEL, f"P_{digits}").occupation == (int(digits),)
    assert read_quantity(kerr.MODEL, "P1").occupation == (1,)


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="must be a text"):
        read_quantity(kerr.MODEL, 2)
