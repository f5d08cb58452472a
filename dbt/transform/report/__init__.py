"""The report on one driver: a single offline HTML file, made from the published marts and nothing else."""

from transform.report.marts import DriverMissingError, DuckDBMarts, MartReader
from transform.report.render import ReleaseStamp, render_report

__all__ = ["DriverMissingError", "DuckDBMarts", "MartReader", "ReleaseStamp", "render_report"]
