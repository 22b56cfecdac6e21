"""Makes what a chaos run stands on: the engine, the images, the cluster."""
