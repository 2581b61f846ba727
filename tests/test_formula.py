"""Printed formulas against derived ones: what is right is proved, what is wrong is caught."""

import re
import signal

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic import derive
from compare.cli import main
from compare.formula import check_formula
from compare.formula.notation import read_formula
from systems import Loss, Model
from systems.library import SYSTEMS, jaynes_cummings, kerr, nanotip

# Tang et al., Eqs. (5) to (7), as typeset there
TANG = {
    "C20": r"C_{20} = \frac{2\sqrt{2}\xi^2(\Delta_1\Delta_2 + 4|J|^2\chi/\Delta_2)}{\eta_1\eta_2}",
    "P10": r"P_{10} = 4\xi^2\left|\frac{\Delta_1}{\eta_1}\right|^2",
    "P01": r"P_{01} = 16\xi^2\left|\frac{J}{\eta_1}\right|^2",
    "g2": r"g_{\text{cw}}^{(2)}(0) \simeq \frac{2P_{20}}{P_{10}^2} = \left| \frac{\eta_1"
    r" (\Delta_1 \Delta_2 + 4|J|^2 \chi / \Delta_2)}{\Delta_1^2 \eta_2} \right|^2.",
}
LETTERS = [
    r"\Delta_1 = 2\Delta - i\gamma",
    r"\Delta_2 = \Delta_1 + 2\chi",
    r"\eta_1 = 4|J|^2 - \Delta_1^2",
    r"\eta_2 = 4|J|^2 - \Delta_2^2",
]
TIME = "time dependence exp(+i omega t): i stands for -i"
KERR_G2 = "(Delta**2 + gamma**2/4)/((Delta + chi)**2 + gamma**2/4)"


def verdict(text, quantity="g2", model=kerr.MODEL, **more):
    return check_formula(model, text, quantity, **more)


@pytest.mark.parametrize("quantity", TANG)
def test_the_papers_equations_5_to_7_are_identical_to_the_derived_forms(quantity):
    found = check_formula(nanotip.MODEL, TANG[quantity], quantity, LETTERS)
    assert (found.verdict, found.proved) == ("identical", True)


def flips(texts):
    """Every way to flip one sign in one of the texts."""
    for i, text in enumerate(texts):
        for match in re.finditer(r"[-+]", text):
            sign = "+" if match[0] == "-" else "-"
            yield [*texts[:i], text[: match.start()] + sign + text[match.end() :], *texts[i + 1 :]]


@pytest.mark.slow
@pytest.mark.parametrize("quantity", TANG)
def test_any_flipped_sign_in_them_is_caught(quantity):
    values = (0.3, 0.4 + 0.5j, 0.7, 1.1, 0.2)
    point = dict(zip(nanotip.MODEL.parameters, values, strict=True))
    for formula, *letters in flips([TANG[quantity].split("=")[-1], *LETTERS]):
        found = check_formula(nanotip.MODEL, formula, quantity, letters)
        printed, derived = (complex(f.subs(point)) for f in (found.printed, found.derived))
        # a modulus hides some flips, such as gamma -> -gamma, and some letters are not used
        same = np.isclose(printed, derived, rtol=1e-9, atol=0)
        # i for -i is a convention, and the only one that flips a sign here
        turned = quantity == "C20" and "+ i" in letters[0]
        expected = "identical" if same else "equal up to a convention" if turned else "different"
        assert found.verdict == expected
        assert found.conventions == (TIME,) * turned


