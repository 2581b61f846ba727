"""The command ``blockade``: thin commands around the public functions of this project.

`app` holds the commands and what becomes of errors, `tabulate` those that tabulate numbers,
`commands` those on the error of a formula, `auditing` those on the claims of papers, `grids` those
on grids, `reporting` the page to read, `options` the spelling of options, `settings` the values
written with them, `request` what a command was asked for, `text` formulas and summaries for a
terminal, `voice` what is said. The systems that can be named are those of `compare.targets`. Every
wrong input ends with one sentence and exit code 2.
"""

from compare.interrupts import handled

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
