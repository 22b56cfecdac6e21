"""The commands of `reconverge`, a module each, imported only when called."""
