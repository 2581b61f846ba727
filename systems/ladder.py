"""Normal-ordered polynomials in ladder operators: the one form that both roads read.

An operator is a dict from a *word* to its coefficient.  A word is a pair of occupation
tuples ``(p, q)`` and stands for ``prod_i (a_i^dagger)^p_i  prod_i a_i^q_i``, creation to
the left, mode by mode in the order of ``modes``.  Bosons obey ``[a, a'] = 1``; a two-level
system obeys ``s s = 0`` and ``s s' = 1 - s' s``; the levels of one atom hold one quantum together
(`systems.levels`).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product as cartesian
from math import comb, factorial, prod
from typing import TypeAlias

import sympy as sp
from sympy.physics.quantum import AntiCommutator, Commutator, Dagger, Operator
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaOpBase, SigmaPlus, SigmaX, SigmaY, SigmaZ

from systems.levels import LevelOp

Occupation = tuple[int, ...]
Word = tuple[Occupation, Occupation]
Ladder = dict[Word, sp.Expr]
Mode: TypeAlias = BosonOp | SigmaMinus | LevelOp
Levels = tuple[list[int], list[int], int]  # raised and lowered levels of an atom, count
HIGHEST = 100  # power of an operator: more is a slip of the pen, and would be multiplied out


def label(mode: Mode) -> str:
    """The label of a mode, which names it wherever text is handed over.

    >>> label(BosonOp("a")), label(SigmaMinus("s"))
    ('a', 's')
    """
    return str(mode.name)


def is_two_level(mode: Mode) -> bool:
    """Whether the mode holds at most one quantum: a two-level system, or a level of an atom.

    >>> is_two_level(BosonOp("a")), is_two_level(SigmaMinus("s"))
    (False, True)
    """
    return isinstance(mode, SigmaMinus | LevelOp)


def atoms(modes: Sequence[Mode]) -> tuple[tuple[int, ...], ...]:
    """Positions of the modes by what they belong to: the levels of one atom stand together.

    >>> atoms([BosonOp("a"), LevelOp("s", "e"), LevelOp("s", "f")])
    ((0,), (1, 2))
    """
    return _atoms(tuple(modes))


def fits(occupation: Occupation, modes: Sequence[Mode]) -> bool:
    """Whether no two-level system, and no atom in all its levels, holds more than one quantum.

    >>> fits((2, 1), [BosonOp("a"), SigmaMinus("s")]), fits((0, 2), [BosonOp("a"), SigmaMinus("s")])
    (True, False)
    """
    return all(
        sum(occupation[i] for i in atom) <= 1
        for atom in atoms(modes)
        if is_two_level(modes[atom[0]])
    )


def find_modes(expressions: Iterable[sp.Expr]) -> tuple[Mode, ...]:
    """Lowering operators of every mode that occurs, sorted by label (a1, a2, a10).

    Raises `TypeError` for an operator that is neither a boson nor a Pauli operator, `ValueError`
    for a label that both kinds share and for a Pauli operator without one.

    >>> find_modes([BosonOp("a10") * BosonOp("a2"), Dagger(BosonOp("a1"))])
    (a1, a2, a10)
    """
    found: dict[str, Mode] = {}
    for operator in sorted(
        {op for expression in expressions for op in expression.atoms(Operator)}, key=str
    ):
        match operator:
            case BosonOp():
                mode: Mode = BosonOp(label(operator))  # a number as a name is one as text, too
            case SigmaOpBase():
                _check_label(operator)
                mode = SigmaMinus(operator.name)
            case LevelOp():
                mode = operator.lowering
            case _:
                raise TypeError(
                    f"Operator `{operator}` must be a BosonOp, a Pauli operator (SigmaMinus, ...) "
                    f"or a transition of a systems.Atom, but is a {type(operator).__name__}: "
                    "dressed states are written as polynomials in these, |e><g| of an atom as "
                    "Atom.transition."
                )
        if found.setdefault(label(mode), mode) != mode:
            kinds = sorted({_kind(mode), _kind(found[label(mode)])})
            raise ValueError(f"Label `{label(mode)}` names both a {' and a '.join(kinds)}.")
    return tuple(found[name] for name in sorted(found, key=_natural))


def _check_label(operator: SigmaOpBase) -> None:
    """Raise `ValueError` for a Pauli operator without a label: SymPy gives it the name False."""
    if operator.name == sp.false:
        kind = type(operator).__name__
        raise ValueError(
            f'Operator `{kind}()` must have a label, as in {kind}("s"): it names the mode.'
        )


def show(expression: sp.Expr) -> str:
    """The expression for messages, each operator as it was written.

    SymPy prints Pauli operators without saying of which atom, and a mode called 2 as a number.

    >>> show(SigmaPlus("s") * SigmaMinus("s")), show(2 * BosonOp("2"))
    ('SigmaPlus(s)*SigmaMinus(s)', '2*BosonOp("2")')
    """
    written = {
        operator: sp.Symbol(name, commutative=False)
        for operator in expression.atoms(Operator)
        if (name := _written(operator))
    }
    return str(expression.xreplace(written))


def _written(operator: Operator) -> str:
    """The operator as it is written in Python, where SymPy prints it as something else."""
    if isinstance(operator, SigmaOpBase):
        name = operator.name if operator.use_name else ""
        return f"{type(operator).__name__}({name})"
    if not isinstance(operator, BosonOp) or label(operator).isidentifier():
        return ""
    word = f'BosonOp("{label(operator)}")'
    return word if operator.is_annihilation else f"Dagger({word})"


def normal_order(expression: sp.Expr, modes: Sequence[Mode]) -> Ladder:
    """The expression in normal order, whatever order, powers and brackets it was written in.

    Powers must be whole numbers; commutators are multiplied out.  Raises `TypeError` for a term
    that is no polynomial in ladder operators, or for a symbol that does not commute.

    >>> a = BosonOp("a")
    >>> normal_order(a * Dagger(a), [a])  # a a' = a'a + 1
    {((1,), (1,)): 1, ((0,), (0,)): 1}
    """
    expanded = {
        word: sp.expand(coefficient) for word, coefficient in _read(expression, modes).items()
    }
    return {word: coefficient for word, coefficient in expanded.items() if coefficient != 0}


def multiply(left: Ladder, right: Ladder, modes: Sequence[Mode]) -> Ladder:
    """Normal-ordered product of two operators with numbers or expressions as coefficients.

    Coefficients are not simplified, and a word whose coefficient cancels stays with 0.

    >>> a, creation = BosonOp("a"), {((1,), (0,)): 1}
    >>> multiply({((0,), (1,)): 1}, creation, [a])
    {((1,), (1,)): 1, ((0,), (0,)): 1}
    >>> multiply(creation, creation, [SigmaMinus("s")])  # an atom takes one quantum
    {}
    """
    result: Ladder = {}
    for (p, q), x in left.items():
        for (r, s), y in right.items():
            for word, count in _product(p, q, r, s, modes):
                result[word] = result.get(word, 0) + count * x * y
    return result


def adjoint(operator: Ladder) -> Ladder:
    """Hermitian conjugate: words change sides, coefficients are conjugated.

    >>> adjoint({((1,), (0,)): sp.I})
    {((0,), (1,)): -I}
    """
    return {(q, p): sp.conjugate(coefficient) for (p, q), coefficient in operator.items()}


def add(*terms: Ladder) -> Ladder:
    """Sum of operators (coefficients are not simplified).

    >>> add({((1,), (0,)): sp.S.One}, {((1,), (0,)): sp.S.One})
    {((1,), (0,)): 2}
    """
    result: Ladder = {}
    for term in terms:
        for word, coefficient in term.items():
            result[word] = result.get(word, sp.S.Zero) + coefficient
    return result


def scale(factor: sp.Expr, operator: Ladder) -> Ladder:
    """Operator times a number or an expression that commutes.

    >>> scale(sp.Integer(2), {((1,), (0,)): sp.Integer(3)})
    {((1,), (0,)): 6}
    """
    return {word: factor * coefficient for word, coefficient in operator.items()}


def support(occupation: Occupation) -> set[int]:
    """The modes with quanta, by position.

    >>> support((2, 0, 1))
    {0, 2}
    """
    return {i for i, n in enumerate(occupation) if n}


def leaves_one(alone: Iterable[Word], ones: Sequence[Occupation]) -> bool:
    """Whether jumps of one word each leave one steady state only, whatever else there is.

    ``ones`` are the occupations by one quantum of each mode.

    >>> leaves_one([((0,), (1,))], [(1,)]), leaves_one([((0,), (2,))], [(1,)])  # a, and a^2
    (True, False)
    """
    words = list(alone)
    lost = {lowered for raised, lowered in words if not any(raised)}
    fed = {raised for raised, lowered in words if not any(lowered)}
    rest = set(ones) - lost
    return len(rest) <= 1 and rest <= fed


def filled_modes(words: Iterable[Word]) -> set[int]:
    """The modes that words acting on the vacuum bring quanta into, by position.

    A word a'^p a^q acts as soon as all modes that it takes quanta from can have some.

    >>> drive, hop = ((1, 0), (0, 0)), ((0, 1), (1, 0))  # a', and b'a
    >>> filled_modes([hop]), filled_modes([drive, hop])
    (set(), {0, 1})
    """
    known, filled = list(words), set[int]()
    while True:
        more = filled.union(*(support(p) for p, q in known if support(q) <= filled))
        if more == filled:
            return filled
        filled = more


def express(word: Word, modes: Sequence[Mode]) -> str:
    """The word as a product, for messages, each operator as it was written.

    >>> express(((1,), (2,)), [BosonOp("a")]), express(((1,), (1,)), [SigmaMinus("s")])
    ('Dagger(a)*a**2', 'SigmaPlus(s)*SigmaMinus(s)')
    """
    p, q = word
    creation = [Dagger(mode) ** k for mode, k in zip(modes, p, strict=True)]
    annihilation = [mode**k for mode, k in zip(modes, q, strict=True)]
    return show(sp.Mul(*creation, *annihilation))


def _natural(name: str) -> tuple[str, int]:
    """The key that sorts a2 before a10: the stem and the number behind it."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1)


