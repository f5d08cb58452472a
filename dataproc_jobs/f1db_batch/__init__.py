"""The Spark batch's package: one F1DB release from its ZIP to checked Parquet; runs from a ZIP of Python files."""
