"""The Cloud Run job around the dbt project: load, build in private, publish in one step, report, pointer."""
