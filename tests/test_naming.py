"""Abbreviations that are found: every form in them is the form, and every name is defined."""

import random
import re
from pathlib import Path

import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus
from typer.testing import CliRunner

from analytic import derive, spell_out
from analytic.latex import align
from analytic.typeset import typeset
from compare.cli.app import app
from compare.cli.text import WIDE, derivation_text
from systems import Emitters, Loss, Model
from systems.library import SYSTEMS

a, b = BosonOp("a"), BosonOp("b")
D_a, D_b, U, J = sp.symbols("Delta_a Delta_b U J", real=True)
ga, gb, xi = sp.symbols("ga gb xi", positive=True)
alone = D_a * Dagger(a) * a + D_b * Dagger(b) * b + U * Dagger(a) ** 2 * a**2 + xi * (a + Dagger(a))
HOP = J * (Dagger(a) * b + Dagger(b) * a)
PAIR = Model("pair", alone + HOP, (Loss(ga, a), Loss(gb, b)), xi)
SHARED = Model("shared loss", alone, (Loss(1, sp.sqrt(ga) * a + sp.sqrt(gb) * b),), xi)
PAGE = 160  # letters of a formula: two lines of a page
WIDEST = 200  # letters of LaTeX in a line of a page, of which commands are half
s, r = SigmaMinus("s"), SigmaMinus("r")
ATOMS = Model(  # two different ones that see one another
    "two atoms in a cavity", D_a * Dagger(a) * a + xi * (a + Dagger(a))
    + sum(x * (Dagger(m) * n + Dagger(n) * m) for x, m, n in [(J, a, s), (U, a, r), (D_b, s, r)]),
    (Loss(ga, a), Loss(gb, s), Loss(ga, r)), xi,
)  # fmt: skip
E_a, E_b, D_1, D_2 = sp.symbols("E_a E_b D_1 D_2")
# these have numerators of a hundred terms, which take seconds to write
LONG = ["kerr_ring", "n_scheme", "dimer_chain"]
LISTED = [name for name in SYSTEMS if name not in LONG]
MODELS = {"pair": PAIR, "shared": SHARED, **{name: SYSTEMS[name].model for name in LISTED}}


@pytest.mark.parametrize("name", MODELS)
def test_every_form_in_found_abbreviations_is_the_form(name: str) -> None:
    closed = derive(MODELS[name])
    known, symbols = closed.abbreviations, set(MODELS[name].parameters)
    for occupation in closed.states[1:]:
        amplitude = closed.leading(occupation)
        if amplitude == 0:
            continue
        short = closed.amplitude(occupation, known)
        assert short.free_symbols <= symbols | set(known)
        assert_closed_form_equals(spell_out(short, known), amplitude)


@pytest.mark.parametrize("name", MODELS)
def test_an_abbreviation_is_defined_by_those_before_it_and_the_model(name: str) -> None:
    defined: set[sp.Symbol] = set(MODELS[name].parameters)
    for symbol, meaning in derive(MODELS[name]).abbreviations.items():
        assert symbol not in defined
        assert meaning.free_symbols <= defined
        defined.add(symbol)


def test_the_names_are_the_complex_energies_and_the_determinants_of_the_blocks() -> None:
    closed = derive(PAIR)
    known = closed.abbreviations
    assert known[E_a] == D_a - sp.I * ga / 2
    assert known[E_b] == D_b - sp.I * gb / 2
    one = sp.Matrix([[E_a, J], [J, E_b]])
    assert sp.expand(known[D_1] - one.det()) == 0
    s = sp.sqrt(2) * J  # |20>, |11>, |02>
    two = sp.Matrix([[2 * E_a + 2 * U, s, 0], [s, E_a + E_b, s], [0, s, 2 * E_b]])
    determinant = sp.expand(spell_out(known[D_2], {D_1: known[D_1]}))
    assert sp.expand(two.det() / determinant).cancel() == 4
    assert closed.number("b", known) == J**2 * xi**2 / sp.Abs(D_1) ** 2


def test_a_modulus_of_positive_rates_is_their_product() -> None:
    closed = derive(SHARED)
    assert not closed.number("b").has(sp.sqrt(ga))
    assert closed.number("b", closed.abbreviations) == 4 * ga * gb * xi**2 / sp.Abs(D_1) ** 2


def test_a_name_of_the_model_is_not_given_away() -> None:
    taken = sp.Symbol("E", real=True)
    loss = Loss(ga, a)
    model = Model("taken", taken * Dagger(a) * a + xi * (a + Dagger(a)), (loss,), xi)
    closed = derive(model, quanta=1)
    (name,) = closed.abbreviations
    assert name != taken
    assert str(name) != "E"