def _kind(mode: Mode) -> str:
    """What a mode is, in words."""
    names = {BosonOp: "boson", LevelOp: "level of an atom"}
    return names.get(type(mode), "two-level system")


@lru_cache(maxsize=256)
def _atoms(modes: tuple[Mode, ...]) -> tuple[tuple[int, ...], ...]:
    groups: dict[object, list[int]] = {}
    for i, mode in enumerate(modes):
        groups.setdefault(mode.atom if isinstance(mode, LevelOp) else i, []).append(i)
    return tuple(map(tuple, groups.values()))


def _product(
    p: Occupation, q: Occupation, r: Occupation, s: Occupation, modes: Sequence[Mode]
) -> Iterator[tuple[Word, int]]:
    """The words of ``(a'^p a^q)(a'^r a^s)``, atom by atom: atoms commute with one another."""
    if any(isinstance(mode, LevelOp) for mode in modes):
        yield from _product_of_levels(p, q, r, s, modes)
        return
    for parts in cartesian(*map(_contract, p, q, r, s, map(is_two_level, modes))):
        word = tuple(part[0] for part in parts), tuple(part[1] for part in parts)
        yield word, prod(part[2] for part in parts)


def _product_of_levels(
    p: Occupation, q: Occupation, r: Occupation, s: Occupation, modes: Sequence[Mode]
) -> Iterator[tuple[Word, int]]:
    """The same where some of the modes are levels of atoms."""
    groups = atoms(modes)
    terms = []
    for group in groups:
        if isinstance(modes[group[0]], LevelOp):
            parts = ([powers[i] for i in group] for powers in (p, q, r, s))
            terms.append(_contract_levels(*parts))
        else:
            two_level = is_two_level(modes[group[0]])
            singles = _contract(p[group[0]], q[group[0]], r[group[0]], s[group[0]], two_level)
            terms.append([([up], [down], count) for up, down, count in singles])
    for chosen in cartesian(*terms):
        up, down = [0] * len(modes), [0] * len(modes)
        for group, (raised, lowered, _) in zip(groups, chosen, strict=True):
            for i, more, less in zip(group, raised, lowered, strict=True):
                up[i], down[i] = more, less
        yield (tuple(up), tuple(down)), prod(part[2] for part in chosen)


