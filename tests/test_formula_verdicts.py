"""What a verdict on a formula says: fixed symbols, leading orders, choices, refusals."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from analytic import derive
from compare.cli import main
from compare.formula import check_formula
from systems import Loss, Model
from systems.library import kerr, nanotip

KERR_G2 = "(Delta**2 + gamma**2/4)/((Delta + chi)**2 + gamma**2/4)"
RESONANT = "1/(1 + 4*chi**2/gamma**2)"  # the same at Delta = 0


def verdict(text, quantity="g2", definitions=(), model=kerr.MODEL, **more):
    return check_formula(model, text, quantity, definitions, **more)


@pytest.mark.parametrize(
    "definition",
    [["Delta=0"], [r"\Delta = 0"], ["Δ = 0"], {"Delta": 0}, {kerr.Delta: sp.S.Zero}],
)
def test_a_definition_that_fixes_a_symbol_fixes_it_in_both_formulas(definition):
    found = verdict(RESONANT, definitions=definition)
    assert (found.verdict, found.proved) == ("identical", True)
    wrong = verdict(RESONANT.replace("4", "5"), definitions=definition)
    assert wrong.verdict == "different"
    assert "Delta" not in wrong.point


def test_symbols_are_fixed_one_after_the_other_and_through_letters_of_the_paper():
    # at Delta = -chi/2 both detunings are equal in size: g2 = 1
    assert verdict("1", definitions=["Delta = -chi/2"]).verdict == "identical"
    assert verdict("2", definitions=["Delta = -chi", "chi = gamma/2"]).verdict == "identical"
    unit = verdict("1/(1 + U**2)", "g2", ["Delta = 0", "gamma = 1"], conventions=["U = 2*chi"])
    assert unit.verdict == "identical"
    fixed = verdict("1/2", "g2", ["Delta = 0", "gamma = 1", "U = 1"], conventions=["U = 2*chi"])
    assert fixed.verdict == "identical"
    assert verdict(RESONANT.replace("gamma", "1"), conventions={"gamma": 1, "Delta": 0})


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(st.fractions(-9, 9, max_denominator=9), st.sampled_from(["Delta", "chi", "gamma"]))
def test_a_closed_form_at_fixed_values_is_itself(value, name):
    symbol = {str(s): s for s in kerr.MODEL.parameters}[name]
    if symbol.is_positive and value <= 0:
        with pytest.raises(ValueError, match="`gamma` must be positive, but is defined as"):
            verdict(KERR_G2, definitions={name: value})
        return
    derived = derive(kerr.MODEL).correlation("a").xreplace({symbol: sp.Rational(value)})
    assert verdict(str(derived), definitions={name: value}).verdict == "identical"
    assert verdict(KERR_G2, definitions={name: value}).verdict == "identical"
    assert verdict(f"{derived} + 1/7", definitions={name: value}).verdict == "different"


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        (["Delta = 0", "Delta = 1"], "`Delta` must be defined once, but .* `0` and as `1`"),
        (["D = chi", "D = 2*chi"], "`D` must be defined once"),
        (["Delta = -chi", "chi = Delta"], "leads back to `chi`"),
        (["D = 2*Delta", "Delta = D"], "leads back to `Delta`"),
        (["gamma = -1"], "`gamma` must be positive, but is defined as `-1`"),
        (["Delta = i*gamma"], "`Delta` must be real"),
        (["Delta + chi = 0"], "must look like NAME=FORMULA"),
        (["D = 1/Delta", "Delta = 0"], "must not divide by zero"),
        ({"Delta": float("nan")}, "must be finite"),
        (["chi = Delta**60", "Delta = gamma**60"], "degree of at most 100"),
    ],
)
def test_definitions_that_cannot_be_are_refused(definitions, message):
    with pytest.raises(ValueError, match=message):
        verdict("chi*D" if "D = 1/Delta" in definitions else KERR_G2, definitions=definitions)


@pytest.mark.parametrize("definition", [None, True, [1], object()])
def test_a_definition_that_is_no_text_and_no_number_is_refused(definition):
    with pytest.raises(TypeError, match="must be a text or a number"):
        verdict(KERR_G2, definitions={"Delta": definition})


def test_a_letter_that_holds_its_own_name_is_the_papers():
    amplitude_rate = KERR_G2.replace("gamma**2/4", "gamma**2")
    assert verdict(amplitude_rate, definitions=["gamma = gamma/2"]).verdict == "identical"


def test_a_number_that_no_formula_uses_is_named():
    found = verdict(RESONANT, definitions=["Detla = 0"])
    assert found.idle == ("Detla",)
    assert "defined, but used nowhere: Detla" in str(found)


def test_no_convention_is_found_in_letters_that_a_definition_ties():
    # at chi = 2 Delta the sign of Delta is that of chi, and turns nothing
    assert verdict(KERR_G2.replace("+ chi", "- chi"), definitions=["chi = 2*Delta"]).verdict == (
        "different"
    )


s = SigmaMinus("s")
Delta, gamma, xi = kerr.Delta, kerr.gamma, kerr.xi
TWO_LEVEL = Model(
    "two-level atom",
    Delta * SigmaPlus("s") * s + xi * (SigmaPlus("s") + s),
    (Loss(gamma, s),),
    xi,
)


def test_saturation_is_right_at_leading_order_and_its_next_order_is_named():
    # excited population of the optical Bloch equations
    exact = "4*xi**2/(gamma**2 + 4*Delta**2 + 8*xi**2)"
    found = verdict(exact, "number", model=TWO_LEVEL)
    assert (found.verdict, found.proved) == ("identical at leading order", True)
    # geometric series in 8 xi^2/(gamma^2 + 4 Delta^2)
    assert sp.simplify(found.beyond + 32 * xi**4 / (gamma**2 + 4 * Delta**2) ** 2) == 0
    assert "identical at leading order; beyond it the printed form has" in str(found)
    assert verdict(exact.replace("4*D", "3*D"), "number", model=TWO_LEVEL).verdict == "different"


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 3), st.fractions(-5, 5, max_denominator=7))
def test_any_next_order_is_what_differs_beyond(power, factor):
    found = verdict(f"{KERR_G2} + ({factor})*(xi/gamma)**{power}")
    if factor:
        assert found.verdict == "identical at leading order"
        assert sp.simplify(found.beyond - sp.Rational(factor) * (xi / gamma) ** power) == 0
    else:
        assert found.verdict == "identical"


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("-xi/(Delta - I*gamma/2)/sqrt(1 + xi**2/(Delta**2 + gamma**2/4))", "C1"),
        ("1 - exp(-xi**2/(Delta**2 + gamma**2/4))", "number"),
        ("|xi/(Delta - I*gamma/2 + I*xi**2)|**2", "number"),
        (f"{KERR_G2}*(1 + sqrt(xi))", "g2"),
    ],
)
def test_a_leading_order_is_found_in_any_function_of_the_drive(text, quantity):
    found = verdict(text, quantity)
    assert found.verdict == "identical at leading order"
    assert found.beyond is not None


def test_a_leading_order_may_need_a_convention_too():
    found = verdict("xi**2/(gamma**2 + Delta**2 + 2*xi**2)", "number")
    assert found.verdict == "identical at leading order"
    assert "gamma is gamma/2 of the model" in found.conventions[0]


def test_the_leading_coefficient_is_exact():
    assert verdict(f"(1 + 1e-12)*{KERR_G2} + xi**2").verdict == "different"


def test_a_turned_sign_of_chi_is_named_as_a_choice_of_the_paper():
    found = verdict(KERR_G2.replace("+ chi", "- chi"))
    assert found.verdict == "equal up to a convention"
    assert found.otherwise == "the sign of chi is turned"
    assert "a choice which the paper has to state" in str(found)
    # shown wrong for those who read Delta as the model does
    at = {kerr.MODEL.parameters[i]: found.point[n] for i, n in enumerate(("Delta", "chi", "gamma"))}
    assert complex(found.derived.subs(at)) == pytest.approx(found.derived_value, rel=1e-12)
    assert found.printed_value != found.derived_value


def test_other_conventions_are_choices_without_such_a_mistake():
    found = verdict(KERR_G2.replace("gamma**2/4", "gamma**2"))
    assert found.otherwise == ""
    assert "a choice which the paper has to state" in str(found)


n = sp.Symbol("n", positive=True)


@pytest.mark.parametrize("operator", [Dagger(kerr.a), Dagger(kerr.a) * kerr.a])
def test_where_no_closed_form_exists_nothing_is_judged(operator):
    model = Model("warm", kerr.MODEL.hamiltonian, (*kerr.MODEL.losses, Loss(n, operator)), xi)
    found = verdict(KERR_G2, model=model)
    assert found.verdict == "cannot judge"
    assert "must lower the number of quanta" in found.reason
    assert str(found).startswith("g2: cannot judge, since there is no closed form")


def test_a_mode_that_only_jumps_fill_is_not_judged():
    b = BosonOp("b")
    fed = Model("fed", kerr.MODEL.hamiltonian + Dagger(b) * b, (*kerr.MODEL.losses, Loss(n, b)), xi)
    assert verdict("1", "g2_b", model=fed).verdict == "cannot judge"


def test_the_command_fixes_symbols_and_tells_what_is_not_judged(capsys):
    for words, code, sentence in (
        (["--formula", RESONANT, "--where", "Delta=0"], 0, "identical"),
        (["--formula", f"{KERR_G2} + xi**2"], 1, "identical at leading order"),
        (["--formula", "1", "--quantity", "P10"], 2, "`P_10` is 10 quanta"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["check", "kerr", *words])
        out, error = capsys.readouterr()
        assert (ended.value.code or 0, sentence in out + error) == (code, True)


def test_the_papers_own_abbreviations_may_be_given_again():
    text = "4*xi**2*Abs(Delta_1/eta_1)**2"
    letters = {"Delta_1": "2*Delta - I*gamma", "eta_1": "4*Abs(J)**2 - Delta_1**2", "J": 0}
    assert verdict(text, "P10", letters, nanotip.MODEL).verdict == "identical"