@pytest.mark.parametrize("name", ["pair", "shared", *LISTED])
def test_every_line_fits_a_page_and_no_formula_is_cut_short(name: str) -> None:
    closed = derive(MODELS[name])
    for known in ({}, closed.abbreviations):
        text = derivation_text(closed, known)
        assert max(map(len, text.splitlines())) <= WIDE + 2
        whole = re.sub(r"\n {6}", "", text)  # what is indented belongs to the line before it
        assert f"number_{closed.model.modes[-1].name} = " in whole
        assert all(line.count("(") == line.count(")") for line in whole.splitlines())


def test_a_paper_s_own_abbreviations_are_kept_where_forms_are_short_in_them() -> None:
    for name in ("nanotip", "jaynes_cummings"):
        assert derive(SYSTEMS[name].model).readable(SYSTEMS[name].abbreviations) is (
            SYSTEMS[name].abbreviations
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kerr_ring", "atoms"])
def test_long_numerators_come_in_pieces_that_fit_a_line_and_add_up_to_them(name: str) -> None:
    listed = SYSTEMS.get(name)
    closed = derive(listed.model if listed else ATOMS)
    known = closed.readable(listed.abbreviations if listed else {})
    rng, values = random.Random(1), {}
    for symbol in closed.model.parameters:
        x, y = (sp.Rational(rng.randint(100, 999), 317) for _ in range(2))
        values[symbol] = sp.N(x if symbol.is_real else x + sp.I * y, 40)
    defined = dict(values)
    for symbol, meaning in known.items():
        assert len(f"{symbol} = {meaning}") <= PAGE
        defined[symbol] = sp.N(meaning.xreplace(defined), 40)
    for occupation in closed.states[1:]:
        exact = sp.N(closed.leading(occupation).xreplace(values), 40)
        short = closed.amplitude(occupation, known)
        assert len(str(short)) <= PAGE
        if exact != 0:  # of forty digits, cancellation takes a few
            assert sp.Abs(sp.N(short.xreplace(defined) / exact - 1, 40)) < 1e-25
    assert max(map(len, closed.latex(known).splitlines())) <= WIDEST


@pytest.mark.parametrize("name", ["pair", "kerr_dimer", "tavis_cummings", "second_harmonic"])
@pytest.mark.parametrize("short", [True, False])
def test_every_line_of_latex_is_a_line_of_a_page(name: str, short: bool) -> None:
    closed = derive(MODELS[name])
    text = closed.latex(closed.abbreviations if short else None)
    assert max(map(len, text.splitlines())) <= WIDEST
    for opens, closes in ((r"\left", r"\right"), (r"\begin", r"\end"), ("{", "}")):
        assert text.count(opens) == text.count(closes)


def test_moduli_are_gathered_and_still_the_number() -> None:
    x, y, z = sp.symbols("x y z")
    assert typeset(sp.Abs(x) ** 2 * sp.Abs(y) ** 4 / sp.Abs(z) ** 2) == (
        r"\left|{\frac{x y^{2}}{z}}\right|^{2}"
    )
    assert typeset(sp.Abs(x) ** 3 / y) == r"\frac{\left|{x}\right|^{3}}{y}"  # no square


def test_latex_defines_the_abbreviations_that_it_uses() -> None:
    closed = derive(PAIR)
    text = closed.latex(closed.abbreviations)
    for symbol in closed.abbreviations:
        assert rf"{sp.latex(symbol)} &= " in text


def test_a_long_sum_goes_on_in_the_next_line_of_latex() -> None:
    text = align([("x", sp.Add(*sp.symbols("alpha:40")) * E_a + sp.Add(*sp.symbols("beta:40")))])
    assert r"&\quad" in text
    assert r"\begin{aligned}" in text  # inside of the bracket
    assert text.count(r"\left(") == text.count(r"\right)")


OWN = """
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from systems import Emitters, Loss, Model
a, (Delta, U), (g, F) = BosonOp("a"), symbols("Delta U", real=True), symbols("g F", positive=True)
H = Delta * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 + F * (a + Dagger(a))
MINE = Model("mine", H, (Loss(g, a),), F)
"""


@pytest.mark.parametrize("words", [[], ["--latex"]])
def test_the_command_abbreviates_any_file(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    result = CliRunner().invoke(app, ["derive", f"{path}:MINE", "--abbreviate", *words])
    assert result.exit_code == 0
    expected = r"E &= \Delta - \frac{i g}{2}" if words else "E = Delta - I*g/2"
    assert expected in result.output


def test_a_mode_that_takes_more_quanta_than_there_are_has_no_line() -> None:
    three = Emitters("S", 3)  # its highest level is three quanta
    S, g = three.lowering, sp.Symbol("g", positive=True)
    light = g * (Dagger(a) * S + Dagger(S) * a) + xi * (a + Dagger(a))
    closed = derive(Model("three emitters", light, (Loss(ga, a), *three.losses(gb)), xi), quanta=2)
    for text in (closed.latex(closed.abbreviations), derivation_text(closed, {})):
        assert "S_2" in text.replace("{", "").replace("}", "")
        assert not re.search(r"number_S_3|S_\{3\}\^\\dagger", text)
