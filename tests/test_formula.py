"""Printed formulas against derived ones: what is right is proved, what is wrong is caught."""

import re
import signal

import numpy as np
import pytest
import sympy as sp

from compare.cli import main
from compare.formula import check_formula
from compare.formula.notation import read_formula
from systems import Loss, Model, jaynes_cummings, kerr, nanotip
from systems.library import SYSTEMS

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


@pytest.mark.parametrize("quantity", TANG)
def test_any_flipped_sign_in_them_is_caught(quantity):
    values = (0.3, 0.4 + 0.5j, 0.7, 1.1, 0.2)
    point = dict(zip(nanotip.MODEL.parameters, values, strict=True))
    for formula, *letters in flips([TANG[quantity].split("=")[-1], *LETTERS]):
        found = check_formula(nanotip.MODEL, formula, quantity, letters)
        printed, derived = (complex(f.subs(point)) for f in (found.printed, found.derived))
        # a modulus hides some flips, such as gamma -> -gamma: those are no errors
        assert (found.verdict == "identical") == np.isclose(printed, derived, rtol=1e-9, atol=0)
        assert found.verdict == "identical" or found.conventions or found.point


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
        ("(4*Delta**2 + gamma**2)/((Delta + chi)**2 + gamma**2/4)", "normalisation: the derived"),
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
    ],
)
def test_plain_text_means_what_sympy_means(text, meaning):
    assert sp.expand(read_formula(text, NAMES).doit() - meaning) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x +", "cannot be read at its end"),
        ("(x", "cannot be read at its end"),
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
        ("(" * 5000 + "x", "nested too deeply"),
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
