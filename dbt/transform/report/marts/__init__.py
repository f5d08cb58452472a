"""The rows that the report reads, a module a theme; fields are named as the columns of the published marts."""