def _contract_levels(p: list[int], q: list[int], r: list[int], s: list[int]) -> list[Levels]:
    """``(a'^p a^q)(a'^r a^s)`` of the levels of one atom; each of the four names one, or none."""
    if any(q) and any(r):  # (|0><j|)(|k><0|) = delta_jk (1 - sum_l |l><l|)
        if q != r:
            return []
        if any(p) or any(s):  # these leave nothing for the sum: p' l' = l s = 0
            return [(p, s, 1)]
        ones = [[int(i == k) for i in range(len(p))] for k in range(len(p))]
        return [(p, s, 1), *((one, one, -1) for one in ones)]
    if (any(p) and any(r)) or (any(q) and any(s)):
        return []
    return [(p if any(p) else r, q if any(q) else s, 1)]


def _contract(p: int, q: int, r: int, s: int, two_level: bool) -> list[tuple[int, int, int]]:
    """``(a'^p a^q)(a'^r a^s)`` of one mode as a list of (power of a', power of a, count)."""
    if not two_level:
        return [
            (p + r - k, q + s - k, comb(q, k) * comb(r, k) * factorial(k))
            for k in range(min(q, r) + 1)
        ]
    straight = [(p + r, q + s, 1)] if q * r == 0 else [(p, s, 1), (p + 1, s + 1, -1)]
    return [term for term in straight if max(term[:2]) <= 1]


