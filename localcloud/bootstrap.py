"""Make .venv from the hashed locks, or say in one line why that cannot work and what mends it.

Started by the Makefile with whatever python3 there is: the standard library only, and nothing newer than Python 3.6,
so that a Python that is too old can say so.
"""
# ruff: noqa: UP006, UP021, UP035, UP045 -- those forms need a newer Python than the one that says so here

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
NEEDED_BYTES = 2 * 1000**3
SUPPORTED = ((3, 11), (3, 12))
LAYERS = ("functions", "run", "test")  # each holds the pins of the one before
# A person's pip settings may say where to fetch from, never where to put it or to leave things out.
MISLEADING = (
    "TARGET",
    "PREFIX",
    "ROOT",
    "USER",
    "REQUIRE_VIRTUALENV",
    "CONSTRAINT",
    "REQUIREMENT",
    "NO_DEPS",
    "DRY_RUN",
)
UNREACHABLE = (
    "failed to fetch",
    "error sending request",
    "could not connect",
    "could not find a version",
    "no matching distribution",
    "name resolution",
    "dns error",
    "connection",
    "timed out",
    "timeout",
    "proxyerror",
    "sslerror",
    "certificate",
)


class SetUpError(Exception):
    """Set-up cannot work; the text says why and what mends it."""


def main(arguments: List[str]) -> int:
    """Install one layer (`run` or `test`), or make the locks again (`lock`)."""
    try:
        if arguments == ["lock"]:
            make_locks(ROOT)
        else:
            set_up(ROOT, *arguments)
    except SetUpError as error:
        sys.stderr.write("set-up: {}\n".format(" ".join(str(error).split())))
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def set_up(root: Path, layer: str) -> None:
    """Make `.venv` hold exactly one layer; a `test` environment stays one when a run asks."""
    venv = root / ".venv"
    interpreter = find_interpreter(os.environ.get("PYTHON") or "")
    handle = os.open(str(root), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two makes in one checkout take turns
        if is_current(root, layer):
            return
        check_disk(root)
        installed = venv / "installed"
        if layer == "run" and (installed / "test.txt").exists():
            layer = "test"
        if not has_own_python(root, venv):
            say(f"making .venv with {interpreter}")
            make_venv(interpreter, venv)
        shutil.rmtree(str(installed), ignore_errors=True)
        install(root, venv, layer)
        mark(root, installed, layer)
        say("done")
    finally:
        os.close(handle)


def find_interpreter(wanted: str) -> str:
    """Return a Python that serves: the named one, the one that runs this, or another on PATH."""
    candidates = [wanted] if wanted else [sys.executable, "python3.12", "python3.11"]
    found = []
    for candidate in candidates:
        version = version_of(candidate)
        if version is not None and version[:2] in SUPPORTED:
            return candidate
        if version is not None:
            found.append("{} is {}".format(candidate, ".".join(str(part) for part in version)))
    raise SetUpError(
        "Python 3.11 or 3.12 is needed ({}): install one with its venv module "
        "(Debian: apt-get install python3.11 python3.11-venv), or name one with PYTHON=...".format(
            ", ".join(found) or f"{wanted} is no Python"
        )
    )


def version_of(interpreter: str) -> Optional[Tuple[int, ...]]:
    """Ask an interpreter for its version; None when it does not run."""
    question = "import sys; print(*sys.version_info[:3])"
    try:
        answer = subprocess.check_output([interpreter, "-c", question], stderr=subprocess.DEVNULL)
        return tuple(int(part) for part in answer.split())
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def is_current(root: Path, layer: str) -> bool:
    """Say whether the layer's lock is the one that was installed here: what the Makefile asks with cmp."""
    installed = root / ".venv" / "installed"
    lock = installed / (layer + ".txt")
    if not (lock.exists() and has_own_python(root, root / ".venv")):
        return False
    return lock.read_bytes() == lock_of(root, layer).read_bytes()


def has_own_python(root: Path, venv: Path) -> bool:
    """Say whether .venv works and was made here: its scripts hold this place's path."""
    where = venv / "installed" / "where"
    if where.exists() and where.read_text(encoding="utf-8").strip() != str(root):
        return False
    version = version_of(str(venv / "bin" / "python"))
    return version is not None and version[:2] in SUPPORTED


def check_disk(root: Path) -> None:
    free = shutil.disk_usage(str(root)).free
    if free < NEEDED_BYTES:
        raise SetUpError(f"2 GB of free disk are needed and {free / 1000**3:.1f} GB are there: make room")


def make_venv(interpreter: str, venv: Path) -> None:
    result = run_quietly([interpreter, "-m", "venv", "--clear", str(venv)])
    if result.returncode:
        shutil.rmtree(str(venv), ignore_errors=True)
        raise SetUpError(
            f"{interpreter} cannot make a virtual environment ({last_line(result.stdout)}): install its venv module "
            "(Debian: apt-get install python3-venv), or name another Python with PYTHON=..."
        )


def install(root: Path, venv: Path, layer: str) -> None:
    """Install the layer's lock with uv, or with pip where uv does not get through."""
    lock = lock_of(root, layer)
    count = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line and line[0].isalnum())
    say(f"installing {count} packages into .venv: once, about a minute")
    result = pip(venv, ["install", "--require-hashes", "--quiet", "-r", str(root / "requirements" / "uv.txt")])
    if result.returncode == 0:
        result = uv_sync(root, venv, lock)
        if result.returncode == 0:
            return
        say(f"uv did not get through ({last_line(result.stdout)}); pip takes over")
    build = str(root / "requirements" / "build.txt")
    pip_result = pip(venv, ["install", "--require-hashes", "--quiet", "-r", build])
    if pip_result.returncode == 0:
        hashed = ["install", "--require-hashes", "--quiet", "--no-deps", "--no-build-isolation", "--use-pep517"]
        pip_result = pip(venv, [*hashed, "-r", str(lock)])
    if pip_result.returncode:
        raise SetUpError(why_not_installed(pip_result.stdout))


