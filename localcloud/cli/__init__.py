"""What a person types: each command of the Makefile ends in one function here."""
