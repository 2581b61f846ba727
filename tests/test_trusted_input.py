"""What a caller hands over is never run and never guessed: text, labels, complex rates."""

import random
import string
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from analytic import derive
from numeric import steady_state
from systems import Loss, Model
from systems.expressions import as_expression
from systems.fields import output_field
from systems.library import kerr, kerr_dimer
from systems.values import read_values

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
D, g, h = sp.symbols("D g h", real=True)
k, F = sp.symbols("k F", positive=True)
free = sp.Symbol("K")
light = D * Dagger(a) * a + F * (a + Dagger(a))


def texts(count):
    """Text that runs, that reads as a number or a symbol, and that is noise."""
    generator = random.Random(1)
    noise = ["".join(generator.choices(string.printable, k=9)) for _ in range(count)]
    return ["E", "1", "gamma", "", "a", b"1", "1/0", *noise]


TAKERS = {
    "rate of a loss": lambda text: Loss(text, a),
    "operator of a loss": lambda text: Loss(k, text),
    "hamiltonian": lambda text: Model("", text, (Loss(k, a),), F),
    "losses": lambda text: Model("", light, (text,), F),
    "drive": lambda text: Model("", light, (Loss(k, a),), text),
    "orders by name": lambda text: Model("", light, (Loss(k, a),), F, orders={text: 2}),
    "an order": lambda text: Model("", light, (Loss(k, a),), F, orders={D: text}),
    "a weight": lambda text: Model("", light, (Loss(k, a),), F, weights={"a": text}),
    "coupling": lambda text: output_field(a, text),
    "drive of a field": lambda text: output_field(a, k, text),
    "value": lambda text: read_values(kerr.MODEL, {**kerr.VALUES, "chi": text}),
    "values": lambda text: read_values(kerr.MODEL, text),
    "fixed symbol": lambda text: derive(kerr_dimer.MODEL, 2).blockade_conditions(
        "a", ("Delta", "U"), at={"J": text}
    ),
    "value at a condition": lambda text: derive(kerr_dimer.MODEL, 2).blockade_conditions(
        "a", ("Delta", "U"), values={"J": text, "gamma": 1.0}
    ),
}


@pytest.mark.parametrize("taker", TAKERS)
def test_text_is_refused_where_an_expression_is_meant_and_never_run(taker, tmp_path):
    mark = tmp_path / "run"
    for text in [f"open({str(mark)!r}, 'w') or 1", *texts(10)]:
        with pytest.raises((TypeError, ValueError), match=r"must"):
            TAKERS[taker](text)
    assert not mark.exists()


@pytest.mark.parametrize("value", [float("nan"), np.nan, sp.nan, sp.zoo, sp.oo, float("-inf")])
def test_an_expression_is_finite(value):
    for take in (lambda x: Loss(x, a), lambda x: Loss(k + x, a), lambda x: output_field(a, x)):
        with pytest.raises(ValueError, match="finite"):
            take(value)


@pytest.mark.parametrize("value", [None, [1.0], {1: 2}, np.ones(2), True, sp.true, D > 1, object()])
def test_what_is_no_expression_is_refused(value):
    with pytest.raises(TypeError, match="must be a number or an expression of symbols"):
        as_expression("rate", value)


@pytest.mark.parametrize("value", [1, 0.5, np.float64(2), np.int64(3), Fraction(1, 3), k, k**2 + 1])
def test_numbers_and_expressions_are_taken(value):
    assert as_expression("rate", value) == sp.sympify(value)
    assert Loss(value, a).rate == sp.sympify(value)


def test_a_rate_is_real_whatever_the_assumptions_of_its_symbols():
    model = Model("", light, (Loss(free, a),), F)
    generator = np.random.default_rng(1)
    for _ in range(10):
        values = {"D": 0.3, "F": 0.1, "K": complex(*generator.uniform(0.1, 2, 2))}
        with pytest.raises(ValueError, match=r"Rate `K` of the loss of `a` must be real"):
            steady_state(model, values)
        batch = np.array([values["K"].real, values["K"]])
        with pytest.raises(ValueError, match="must be real"):
            steady_state(model, {**values, "K": batch})
    assert steady_state(model, {"D": 0.3, "F": 0.1, "K": 1 + 0j}).status == "ok"
    squared = Model("", light, (Loss(free * sp.conjugate(free), a),), F)
    assert steady_state(squared, {"D": 0.3, "F": 0.1, "K": 0.8 - 0.9j}).status == "ok"


def test_a_rate_that_is_no_number_at_its_values_is_refused():
    model = Model("", light, (Loss(k / h, a),), F)
    with pytest.raises(ValueError, match=r"Rate `k/h` .* must be finite"):
        steady_state(model, {"D": 0.3, "F": 0.1, "k": 1.0, "h": np.array([1.0, 0.0])})


