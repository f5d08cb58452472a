"""Speed and memory, measured through the commands a person types: `make bench`."""
