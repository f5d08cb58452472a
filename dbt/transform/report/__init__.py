"""The report on one driver: a single offline HTML file, made from the published marts and nothing else."""

from transform.report.reader import DriverMissingError, DuckDBMarts, MartQuery, MartReader
from transform.report.render import render_report
from transform.report.story import ReleaseStamp

__all__ = [
    "DriverMissingError",
    "DuckDBMarts",
    "MartQuery",
    "MartReader",
    "ReleaseStamp",
    "render_report",
]