@pytest.mark.parametrize(
    ("term", "values"),
    [
        (g * h * Dagger(a) * a, {"g": 1e300, "h": 1e300}),
        (g * h * Dagger(a) ** 2 * a**2, {"g": -1e200, "h": 1e200}),
        (g / h * Dagger(a) * a, {"g": 1.0, "h": 0.0}),
        (g / h**2 * (a + Dagger(a)), {"g": 1.0, "h": 0.0}),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_coefficient_beyond_the_range_of_floats_is_refused_in_words(term, values):
    model = Model("", light + term, (Loss(k, a),), F)
    with pytest.raises(ValueError, match=r"Coefficient `.*` of the Hamiltonian must be finite"):
        steady_state(model, {"D": 0.3, "F": 0.1, "k": 1.0, **values})


class Labelled:
    """An array with named dimensions, as xarray has them."""

    def __init__(self, values, *dims):
        self.values, self.dims, self.coords = np.asarray(values), dims, {}

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype=dtype)


def test_labelled_arrays_are_not_matched_by_position():
    line = np.linspace(0.1, 0.4, 3)
    values = {**kerr.VALUES, "Delta": Labelled(line, "x"), "xi": Labelled(line, "y")}
    with pytest.raises(TypeError, match=r"`Delta` must be .* labelled \(x\)"):
        steady_state(kerr.MODEL, values)
    square = {**kerr.VALUES, "xi": Labelled(np.ones((2, 2)), "x", "y")}
    with pytest.raises(TypeError, match=r"labelled \(x, y\)"):
        steady_state(kerr.MODEL, square)
    number = {**kerr.VALUES, "xi": Labelled(0.1)}
    assert steady_state(kerr.MODEL, number).status == "ok"


def test_a_misspelt_label_of_a_loss_is_named():
    for loss, name in ((BosonOp("A"), "A"), (SigmaMinus("q"), "q"), (b * BosonOp("c"), "b")):
        with pytest.raises(ValueError, match=rf"mode `{name}` does not occur in .* modes are a\."):
            Model("", light, (Loss(k, a), Loss(k, loss)), F)


def test_a_mode_that_losses_tie_to_the_hamiltonian_is_none_of_them():
    chain = (Loss(k, a + b), Loss(k, b + BosonOp("c")), Loss(k, BosonOp("c")))
    for losses in (chain, chain[::-1]):
        assert [str(mode) for mode in Model("", light, losses, F).modes] == ["a", "b", "c"]


def test_messages_say_of_which_atom_a_loss_is():
    driven = F * (s + SigmaPlus("s"))
    model = Model("", driven, (Loss(k, s), Loss(free, SigmaPlus("s") * s)), F)
    with pytest.raises(ValueError, match=r"loss of `SigmaPlus\(s\)\*SigmaMinus\(s\)` must"):
        steady_state(model, {"F": 0.1, "k": 1.0, "K": -1.0})
    with pytest.raises(ValueError, match=r"`SigmaPlus\(t\)\*SigmaMinus\(t\)`: mode `t` does not"):
        Model("", driven, (Loss(k, SigmaPlus("t") * SigmaMinus("t")),), F)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": None}, "Argument `name` must be a text, but is None."),
        ({"losses": 1.5}, "Argument `losses` must be a tuple of Loss objects, but is 1.5."),
        ({"losses": "a"}, "Argument `losses` must be a tuple of Loss objects, but is 'a'."),
        ({"losses": None}, "Argument `losses` must be a tuple of Loss objects, but is None."),
        ({"orders": [F]}, "Argument `orders` must be a dict, but is [F]."),
        ({"weights": "a"}, "Argument `weights` must be a dict, but is 'a'."),
        ({"hamiltonian": sp.oo * a}, "Argument `hamiltonian` must be finite, but is oo*a."),
        ({"hamiltonian": np.zeros((2, 2))}, "but is array([[0., 0.], [0., 0.]])."),
    ],
)
def test_what_is_no_part_of_a_model_is_refused_in_one_line(changed, message):
    right = {"name": "m", "hamiltonian": light, "losses": (Loss(k, a),), "drive": F}
    with pytest.raises((TypeError, ValueError)) as refusal:
        Model(**right | changed)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("mode", "term"),
    [
        (BosonOp("a"), "Dagger(a)*a"),
        (BosonOp("2"), 'Dagger(BosonOp("2"))*BosonOp("2")'),
        (BosonOp(2), 'Dagger(BosonOp("2"))*BosonOp("2")'),
        (SigmaMinus("s"), "SigmaPlus(s)*SigmaMinus(s)"),
    ],
)
def test_a_refusal_names_the_term_as_it_was_written(mode, term):
    z = sp.Symbol("z")  # complex: no energy
    with pytest.raises(ValueError, match="must be Hermitian") as refusal:
        Model("m", z * Dagger(mode) * mode + F * (mode + Dagger(mode)), (Loss(k, mode),), F)
    assert f"`{term}`" in str(refusal.value)


def test_a_mode_named_by_a_number_is_a_mode():
    two = BosonOp(2)
    model = Model("m", Dagger(two) * two + F * (two + Dagger(two)), (Loss(k, two),), F)
    assert model.ladder == {((1,), (1,)): 1, ((1,), (0,)): F, ((0,), (1,)): F}
