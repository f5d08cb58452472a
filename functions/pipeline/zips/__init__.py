"""A release's ZIP: proven while it is streamed, landed under its digest, asked for its drivers."""
