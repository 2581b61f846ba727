"""Sentences of public functions in the words of the command line.

Nothing that computes is loaded here: a refusal is printed at once.
"""

from collections.abc import Iterator, Mapping

WORDS = {
    "Argument `values` must": "The values (`--set`, `--vary`) must",
    "use numeric.steady_state": "use `blockade solve`",
    "or numeric.steady_state": "or `blockade solve`",
}


def reasons(left_out: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Why things are left out, each reason once: the names that share it, and its sentence.

    Solvers are named as the command that calls them.

    >>> list(reasons({"number": "It grows.", "g2": "It grows.", "g3": "It is dark."}))
    [('number, g2', 'It grows.'), ('g3', 'It is dark.')]
    """
    for reason in dict.fromkeys(left_out.values()):
        names = ", ".join(name for name, why in left_out.items() if why == reason)
        yield names, in_commands(reason)


def in_commands(sentence: str) -> str:
    """A sentence of a public function in the words of the command line.

    >>> in_commands("Argument `values` must have `chi`; or use numeric.steady_state.")
    'The values (`--set`, `--vary`) must have `chi`; or use `blockade solve`.'
    """
    for python, command in WORDS.items():
        sentence = sentence.replace(python, command)
    return sentence
