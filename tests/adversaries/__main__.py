"""Play the table: `python -m tests.adversaries`. It goes on where an earlier call was interrupted.

Outcomes are kept in FOLDER/outcomes.json after each round; remove the file to begin anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from reconverge.cluster.nodes import KindCluster
from reconverge.provision import lifecycle
from tests.adversaries.adversaries import ADVERSARIES
from tests.adversaries.rounds import Arena
from tests.adversaries.scenarios import SCENARIOS
from tests.adversaries.table import written
from tests.adversaries.trial import Outcome
from tests.conftest import NAME

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Exit code 1 where a verdict was wrong."""
    options = _options()
    kept = options.folder / "outcomes.json"
    outcomes = msgspec.json.decode(kept.read_bytes(), type=list[Outcome]) if kept.exists() else []
    adversaries = [one for one in ADVERSARIES if options.only in one.name]
    for seed in range(options.seed, options.seed + options.rounds):
        arena = _arena(options.cluster_name, options.folder / str(seed), seed)
        for adversary in adversaries:
            if any((one.adversary, one.seed) == (adversary.name, seed) for one in outcomes):
                continue
            found = arena.play(adversary, SCENARIOS)
            _say(found)
            outcomes += found
            kept.write_bytes(msgspec.json.encode(outcomes))
    if options.write is not None:
        options.write.write_text(written(outcomes, ADVERSARIES, SCENARIOS))
    return 1 if any(one.flaw for one in outcomes) else 0


def _arena(cluster_name: str, folder: Path, seed: int) -> Arena:
    handle = lifecycle.find(cluster_name)
    if handle is None:
        raise SystemExit(f"bring it up with `reconverge cluster up --name {cluster_name}`")
    cluster = KindCluster.of(handle.kubeconfig, kind_name=handle.name)
    folder.mkdir(parents=True, exist_ok=True)
    return Arena(cluster, handle.kubeconfig, folder, seed)


def _say(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        mark = "WRONG" if one.flaw else "" if one.is_wanted else "not wanted"
        row = f"{one.verdict:8} {mark:10} {one.adversary} / {one.scenario}: {one.flaw or one.why}"
        print(row, flush=True)  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.adversaries", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="how often each cell is played")
    parser.add_argument("--seed", type=int, default=4711, help="of the first round")
    parser.add_argument("--only", default="", help="adversaries whose name contains this")
    parser.add_argument("--cluster-name", default=NAME, help="of ours; it is harmed as a whole")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "adversaries")
    parser.add_argument("--write", type=Path, default=None, help="write the table to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
