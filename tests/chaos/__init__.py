"""Long fault matrices over real processes and sockets; `make test` runs a share of each."""
