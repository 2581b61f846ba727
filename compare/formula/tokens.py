r"""The words of a printed formula: numbers, names, signs and LaTeX commands.

Spacing and sizes are dropped, ``\left|`` and ``\right|`` become ``\lvert`` and ``\rvert``, an
upright ``\mathrm{Re}`` becomes one word, ``²`` becomes ``^2``.
"""

import re

NUMBER = r"[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+"
# signs of a text copied from print
PRINTED = str.maketrans({"−": "-", "·": "*", "×": "*", "⋅": "*"})
RAISED = re.compile("⁻?[⁰¹²³⁴-⁹]+")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
PLAIN = re.compile(rf"\s*({NUMBER}|[^\W\d]\w*|\*\*|\S)")
LATEX = re.compile(r"\s*([0-9]+\.?[0-9]*|\.[0-9]+|\\[A-Za-z]+|\S)")
# spacing and sizes say nothing; bars and brackets keep their side
SILENT = re.compile(
    r"\\(?:[,;:! ]|quad|qquad|displaystyle|[bB]ig+[lrm]?(?![A-Za-z])|limits|nonumber)|[~&]|\\\\"
)
SIDES = {r"\left|": r"\lvert ", r"\right|": r"\rvert ", r"\left": "", r"\right": ""}
UPRIGHT = re.compile(r"\\(?:mathrm|mathit|text|operatorname)\s*\{\s*([A-Za-z]\w*)\s*\}|\\rm\b")


def tokens(text: str, latex: bool) -> list[str]:
    """The tokens of a text in plain or in LaTeX's spelling.

    >>> tokens("4χ²/γ", latex=False)
    ['4', 'χ', '^', '(', '2', ')', '/', 'γ']
    >>> tokens(r"\\left|x\\right|\\,y", latex=True)
    ['\\\\lvert', 'x', '\\\\rvert', 'y']
    """
    group = "^{{{}}}" if latex else "^({})"
    text = RAISED.sub(lambda m: group.format(m[0].translate(LOWERED)), text.translate(PRINTED))
    if not latex:
        return PLAIN.findall(text)
    for side, plain in SIDES.items():
        text = text.replace(side, plain)
    bare = UPRIGHT.sub(lambda m: f"\\{m[1]} " if m[1] else " ", SILENT.sub(" ", text))
    bare = re.sub(r"\\(?:cdot|times)\b", "*", re.sub(r"\\[lr]brace\b|\\[{}]", "", bare))
    return LATEX.findall(" ".join(bare.split()))
