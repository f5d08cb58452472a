"""What the dbt project publishes, read from dbt's own manifest, and the pages that are made from it: `make docs`."""