def test_the_sign_of_the_interference_term_decides():
    wrong = TANG["g2"].replace(r"\Delta_2 + 4|J|^2", r"\Delta_2 - 4|J|^2")
    found = check_formula(nanotip.MODEL, wrong, "g2", LETTERS)
    assert found.verdict == "different"
    assert found.point == {"Delta": 0, "J": 1, "chi": 1, "gamma": 1}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(Delta**2 + gamma**2)/((Delta + chi)**2 + gamma**2)", "gamma is gamma/2 of the model"),
        ("(Delta**2 + gamma**2/4)/((Delta + chi/2)**2 + gamma**2/4)", "chi is 2*chi of the model"),
        ("(Delta**2 + gamma**2/4)/((Delta + 2*chi)**2 + gamma**2/4)", "chi is chi/2 of the model"),
        ("(Delta**2 + gamma**2/4)/((Delta - chi)**2 + gamma**2/4)", "Delta is -Delta of the model"),
    ],
)
def test_a_difference_of_convention_is_named(text, sentence):
    found = verdict(text)
    assert found.verdict == "equal up to a convention"
    assert found.proved
    assert sentence in found.conventions[0]
    assert sentence in str(found)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (r"\frac{i\xi}{\Delta - i\gamma/2}", "phase: the derived form is I times"),
        (r"\frac{\xi}{\Delta - i\gamma/2}", "xi is -xi of the model"),
        (r"-\frac{\xi}{\Delta + i\gamma/2}", "time dependence"),
        (r"-\frac{\xi}{\Delta - i\gamma}", "gamma is gamma/2"),
        (r"\frac{-\xi/2}{\Delta - i\gamma/2}", "xi is 2*xi of the model"),
    ],
)
def test_amplitudes_may_differ_in_phase_and_drive(text, sentence):
    found = verdict(text, "C1")
    assert sentence in found.conventions[0]


@pytest.mark.parametrize(
    ("text", "quantity", "multiple"),
    [
        (f"2*{KERR_G2}", "g2", 2),
        (f"-{KERR_G2}", "g2", -1),
        (f"I*{KERR_G2}", "g2", sp.I),
        ("(4*Delta**2 + gamma**2)/((Delta + chi)**2 + gamma**2/4)", "g2", 4),
        (f"sqrt(3)*{KERR_G2}/7", "g2", sp.sqrt(3) / 7),
        ("xi**2/(2*(Delta**2 + gamma**2/4))", "number", sp.Rational(1, 2)),
        ("2*xi**2/(Delta**2 + gamma**2/4)", "P1", 2),
    ],
)
def test_what_is_measured_has_no_free_factor(text, quantity, multiple):
    found = verdict(text, quantity)
    assert (found.verdict, found.multiple) == ("different", multiple)
    assert found.printed_value == pytest.approx(complex(multiple) * found.derived_value, rel=1e-15)
    assert f"the printed form is {multiple} times the derived one everywhere" in str(found)


def test_correlations_between_modes_have_no_free_factor_either():
    derived = derive(nanotip.MODEL, 2).cross_correlation("a1", "a2")
    assert verdict(f"2*({derived})", "g2_a1_a2", nanotip.MODEL).multiple == 2


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.fractions(max_denominator=99), st.sampled_from(["1", "I", "sqrt(2)", "pi"]))
def test_no_multiple_of_g2_but_one_is_g2(ratio, unit):
    if (ratio, unit) != (1, "1"):
        found = verdict(f"({ratio})*{unit}*{KERR_G2}")
        assert found.verdict == "different"
        assert found.printed_value != found.derived_value


C2 = "sqrt(2)*xi**2/(2*(Delta - I*gamma/2)*(Delta + chi - I*gamma/2))"


@pytest.mark.parametrize(
    ("factor", "conventions"),
    [
        ("sqrt(2)", ["normalisation: the derived form is sqrt(2)/2 times"]),
        ("1/sqrt(2)", ["normalisation: the derived form is sqrt(2) times"]),
        ("-I", ["phase: the derived form is I times"]),
        ("-sqrt(2)", ["normalisation", "phase: the derived form is -1 times"]),
        ("4", ["xi is xi/2 of the model"]),
    ],
)
def test_an_amplitude_has_the_phase_and_the_norm_of_its_ket(factor, conventions):
    found = verdict(f"{factor}*{C2}", "C2")
    assert (found.verdict, found.proved) == ("equal up to a convention", True)
    assert len(found.conventions) == len(conventions)
    assert all(c in said for c, said in zip(conventions, found.conventions, strict=True))


@pytest.mark.parametrize("factor", ["2", "1/2", "sqrt(3)", "(1 + 1e-12)", "exp(gamma)"])
def test_an_amplitude_has_no_other_factor(factor):
    assert verdict(f"{factor}*{C2}", "C2").verdict == "different"


