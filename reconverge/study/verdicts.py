"""From a folder to its answer: the files first, then the API server, then the cluster itself.

Each stage is asked only when the one before has nothing to object: what cannot work is not applied,
and a cluster is not needed to hear about a misspelt field.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from reconverge.pytest_plugin.clusters import standing_ground
from reconverge.pytest_plugin.options import required_target
from reconverge.study.answers import Answer, passes
from reconverge.study.demands import flaws_in, predictions_in
from reconverge.study.exercises import Exercise
from reconverge.study.playing import play, refused
from reconverge.study.written import read_hand_in


def judged(
    exercise: Exercise,
    path: Path,
    *,
    folder: Path | None,
    name: str,
    kube_context: str,
    kubeconfig: Path | None,
    say: Callable[[str], None],
) -> Answer:
    """The answer to what lies at `path`. Raises BadInput where there is nothing, Unavailable.

    `folder`, or a new one of the machine's for such things, receives the record; `say` is told the
    name of each stage that takes its time.
    """
    hand_in = read_hand_in(path)
    answer = Answer(hand_in=hand_in, flaws=flaws_in(hand_in, exercise))
    if not passes(answer.flaws):
        return answer
    predicted = predictions_in(hand_in, exercise)
    if exercise.feature is None:
        return Answer(hand_in=hand_in, flaws=(*predicted, *answer.flaws))
    target = required_target(name=name, kubeconfig=kubeconfig, context=kube_context)
    say("asking")
    ground = standing_ground(target)
    flaws = (*refused(hand_in, ground.cluster), *answer.flaws)
    if not passes(flaws):
        return Answer(hand_in=hand_in, flaws=flaws)
    say("playing")
    place = folder or Path(mkdtemp(prefix=f"study-{exercise.id}-"))
    played = play(
        exercise, hand_in, place.absolute(), options=_options(name, kube_context, kubeconfig)
    )
    # What was predicted is compared with what has been seen to happen, and not before.
    flaws = (*played.flaws, *predicted, *answer.flaws)
    return Answer(hand_in=hand_in, flaws=flaws, played=played)


def _options(name: str, kube_context: str, kubeconfig: Path | None) -> list[str]:
    words = ["--cluster-name", name]
    words += ["--kube-context", kube_context] if kube_context else []
    words += ["--kubeconfig", str(kubeconfig.absolute())] if kubeconfig else []
    return words
