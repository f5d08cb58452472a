"""What the three functions do: requests and events in, facts read, the decision carried out, one outcome line."""