def uv_sync(root: Path, venv: Path, lock: Path) -> "subprocess.CompletedProcess[str]":
    """Make the environment hold exactly the lock; what builds pyspark from its source is pinned by hash too."""
    command = [str(venv / "bin" / "uv"), "pip", "sync", "--no-config", "--python", str(venv / "bin" / "python")]
    command += ["--require-hashes", "--build-constraints", str(root / "requirements" / "build.txt"), str(lock)]
    return run_quietly(command, uv_environment(venv))


def uv_environment(venv: Path) -> Dict[str, str]:
    """Tell uv what pip has been told on this machine: uv reads none of pip's settings."""
    environment = clean_environment()
    environment.setdefault("UV_SYSTEM_CERTS", "true")
    listing = subprocess.check_output([str(venv / "bin" / "pip"), "config", "list"], env=environment).decode()
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        setting = name.rpartition(".")[2].replace("_", "-")
        value = value.strip("'\"")
        uv_name = {
            "index-url": "UV_DEFAULT_INDEX",
            "extra-index-url": "UV_INDEX",
            "find-links": "UV_FIND_LINKS",
            "cert": "SSL_CERT_FILE",
            "timeout": "UV_HTTP_TIMEOUT",
            "default-timeout": "UV_HTTP_TIMEOUT",
            "trusted-host": "UV_INSECURE_HOST",
            "proxy": "ALL_PROXY",
        }.get(setting)
        if uv_name is not None and value:
            environment.setdefault(uv_name, value)
    return environment


def pip(venv: Path, arguments: List[str]) -> "subprocess.CompletedProcess[str]":
    return run_quietly([str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", *arguments])


def clean_environment() -> Dict[str, str]:
    unwanted = {"PIP_" + name for name in MISLEADING} | {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run_quietly(command: List[str], environment: Optional[Dict[str, str]] = None) -> "subprocess.CompletedProcess[str]":
    """Run a program and keep what it says for the one line that matters."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        env=clean_environment() if environment is None else environment,
        check=False,
    )


def why_not_installed(output: str) -> str:
    reason = last_line(output)
    if "hash" in reason.lower() and "match" in output.lower():
        return f"a package is not the one that the lock names, nothing is installed: {reason}"
    if "no space left" in output.lower():
        return "the disk is full: make 2 GB of room and try again"
    if any(sign in output.lower() for sign in UNREACHABLE):
        return (
            f"the package registry does not answer ({reason}): check the network, or the index, proxy and "
            "certificate that pip is told to use (pip config list), and try again"
        )
    return f"the packages could not be installed: {reason}"


def last_line(output: str) -> str:
    """Return the line that says most: the last error, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "caused by"))]
    return (errors or lines or ["no word"])[-1][:240]


def mark(root: Path, installed: Path, layer: str) -> None:
    """Keep what was installed, for the comparison that the next call begins with."""
    installed.mkdir()
    (installed / "where").write_text(str(root) + "\n", encoding="utf-8")
    for name in LAYERS[: LAYERS.index(layer) + 1]:
        shutil.copyfile(str(lock_of(root, name)), str(installed / (name + ".txt")))


def lock_of(root: Path, layer: str) -> Path:
    return root / "requirements" / (layer + ".txt")


def make_locks(root: Path) -> None:
    """Make the hashed locks again; every layer takes its pins from the largest, so that they agree."""
    requirements = root / "requirements"
    layers = [(name, "") for name in ("uv", "build", "checkov", "test")] + [
        (name, "test") for name in ("run", "transform", "functions")
    ]
    for name, pins in layers:
        command = [str(root / ".venv" / "bin" / "uv"), "pip", "compile", "--no-config", "--quiet", "--universal"]
        command += ["--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
        command += ["--custom-compile-command", "make lock", "-o", name + ".txt", name + ".in"]
        if pins:
            command += ["--constraints", pins + ".txt"]
        if (requirements / (name + ".overrides")).exists():
            command += ["--overrides", name + ".overrides"]
        if os.environ.get("UPGRADE") == "1" and not pins:
            command.append("--upgrade")
        environment = uv_environment(root / ".venv")
        if subprocess.call(command, cwd=str(requirements), env=environment):
            raise SetUpError(f"requirements/{name}.in could not be resolved: see above")
    shutil.copyfile(str(requirements / "functions.txt"), str(root / "functions" / "requirements.txt"))


def say(text: str) -> None:
    sys.stderr.write(f"set-up: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
