"""The chapter's manifests stay as it prints them: every byte, legacy and misspelt as they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from reconverge.cluster.manifests import load
from reconverge.errors import BadInput

FOLDER = Path(__file__).parent.parent / "manifests"
ROWS = [
    row.split("  ")
    for row in (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    if not row.startswith("#")
]
FRAGMENTS = {
    "kubia-liveness-probe-initial-delay.yaml",
    "kubia-resplicaset-matchexpressions.yaml",
}
BYGONE = {"kubia-replicaset.yaml", "ssd-monitor-daemonset.yaml", "cronjob.yaml"}
NAMES = [name for _, name in ROWS]


def test_every_manifest_of_the_chapter_is_listed() -> None:
    """Nine are printed; a list that lost a row would let its file change unseen."""
    assert len(set(NAMES)) == 9
    assert set(NAMES) > FRAGMENTS | BYGONE


@pytest.mark.parametrize(("digest", "name"), ROWS, ids=NAMES)
def test_manifest_is_as_printed(digest: str, name: str) -> None:
    """A reader finds in the folder what the chapter shows, and nothing else."""
    found = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    assert found == digest, f"manifests/{name} is not as printed; put a variant into another file"


@pytest.mark.parametrize("name", sorted(set(NAMES) - FRAGMENTS))
def test_manifest_can_be_applied_today(name: str) -> None:
    """Seven are whole objects; three of them in the version of today, which is noted."""
    (manifest,) = load(FOLDER / name)
    assert bool(manifest.notes) is (name in BYGONE)
    assert str(manifest.object["apiVersion"]) in ("v1", "apps/v1", "batch/v1")


@pytest.mark.parametrize("name", sorted(FRAGMENTS))
def test_fragment_is_no_object(name: str) -> None:
    """Two are printed without the object they belong to."""
    with pytest.raises(BadInput, match="apiVersion"):
        load(FOLDER / name)
