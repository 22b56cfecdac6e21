"""The ways to wait, each behind one small protocol; a module is imported where it is used."""
