"""How the record keeps up with many pods: from the wire to the timeline on disk, on one core."""
