"""One thin module per service that the functions talk to: explicit time-outs, one layer of retries, our errors."""
