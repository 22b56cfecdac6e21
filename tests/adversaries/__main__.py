"""Play the table: `python -m tests.adversaries [--rounds N] [--only WORDS] [--seed N]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from reconverge.provision import lifecycle
from tests.adversaries.adversaries import ADVERSARIES
from tests.adversaries.rounds import Arena, play_all
from tests.adversaries.scenarios import SCENARIOS
from tests.adversaries.table import written
from tests.conftest import CURE, NAME, found_cluster

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Exit code 1 where a verdict was wrong."""
    options = _options()
    cluster, handle = found_cluster(), lifecycle.find(NAME)
    assert cluster is not None, CURE
    assert handle is not None, CURE
    adversaries = [one for one in ADVERSARIES if options.only in one.name]
    scenarios = [one for one in SCENARIOS if options.scenario in one.name]
    outcomes = []
    for turn in range(options.rounds):
        seed = options.seed + turn
        arena = Arena(cluster, handle.kubeconfig, options.folder / str(seed), seed)
        outcomes += play_all(arena, adversaries, scenarios, say)
        (options.folder / "outcomes.json").write_bytes(msgspec.json.encode(outcomes))
    if options.write is not None:
        options.write.write_text(written(outcomes, adversaries, scenarios, seed=options.seed))
    wrong = [one for one in outcomes if one.flaw]
    say(f"{len(outcomes)} trials, {len(wrong)} wrong")
    return 1 if wrong else 0


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.adversaries", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each cell is played")
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--only", default="", help="adversaries whose name contains this")
    parser.add_argument("--scenario", default="", help="scenarios whose name contains this")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "adversaries")
    parser.add_argument("--write", type=Path, default=None, help="write the table to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