@pytest.mark.parametrize(
    "wrong",
    [
        KERR_G2.replace("+ chi", "+ Abs(chi)"),
        KERR_G2.replace("+ chi", "+ sqrt(chi**2)"),
        KERR_G2.replace("(Delta +", "(abs(Delta) +"),
    ],
)
def test_a_modulus_in_place_of_a_real_symbol_is_shown_wrong_at_a_negative_value(wrong):
    found = verdict(wrong)
    assert found.verdict == "different"
    assert min(value.real for value in found.point.values()) < 0


def test_a_modulus_in_place_of_a_coupling_is_shown_wrong_too():
    g = jaynes_cummings.g
    right = str(derive(jaynes_cummings.MODEL, 1).amplitude((0, 1)))
    assert verdict(right, "C01", jaynes_cummings.MODEL).verdict == "identical"
    found = verdict(f"({right})*Abs({g})/{g}", "C01", jaynes_cummings.MODEL)
    assert found.verdict == "different"
    assert found.point["g"].real < 0


def test_a_modulus_of_what_is_positive_is_no_error():
    assert verdict(KERR_G2.replace("+ gamma**2/4", "+ gamma*abs(gamma)/4")).verdict == "identical"


@pytest.mark.parametrize("change", ["+ 1e-12*Delta", "*(1 + 1e-10*chi**2)", "+ 1e-25*chi**2"])
def test_a_small_term_is_no_round_off(change):
    found = verdict(KERR_G2 + change)
    assert found.verdict == "different"
    # the values at small whole numbers differ by a few times the coefficient
    assert found.deviation == pytest.approx(float(re.search(r"1e-\d+", change)[0]), rel=10)


def test_decimals_are_exact():
    found = verdict(KERR_G2.replace("gamma**2/4", "0.25*gamma**2"))
    assert (found.verdict, found.proved) == ("identical", True)


def test_a_model_with_decimals_of_its_own_is_compared_to_their_digits():
    hamiltonian = kerr.MODEL.hamiltonian.subs(kerr.chi, 0.1 * kerr.chi)
    model = Model("decimal", hamiltonian, kerr.MODEL.losses, kerr.xi)
    assert verdict(KERR_G2.replace("chi", "chi/10"), model=model).verdict == "identical"


@pytest.mark.parametrize("occupation", [(0, 1), (1, 1), (0, 2)])
def test_the_conjugate_of_a_coupling_is_one_convention(occupation):
    form = derive(nanotip.MODEL, 2).amplitude(occupation)
    printed = str(form.xreplace({nanotip.J: sp.conjugate(nanotip.J)}))
    found = verdict(printed, "C{}{}".format(*occupation), nanotip.MODEL)
    assert found.proved
    assert found.conventions == (
        "the paper's J is conj(J) of the model (phase reference of the coupling)",
    )


def test_a_stated_convention_makes_the_formula_identical():
    amplitude_rate = "(Delta**2 + gamma**2)/((Delta + U/2)**2 + gamma**2)"
    found = verdict(amplitude_rate, conventions={"gamma": "gamma/2", "U": "2*chi"})
    assert (found.verdict, found.conventions) == ("identical", ())


def test_a_wrong_formula_is_shown_wrong_at_the_simplest_point():
    found = verdict("(Delta**2 + gamma**2/4)/((Delta + chi)**2 + gamma**2)")
    assert found.verdict == "different"
    # by hand: (1/4)/1 against (1/4)/(1/4)
    assert found.point == {"Delta": 0, "chi": 0, "gamma": 1}
    assert (found.printed_value, found.derived_value) == (0.25, 1)
    assert "printed 0.25, derived 1" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_published_forms_of_the_library_pass_as_text(name):
    entry = SYSTEMS[name]
    for quantity, form in entry.published.items():
        for text in (str(form), sp.latex(form)):
            found = check_formula(entry.model, text, quantity, entry.abbreviations)
            assert found.verdict == "identical", text


