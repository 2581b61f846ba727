"""How many threads: as many as the process may use, and one for the algebra of small matrices.

The matrices of one point are small and many.  A BLAS that spreads each over all cores spends its
time on waiting: sparse factorisations then take up to thirty times longer.

Compiled code hears no Ctrl-C until it returns, and a pool of threads is waited for.  Threads of
`spread` are daemons: an interrupted program leaves them behind, and stops at once.
A program that ends nonetheless clears what CPython holds of such a thread, and SciPy's factors say
of theirs "TypeError: an integer is required" (`SuperLUGlobal_dealloc`): output is then not flushed,
and the program fails.  So each thread keeps hold of it.  SciPy also frees the memory of factors in
the thread alone that made them, so that those which outlive a task are kept `Apart`.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from ctypes import PYFUNCTYPE, c_void_p, cast, py_object, pythonapi
from functools import cache, wraps
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import ModuleType
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import finalize

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")
# Cores that points in packs are to keep busy, whatever there are: no bit depends on the machine
PACKED = 4
PAUSE = 0.2  # seconds between two reports of how many tasks are done
# Where CPython keeps what libraries written in C hold of the thread that asks, a borrowed reference
_borrowed = PYFUNCTYPE(c_void_p)(("PyThreadState_GetDict", pythonapi))
# Who hears how many tasks are done, and of how many
_beat: ContextVar[Callable[[int, int], None]] = ContextVar("beat", default=lambda done, tasks: None)
_processes: ContextVar[int] = ContextVar("processes", default=1)  # that work beside each other


def cores() -> int:
    """How many cores this process may use, which may be fewer than the machine has.

    Within `shared` they are its part of those.

    >>> 1 <= cores() <= os.cpu_count()
    True
    """
    return max(1, _usable() // _processes.get())


@contextmanager
def shared(processes: int) -> Iterator[None]:
    """While open, the cores are parted among so many processes, each of which gets one at least.

    >>> with shared(10**6):
    ...     cores()
    1
    """
    token = _processes.set(processes)
    try:
        yield
    finally:
        _processes.reset(token)


def _usable() -> int:
    """The cores that the system lets this process use."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with BLAS on one thread while it runs.

    >>> one_thread(sum)([1, 2, 3])
    6
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


def few_threads(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with BLAS on as many threads as this process has cores: for large matrices.

    >>> few_threads(sum)([1, 2, 3])
    6
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=cores(), user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _controller() -> ThreadpoolController:
    """What finds the BLAS libraries in memory: a search that takes time, and so is done once."""
    return ThreadpoolController()


@contextmanager
def heard(beat: Callable[[int, int], None]) -> Iterator[None]:
    """While open, `spread` tells how many of its tasks are done, and of how many, unless told whom.

    For what takes no report, such as the sweeps over the grades.

    >>> with heard(lambda done, tasks: None):
    ...     spread(abs, [(-1,)])
    [1]
    """
    token = _beat.set(beat)
    try:
        yield
    finally:
        _beat.reset(token)


def spread(
    one: Callable[..., R],
    rows: Sequence[Sequence[Any]],
    threads: int | None = None,
    beat: Callable[[int], None] | None = None,
) -> list[R]:
    """What ``one`` returns for each row of arguments, in their order.

    In so many threads (one a core where None).  ``beat`` is called with how many are done, again
    and again; without one, that of `heard`.  What interrupts it, or the error of a task, drops the
    tasks that wait.

    >>> spread(lambda x, y: x + y, [(1, 2), (3, 4)])
    [3, 7]
    """
    tasks: list[Future[R]] = [Future() for _ in rows]
    tell = beat or (lambda done: _beat.get()(done, len(tasks)))
    waiting: SimpleQueue[Any] = SimpleQueue()
    for task, row in zip(tasks, rows, strict=True):
        waiting.put((task, row))
    for _ in range(min(threads or cores(), len(tasks))):
        Thread(target=_work, args=(one, waiting), daemon=True).start()
    try:
        while (left := wait(tasks, PAUSE, FIRST_EXCEPTION).not_done) and not any(
            task.done() and task.exception() for task in tasks
        ):
            tell(len(tasks) - len(left))
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()


class Apart(Generic[R]):
    """What ``make`` returns, made and let go of in a thread of its own, which lives as long.

    Ctrl-C need not wait until it is made.  What is read must not be kept longer than this object.

    >>> one = Apart(lambda: [1, 2, 3])
    >>> sum(one.made)
    6
    """

    def __init__(self, make: Callable[[], R]) -> None:
        self._box, ready, end = list[R | BaseException](), Event(), Event()
        finalize(self, end.set)
        Thread(target=_keep, args=(make, self._box, ready, end), daemon=True).start()
        while not ready.wait(PAUSE):
            _beat.get()(0, 1)
        if isinstance(error := self._box[0], BaseException):
            raise error

    @property
    def made(self) -> R:
        return self._box[0]  # type: ignore[return-value]  # an error has been raised


def _keep(make: Callable[[], R], box: list[R | BaseException], ready: Event, end: Event) -> None:
    """Hold what is made until the end, in a box so that nobody else lets go of it last."""
    held = _state()  # noqa: F841 - until the box is empty
    try:
        box.append(make())
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it
        box.append(error)
    ready.set()
    end.wait()
    box.clear()


def loaded(name: str) -> ModuleType:
    """The module of that name, loaded in a thread of its own where it is not yet.

    A library whose loading is broken off, as Ctrl-C does, is left in parts and often cannot be
    loaded again: a notebook would have to be started anew.  So it is loaded to its end.

    >>> loaded("math").sqrt(4.0)
    2.0
    """
    return sys.modules.get(name) or spread(import_module, [(name,)], 1)[0]


def _state() -> Any:
    """What libraries in C hold of this thread; it is not cleared as long as someone holds it."""
    return cast(_borrowed(), py_object).value


def _work(one: Callable[..., Any], waiting: "SimpleQueue[Any]") -> None:
    """Do what waits, task by task, until nothing is left; a task that was cancelled is not."""
    held = _state()  # noqa: F841 - until the last task is done
    while True:
        try:
            task, row = waiting.get_nowait()
        except Empty:
            return
        if not task.set_running_or_notify_cancel():
            continue
        try:
            task.set_result(one(*row))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the task gets it
            task.set_exception(error)
