"""A verdict and its timeline, put into words. Nothing here decides anything."""
