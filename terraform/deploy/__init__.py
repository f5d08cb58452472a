"""Deploys and operates the cloud half: `make doctor`, `plan`, `deploy`, `destroy` and local commands' twins."""