def test_names_of_sympys_built_ins_are_the_models():
    names = ["E", "I", "S", "N", "Q", "gamma", "beta", "lambda", "zeta"]
    known = {name: sp.Symbol(name, real=True) for name in names}
    for name in names:
        latex = name if len(name) == 1 else f"\\{name}"
        assert read_formula(f"2*{name}", known) == 2 * known[name]
        assert read_formula(f"2{latex}", known, latex=True) == 2 * known[name]


def test_a_model_with_such_names_is_checked():
    a = kerr.a
    E, S, N = (sp.Symbol(n, real=True) for n in "ESN")
    rate = sp.Symbol("Q", positive=True)
    hamiltonian = kerr.MODEL.hamiltonian.subs({kerr.Delta: E, kerr.chi: S, kerr.xi: N})
    model = Model("names", hamiltonian, (Loss(rate, a),), N)
    found = check_formula(model, r"\frac{E^2 + Q^2/4}{(E+S)^2 + Q^2/4}", "g2")
    assert found.verdict == "identical"


x, y, z = (sp.Symbol(n, real=True) for n in "xyz")
J = sp.Symbol("J", complex=True)
NAMES = {"x": x, "y": y, "z": z, "J": J, "x_1": sp.Symbol("x_1"), "x_ab": sp.Symbol("x_ab")}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (r"x y^2 z", x * y**2 * z),
        (r"\frac12 x", x / 2),
        (r"\frac{x}{y}z", x * z / y),
        (r"x^{-2}", x**-2),
        (r"-x^2", -(x**2)),
        (r"x^12", 2 * x),
        (r"x\cdot y \times z", x * y * z),
        (r"\left[ x + \left( y - z \right) \right] x", (x + y - z) * x),
        (r"\sqrt[3]{x} \sqrt{y}", x ** sp.Rational(1, 3) * sp.sqrt(y)),
        (r"|J|^2 |x|", sp.Abs(J) ** 2 * sp.Abs(x)),
        (r"\left|x|J|\right|^2", sp.Abs(x * sp.Abs(J)) ** 2),
        (r"J^* J + J^{\ast} + \bar{J} + \overline{J}", sp.conjugate(J) * (J + 3)),
        (r"\mathrm{Re}(J) + i\,\mathrm{Im}(J)", sp.re(J) + sp.I * sp.im(J)),
        (r"x_1 + x_{1} + x_{\mathrm{ab}} + x_{ab}", 2 * NAMES["x_1"] + 2 * NAMES["x_ab"]),
        (r"y = 2x = x + x", 2 * x),
        (r"\big( x \big)\, y\quad", x * y),
        (r"x² \sqrt{y}³ z⁻¹", x**2 * sp.sqrt(y) ** 3 / z),
        (r"\begin{equation} g = x y, \label{eq:g}\tag{7} \end{equation}", x * y),
        (r"\begin{aligned}[t] g &= x + y \\ &\quad - z. \nonumber \end{aligned}", x + y - z),
        ("\\begin{align*}\n y &= 2x \\\\[2pt]\n &= x + x\\,.\n\\end{align*}", 2 * x),
        (r"\[ g(0, x) = [x + y] z \]", (x + y) * z),
    ],
)
def test_latex_means_what_it_means_on_paper(text, meaning):
    assert sp.expand(read_formula(text, NAMES, latex=True).doit() - meaning) == 0


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x*-y**2", -x * y**2),
        ("2e-3*x", x / 500),
        ("0.1*x", x / 10),
        ("|x|/2", sp.Abs(x) / 2),
        ("x**-1 - -y", 1 / x + y),
        ("sqrt(x)*exp(y)*conjugate(J)", sp.sqrt(x) * sp.exp(y) * sp.conjugate(J)),
        ("2*I*pi*x", 2 * sp.I * sp.pi * x),
        ("(x + y)²/z¹²", (x + y) ** 2 / z**12),
        ("g = x*y,", x * y),
        ("$x y$", x * y),
    ],
)
def test_plain_text_means_what_sympy_means(text, meaning):
    assert sp.expand(read_formula(text, NAMES).doit() - meaning) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x +", "cannot be read at its end"),
        ("(x", "cannot be read at its end"),
        # the shape of a text is looked at before its names
        ("nonsense((", r"cannot be read at its end .*: `\)` is missing"),
        ("nonsense*(x]", r"cannot be read at `\]`"),
        ("x y", "cannot be read at `y`"),
        ("x)", "cannot be read at `\\)`"),
        ("x*q", "must use the names .* but uses `q`"),
        ("x_2*x", "uses `x_2`; did you mean `x_1`?"),
        (r"x/y z \cdot 1", "must bracket what its `/` divides by"),
        ("g2 =", "must have a right-hand side"),
        ("__import__('os')", "but uses `__import__`"),
        ("x.y", "cannot be read at `. y`"),
        (r"\frac{x}", "cannot be read at its end"),
        ("lambda: 0", "but uses `lambda`"),
        (r"\begin{cases} x & y \end{cases}", "holds the environment `cases`"),
        (r"P = x, \quad Q = y", "must be one equation, but holds several"),
        (r"P &= x \\ Q &= y", "must be one equation, but holds several"),
        ("x!", "cannot be read at `!`"),
        ("x/0", "must not divide by zero"),
        ("1/((x + y)**2 - x**2 - 2*x*y - y**2)", "must not divide by zero"),
        (r"\frac{1}{x - x}", "must not divide by zero"),
        (r"\sqrt[0]{2}", "must not divide by zero"),
        ("x**99999999", "powers up to a degree of 100, but has one of 99999999"),
        ("9**9**9**9", "powers up to a degree"),
        ("(((x+1)**60+1)**60+1)**60", "powers up to a degree of 100, but has one of 3600"),
        ("((10**99)**9 + x)**9", "powers up to|numbers up to"),
        ("1e999999999", r"numbers up to 1e\+300"),
        ("(" * 5000 + "x" + ")" * 5000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, message):
    with pytest.raises(ValueError, match=message):
        read_formula(text, NAMES)


