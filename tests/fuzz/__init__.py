"""What comes from outside, made up by the thousand: the same share of it in every `make test`, more in `make fuzz`."""
