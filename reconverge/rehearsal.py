"""Where a dry run ends: just before the first harm, which is told instead of done.

Targets are chosen in a world, so what a scenario asks for before its first fault is really there,
in the scenario's own namespace. What would come after that fault depends on what it does, which
nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconverge.faults.injector import Injection


class Foreseen(Exception):
    """The harm that a dry run has come to, all of it admitted: `injections` are its faults.

    Without any it is `instead` that is not done: something else that a dry run leaves.
    """

    def __init__(self, injections: Sequence[Injection] = (), *, instead: str = "") -> None:
        self.injections, self.instead = tuple(injections), instead
        super().__init__(instead or "; ".join(one.sentence for one in injections))


def told(injection: Injection, *, seed: int) -> Iterator[str]:
    """A fault as it would be done: the sentence, each target, the undo."""
    yield f"fault     {injection.sentence}    seed {seed}"
    yield from (f"target    {target}" for target in injection.targets)
    yield f"undo      {injection.undo.sentence()}"