@pytest.mark.parametrize("text", [None, 5, ["x"]])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(TypeError, match="A formula must be a text"):
        read_formula(text, NAMES)


def test_signs_and_greek_letters_of_print_are_read():
    gamma = sp.Symbol("gamma", positive=True)
    names = NAMES | {"Delta": x, "gamma": gamma}
    assert read_formula("Δ^2 − γ·Δ", names) == x**2 - gamma * x
    # a model's own letter comes first
    assert read_formula("γ", names | {"γ": x}) == x


def test_values_that_differ_are_shown_to_differ():
    found = str(check_formula(kerr.MODEL, "xi**2/(Delta**2 + 0.25000001*gamma**2)", "number"))
    printed, derived = re.search(r"printed (\S+), derived (\S+)", found).groups()
    assert 0 < abs(float(printed) / float(derived) - 1) < 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: verdict("gamma", "g9x"), "Quantity `g9x` is not known"),
        (lambda: verdict("D", abbreviations=["D"]), "must look like NAME=FORMULA"),
        (lambda: verdict("D*K", abbreviations={"D": "2*K"}), "uses `K`"),
        (lambda: check_formula(jaynes_cummings.MODEL, "1", "C1"), "one digit"),
    ],
)
def test_bad_requests_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nanotip", "--formula", TANG["g2"]], 0, "g2: identical"),
        (
            ["kerr", "--formula", KERR_G2.replace("chi", "2*U"), "--convention", "U=chi/2"],
            0,
            "ident",
        ),
        (["kerr", "--formula", KERR_G2.replace("chi", "D"), "--where", "D=3*chi"], 1, "different"),
        (["kerr", "--formula", KERR_G2.replace("+ chi", "- chi")], 1, "Delta is -Delta"),
        (
            ["kerr", "--quantity", "C1", "--formula", "-xi/(Delta - i gamma/2)", "--latex"],
            2,
            "uses",
        ),
        (["kerr", "--formula", "(Delta"], 2, "cannot be read at its end"),
    ],
)
def test_the_command_says_what_it_found_in_its_exit_code(words, code, sentence, capsys):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        main(["check", *words])
    signal.signal(signal.SIGTERM, before)
    out, error = capsys.readouterr()
    assert (ended.value.code or 0) == code
    assert sentence in (error if code == 2 else out)
