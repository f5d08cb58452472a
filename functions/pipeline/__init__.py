"""The pipeline's functions: what they decide, what they read and write, and how they talk to GCP."""
