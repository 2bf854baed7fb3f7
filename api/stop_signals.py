"""Requests to stop, as something a loop in the main thread can sleep on.

Handlers only count; a pipe written by the interpreter itself ends the sleep, so no signal falls
between looking and sleeping. The death of a child ends the sleep too.
"""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopSignals:
    """How often we were asked to stop; from the second time on, ``on_second`` is called."""

    def __init__(self, bell: int, on_second: Callable[[], None]) -> None:
        self.asked = False
        self.at_once = False
        self._bell = bell
        self._on_second = on_second

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal; runs in the main thread, between any two of its steps."""
        if number == signal.SIGCHLD:
            return
        self.asked, self.at_once = True, self.asked
        if self.at_once:
            self._on_second()

    def wait(self, timeout_s: float) -> None:
        """Sleep until a signal of any kind, at most ``timeout_s`` seconds."""
        if select.select([self._bell], [], [], timeout_s)[0]:
            os.read(self._bell, 4096)


@contextmanager
def stop_signals(on_second: Callable[[], None]) -> Iterator[StopSignals]:
    """Listen in the main thread for as long as the block lasts.

    A signal our caller had ignored (nohup, a job in the background) stays ignored.
    """
    bell, clapper = os.pipe()
    os.set_blocking(clapper, False)
    signals = StopSignals(bell, on_second)
    with ExitStack() as undo:
        undo.callback(os.close, bell)
        undo.callback(os.close, clapper)
        undo.callback(signal.set_wakeup_fd, _ring(clapper))
        for number in (signal.SIGCHLD, *_STOP):
            before = signal.getsignal(number)
            if number == signal.SIGCHLD or before is not signal.SIG_IGN:
                signal.signal(number, signals.note)
                undo.callback(signal.signal, number, before or signal.SIG_DFL)
        yield signals


def _ring(clapper: int) -> int:
    return signal.set_wakeup_fd(clapper, warn_on_full_buffer=False)
