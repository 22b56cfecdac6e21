"""What every act inside a node needs: a shell there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from reconverge.shell import Completed


class Shelled:
    """Base of what is done inside nodes, by one command of the node's own shell each."""

    @abstractmethod
    def _shell(
        self,
        node: str,
        script: str,
        *words: str,
        accept: Sequence[int] = (0,),
        stdin: str | None = None,
        extra_s: float = 0.0,
    ) -> Completed:
        """Run `script` in the node's shell with `words` as its arguments."""
