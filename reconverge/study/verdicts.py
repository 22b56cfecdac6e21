"""From a folder to its answer: the files first, then the API server, then the cluster itself.

Each stage is asked only when the one before has nothing to object: what cannot work is not applied,
and a cluster is not needed to hear about a misspelt field.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from reconverge.errors import Unavailable
from reconverge.pytest_plugin.clusters import standing_ground
from reconverge.pytest_plugin.options import required_target
from reconverge.shell import Ending, TookTooLong
from reconverge.study.answers import Answer
from reconverge.study.demands import flaws_in, predictions_in
from reconverge.study.exercises import Exercise
from reconverge.study.flaws import Flaw
from reconverge.study.gate import Gate, gate_on
from reconverge.study.grades import passes
from reconverge.study.playing import OverItsTime, play
from reconverge.study.written import HandIn


def read(exercise: Exercise, hand_in: HandIn) -> Answer:
    """What the files alone say: the whole answer where they have a flaw, or nothing is played."""
    flaws = flaws_in(hand_in, exercise)
    is_whole = passes(flaws) and exercise.feature is None
    predicted = predictions_in(hand_in, exercise) if is_whole else ()
    return Answer(hand_in=hand_in, flaws=(*predicted, *flaws))


class Examiner:
    """Judges hand-ins of any exercise on one cluster, from several threads at once.

    The cluster is looked for when the first hand-in needs it, and left with the examiner. One
    hand-in plays for `timeout_s` seconds at most. With `is_awaited` nothing is left on return.
    """

    def __init__(
        self,
        *,
        name: str,
        kube_context: str = "",
        kubeconfig: Path | None = None,
        timeout_s: float | None = None,
        is_awaited: bool = False,
    ) -> None:
        self._target = required_target(name=name, kubeconfig=kubeconfig, context=kube_context)
        self._timeout_s = timeout_s
        self._is_awaited = is_awaited
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._gate: Gate | None = None
        self._endings: list[Ending] = []
        self._is_ended = False

    def __enter__(self) -> Examiner:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _it: object, _trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def is_ended(self) -> bool:
        """Whether it was told to play nothing more."""
        return self._is_ended

    def end(self) -> None:
        """Have what is being played taken back, and play nothing more. Idempotent."""
        with self._lock:
            self._is_ended = True
            for ending in self._endings:
                ending()

    def answer(
        self, exercise: Exercise, read_so_far: Answer, folder: Path, say: Callable[[str], None]
    ) -> Answer:
        """The answer to a hand-in whose files have no flaw; `folder` receives the record.

        `say` is told the name of each stage that takes its time. Raises Unavailable.
        """
        hand_in = read_so_far.hand_in
        say("asking")
        flaws = (*self._at_the_gate().refused(hand_in), *read_so_far.flaws)
        if not passes(flaws):
            return Answer(hand_in=hand_in, flaws=flaws)
        say("playing")
        try:
            played = play(
                exercise,
                hand_in,
                folder.absolute(),
                options=self._options(),
                timeout_s=self._timeout_s,
                on_start=self._note,
            )
        except (OverItsTime, TookTooLong):
            file = next(iter(hand_in.texts), "")
            limit = f"{self._timeout_s:g} s"
            late = Flaw(code="RCS804", file=file, words={"limit": limit})
            return Answer(hand_in=hand_in, flaws=(late, *flaws))
        # What was predicted is compared with what has been seen to happen, and not before.
        flaws = (*played.flaws, *predictions_in(hand_in, exercise), *flaws)
        return Answer(hand_in=hand_in, flaws=flaws, played=played)

    def _at_the_gate(self) -> Gate:
        with self._lock:
            if self._is_ended:
                raise Unavailable("interrupted before it began")
            if self._gate is None:
                ground = standing_ground(self._target)
                gate = gate_on(ground, is_awaited=self._is_awaited)
                self._gate = self._stack.enter_context(gate)
            return self._gate

    def _note(self, ending: Ending) -> None:
        with self._lock:
            self._endings.append(ending)
            if self._is_ended:
                ending()

    def _options(self) -> list[str]:
        target = self._target
        words = ["--cluster-name", target.name]
        words += ["--kube-context", target.context] if target.context else []
        path = target.kubeconfig
        return words + (["--kubeconfig", str(path.absolute())] if path else [])
