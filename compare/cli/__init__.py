"""The command ``blockade``: thin commands around the public functions of this project.

Each command stands in `commands`, in the file of its name; `app` lists them in the order of
``--help`` and says what becomes of errors.  What they share stands beside: `options` the spelling
of options, `settings` the values written with them, `cuts` how the master equation is truncated,
`request` what a command was asked for and the files it makes, `tabulate` tables of points, `stored`
what is said of a stored sweep, `text` formulas and summaries for a terminal, `wording` sentences of
public functions in the words of the command line, `voice` what is said.  The systems that can be
named are those of `compare.targets`.  Every wrong input ends with one sentence and exit code 2.
"""

from compare.files.interrupts import handled

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command ``blockade``, or the words given instead; it ends with an exit code.

    The code is 0 for success, 1 where ``blockade check`` says no, 2 for wrong input, and 128 +
    signal for a run that was interrupted.

    >>> try:  # doctest: +ELLIPSIS
    ...     main(["--version"])
    ... except SystemExit as ended:
    ...     assert ended.code == 0
    blockade ...
    """
    # the command installed them when `compare` was loaded; another caller may not have
    with handled(lasting=arguments is None):
        from compare.cli.app import main as run

        run(arguments)
