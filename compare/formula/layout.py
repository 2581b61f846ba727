r"""What LaTeX sets around a formula and is no part of it: environments, labels, alignment.

\begin{equation} g = x, \label{eq:g} \end{equation}   is   x

A printed equation that is copied from the source of a paper brings all of that along.  What is left
is one right-hand side: of ``g2 = x = y`` the last one, because a chain of equalities ends in the
form that the paper uses.
"""

import re

from systems.values import shorten

ENVIRONMENTS = (
    r"(?:equation|align|alignat|aligned|alignedat|gather|gathered|multline|multlined|split|eqnarray"
    r"|flalign|displaymath|math|subequations)\*?"
)
# \begin{alignat}{2} and \begin{aligned}[t] have an argument
ARGUMENT = r"(?:\s*\[[tbc]\]|\s*\{\d\})?"
FRAME = re.compile(rf"\\begin\s*\{{{ENVIRONMENTS}\}}{ARGUMENT}|\\end\s*\{{{ENVIRONMENTS}\}}")
OTHER = re.compile(r"\\(?:begin|end)\s*\{([^}]*)\}")
BREAK = re.compile(r"\\\\(?:\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\])?")
NOTES = re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b|\\[][()]|\$")
SPACE = re.compile(r"\\[,;:! ]|\\q?quad(?![A-Za-z])|[&~]")
SIGN = re.compile(rf"(?P<stop>[\s.,;]|{SPACE.pattern})|.", re.DOTALL)
EQUALS = re.compile(r"=|\\simeq|\\approx|\\equiv")


def right_hand_side(text: str) -> str:
    """The formula itself, without its name, its layout and the full stop behind it.

    Raises `ValueError` for layout that is more than that of one formula.

    >>> right_hand_side(r"$g^{(2)}(0) = x,$")
    'x'

    Two equations in one text, with a comma or a new line between them, cannot be judged as one:

    >>> right_hand_side("a = x, b = y")
    Traceback (most recent call last):
        ...
    ValueError: Formula `a = x, b = y` must be one equation, but holds several.
    """
    # a line is one that the print has, not the file
    lines = BREAK.sub("\n", " ".join(FRAME.sub(" ", text).split()))
    bare = NOTES.sub(" ", lines)
    if other := OTHER.search(bare):
        raise ValueError(
            f"Formula `{shorten(text)}` must be one formula, but holds the environment "
            f"`{shorten(other[1])}`."
        )
    *before, last = EQUALS.split(bare)
    if any(map(_begins_another, before[1:])):
        raise ValueError(f"Formula `{shorten(text)}` must be one equation, but holds several.")
    # one walk: a pattern that looks for the end tries it from every sign on
    end = max((sign.end() for sign in SIGN.finditer(last) if not sign["stop"]), default=0)
    return last[:end].strip()


def _begins_another(between: str) -> bool:
    """Whether something stands after a comma or a line's end, between two signs of equality."""
    outside = re.sub(r"\([^()]*\)|\{[^{}]*\}", "", SPACE.sub(" ", between))
    _, *after = re.split(r"[,;\n]", outside)
    return bool(after and after[-1].strip())