def _read(expression: sp.Expr, modes: Sequence[Mode]) -> Ladder:
    """An expression as words, one level of sums and products at a time."""
    none = (0,) * len(modes)
    match expression:
        case sp.Add():
            return add(*(_read(term, modes) for term in expression.args))
        case sp.Mul():
            result: Ladder = {(none, none): sp.S.One}
            for factor in expression.args:
                result = multiply(result, _read(factor, modes), modes)
            return result
        case _ if expression.is_commutative:
            return {(none, none): expression}
        case sp.Pow(base=base, exp=exponent) if exponent.is_Float or exponent.is_Integer:
            if float(exponent) in range(1, HIGHEST):
                return _read(sp.Mul(*[base] * int(exponent), evaluate=False), modes)
        case Commutator(args=(left, right)):
            return _read(left * right - right * left, modes)
        case AntiCommutator(args=(left, right)):
            return _read(left * right + right * left, modes)
        case sp.adjoint() | Dagger():
            return adjoint(_read(expression.args[0], modes))
        case BosonOp():
            return _lower(BosonOp(label(expression)), modes, dagger=not expression.is_annihilation)
        case LevelOp():
            level = expression.lowering
            return _lower(level, modes, dagger=not expression.is_annihilation)
        case SigmaOpBase():
            return _read_pauli(expression, modes)
        case sp.Symbol():
            raise TypeError(
                f"Symbol `{expression}` must commute (a parameter) or be a BosonOp (a mode), "
                "but is a non-commuting Symbol."
            )
    raise TypeError(
        f"Term `{expression}` must be a polynomial in BosonOp and Pauli operators, or transitions "
        f"of atoms, but is a {type(expression).__name__}; write its power series instead, as far "
        "as it is wanted."
    )


def _lower(mode: Mode, modes: Sequence[Mode], dagger: bool = False) -> Ladder:
    """The lowering operator of a mode, or its adjoint, as words."""
    none = (0,) * len(modes)
    one = tuple(int(mode == other) for other in modes)
    return {(one, none) if dagger else (none, one): sp.S.One}


def _read_pauli(operator: SigmaOpBase, modes: Sequence[Mode]) -> Ladder:
    # SymPy's convention: SigmaMinus = (SigmaX - i SigmaY)/2; SigmaZ = s' s - s s'
    mode, none = SigmaMinus(operator.name), (0,) * len(modes)
    minus, plus = _lower(mode, modes), _lower(mode, modes, dagger=True)
    match operator:
        case SigmaMinus():
            return minus
        case SigmaPlus():
            return plus
        case SigmaX():
            return add(plus, minus)
        case SigmaY():
            return add(scale(-sp.I, plus), scale(sp.I, minus))
        case SigmaZ():
            number = multiply(plus, minus, modes)
            return add(scale(sp.Integer(2), number), {(none, none): sp.S.NegativeOne})
    raise TypeError(f"Operator `{operator}` is not a Pauli operator of SymPy.")
