"""Any text at all is read or refused, in little time, and none is executed."""

from contextlib import suppress

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.formula import check_formula
from compare.formula.notation import read_formula
from compare.formula.size import NODES, size
from systems.library import kerr

x, y = sp.symbols("x y", real=True)
NAMES = {"x": x, "y": y, "J": sp.Symbol("J")}

WORDS = [
    *"xyJ0123456789+-*/^()[]{}|.,;=_ \\~&$!@#%:<>'\"`?",
    *("**", "exp(", "sqrt(", "Abs(", "conjugate(", "re(", "im(", "lambda", "__import__('os')"),
    *(
        r"\frac",
        r"\sqrt",
        r"\left|",
        r"\right|",
        r"\overline",
        r"\rm ",
        r"\quad",
        r"\,",
        r"\begin{",
    ),
    *("1e300", "1e-300", "10**10", "²", "½", "५", "γ", "∞", "\u202e", "\0", "x.__class__", "inf"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join), st.sampled_from([None, True]))
def test_any_text_is_read_or_refused(text, latex):
    with suppress(ValueError):
        form = read_formula(text, NAMES, latex)
        assert form.free_symbols <= set(NAMES.values())
        assert size(form).nodes <= NODES


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.sampled_from([None, True, False]))
def test_any_unicode_is_read_or_refused(text, latex):
    with suppress(ValueError):
        assert isinstance(read_formula(text, NAMES, latex), sp.Expr)


def formulas():
    """Texts that are formulas, of any shape."""
    atoms = st.sampled_from(["Delta", "chi", "gamma", "xi", "2", "I", "0", "1e200", "0.3"])
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: "({}){}({})".format(*t)),
            st.tuples(st.sampled_from(["sqrt", "exp", "Abs", "conjugate", "re", "im"]), inner).map(
                lambda t: "{}({})".format(*t)
            ),
            st.tuples(inner, st.sampled_from(["2", "-1", "1/2", "50", "xi"])).map(
                lambda t: "({})**({})".format(*t)
            ),
        ),
        max_leaves=5,
    )


@settings(max_examples=12, deadline=None)
@given(formulas())
def test_any_formula_is_judged_or_refused(text):
    with suppress(ValueError):
        found = check_formula(kerr.MODEL, text, "g2")
        assert found.verdict in (
            "identical",
            "different",
            "equal up to a convention",
            "identical at leading order",
        )


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch executed')",
        "eval('1')",
        "x.__class__.__mro__",
        "().__class__",
        "lambda: x",
        "[x for x in y]",
        "exec(x)",
        "x if y else x",
        "f'{x}'",
        "Symbol('q')",
        "S('1/0')",
        r"\input{/etc/passwd}",
    ],
)
def test_text_is_never_executed(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="Formula"):
        read_formula(text, NAMES)
    assert not list(tmp_path.iterdir())


squared = ["D0 = Delta + chi + gamma", *(f"D{i + 1} = D{i}*D{i} + D{i}" for i in range(40))]
doubled = ["D0 = Delta + chi", *(f"D{i + 1} = |D{i}| + |D{i} + 1|" for i in range(40))]
rooted = ["D0 = Delta", *(f"D{i + 1} = sqrt(D{i} + 1)" for i in range(40))]


@pytest.mark.parametrize(
    ("text", "definitions", "message"),
    [
        ("*".join(f"(Delta + {k}*chi + gamma)**50" for k in range(4)), (), "degree of at most 100"),
        ("exp(" * 6 + "Delta" + ")" * 6, (), "an exponential in an exponent"),
        ("2**2**2**2**Delta", (), "an exponential in an exponent"),
        ("exp(exp(exp(exp(9))))", (), "an exponential in an exponent"),
        ("D40", squared, "degree of at most 100"),
        ("D40", doubled, "at most 10000 parts"),
        ("D40", rooted, "brackets inside one another"),
        (" ;" * 5000, (), "right-hand side"),
        (" ;" * 5000 + "chi +", (), "cannot be read"),
        ("chi + " * 11_000 + "chi", (), "words and signs"),
        ("chi" * 40_000, (), "at most 100000 signs"),
        ("10**10**10", (), "powers up to a degree"),
        ("1e-999999999*chi", (), "numbers of at most 1000 digits"),
        ("0." + "1" * 5000, (), "numbers of at most 1000 digits"),
        ("*".join(["9e299"] * 200), (), "at most 1000 digits"),
        ("-" * 5000 + "chi", (), "nested too deeply"),
    ],
)
def test_a_result_of_any_size_is_refused_before_it_is_made(text, definitions, message):
    # none of these would end if anything were multiplied out; the sentence itself is short
    with pytest.raises(ValueError, match=message) as refusal:
        check_formula(kerr.MODEL, text, "g2", definitions)
    assert len(str(refusal.value)) < 500


def sums(letters, degree):
    return st.lists(
        st.tuples(st.integers(1, 9), st.lists(st.sampled_from(letters), max_size=degree)),
        min_size=1,
        max_size=4,
    ).map(lambda terms: sp.Add(*(c * sp.Mul(*monomial) for c, monomial in terms)))


@settings(max_examples=25, deadline=None)
@given(*[sums([x, y, *sp.symbols("z w", real=True)], 3)] * 4, st.integers(1, 3))
def test_the_bound_on_the_terms_holds(a, b, c, d, power):
    form = (a / b + c) ** power / d
    top, bottom = (sp.Poly(sp.expand(side), *sp.symbols("x y z w", real=True))
                   for side in sp.fraction(sp.together(form)))  # fmt: skip
    bound = size(form)
    # what cancels only makes it less; the bounds are gamma functions in doubles
    assert len(top.terms()) <= bound.top.terms * (1 + 1e-9)
    assert len(bottom.terms()) <= bound.bottom.terms * (1 + 1e-9)
    assert top.total_degree() <= bound.top.degree
