"""`python -m reconverge` is the `reconverge` command."""

from reconverge.cli import main

main()
