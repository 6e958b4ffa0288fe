"""One conversation with a chip at a time: a job of ``chips`` and its command in flight."""

from __future__ import annotations

from collections.abc import Callable, Generator

from shared.errors import EnishiError
from terminal.drivers.ic_card.chips import Reading
from terminal.protocol.apdu import Reply
from terminal.protocol.pcsc import Transmit

ANSWER_S = 5.0  # of the slowest command (a FeliCa write takes some 20 ms); a reader's own time-outs are below 3 s
NUMBER_MAX = 0xFFFF

Job = Generator[bytes, Reply, Reading]
Outcome = Transmit | Reading | EnishiError  # the next command, or how the job ended


class Talk:
    """Every command bears the number of the insertion: it can reach no other card than the one the job began with."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._insertion = 0
        self._number = 0
        self.answer_by: float | None = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def begin(self, job: Job, insertion: int, now: float) -> Outcome:
        self.drop()
        self._job, self._insertion = job, insertion
        return self._run(lambda: next(job), now)

    def awaits(self, number: int) -> bool:
        """Whether this is the answer to the command in flight."""
        return self.answer_by is not None and number == self._number

    def answered(self, reply: Reply, now: float) -> Outcome:
        job = self._current()
        return self._run(lambda: job.send(reply), now)

    def break_off(self, code: str, now: float) -> Outcome:
        """No answer came: the job knows whether that did harm, and may not go on."""
        job = self._current()
        return self._run(lambda: job.throw(EnishiError(code)), now)

    def drop(self) -> None:
        """Nobody wants its end any more. An answer that is still on its way is known by its number."""
        if self._job is not None:
            self._job.close()
        self._job = self.answer_by = None

    def _current(self) -> Job:
        assert self._job is not None, "only a running job is answered"
        return self._job

    def _run(self, move: Callable[[], bytes], now: float) -> Outcome:
        try:
            command = move()
        except StopIteration as end:
            self._job = self.answer_by = None
            reading: Reading = end.value
            return reading
        except EnishiError as error:
            self._job = self.answer_by = None
            return error
        self._number = self._number % NUMBER_MAX + 1
        self.answer_by = now + ANSWER_S
        return Transmit(self._number, self._insertion, command)
