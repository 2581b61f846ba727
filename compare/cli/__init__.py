"""The command ``blockade``."""

from compare.interrupts import handled

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command ``blockade``, or the words given instead; never returns.

    >>> main(["systems"])  # doctest: +SKIP
    """
    # before the libraries are loaded: a signal may come as early
    with handled(lasting=arguments is None):
        from compare.cli.app import main as run

        run(arguments)
