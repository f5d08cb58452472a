"""Google's SQL analyser, which is WebAssembly: compiled once, kept in pytest's cache, called with protocol buffers."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tzdata
from wasmtime import Config, Engine, Linker, Module, Store, WasiConfig, WasmtimeError
from zetasql.wasi import get_wasm_path

_SIZE_BYTES = 4


class AnalysisError(Exception):
    """What the analyser has to say against a statement, with line and column."""


class ZetaSql:
    """One instance of the analyser; compiling it takes 13 s, reading the compiled module no time: hence the cache."""

    def __init__(self, cache: Path) -> None:
        config = Config()
        config.shared_memory = True
        engine = Engine(config)
        self._store = Store(engine)
        wasi = WasiConfig()
        wasi.inherit_stderr()
        wasi.preopen_dir(str(Path(tzdata.__file__).parent / "zoneinfo"), "/usr/share/zoneinfo")
        self._store.set_wasi(wasi)
        linker = Linker(engine)
        linker.define_wasi()
        instance = linker.instantiate(self._store, _module(engine, cache))
        self._exports = instance.exports(self._store)
        with contextlib.suppress(KeyError):
            self._exports["_initialize"](self._store)
        self._memory = self._exports["memory"]

    def call(self, name: str, request: Any, answer: type[Any]) -> Any:
        """Call one function of the local service.

        Raises:
            AnalysisError: with the analyser's own words.
        """
        content = request.SerializeToString()
        place, size = self._allocate(len(content)), self._allocate(_SIZE_BYTES)
        try:
            ctypes.memmove(self._address(place), content, len(content))
            found = self._exports[f"ZetaSqlLocalService_{name}"](self._store, place, len(content), size)
            if not found:
                raise AnalysisError(self._last_error())
            length = int.from_bytes(self._read(size, _SIZE_BYTES), "little")
            told = self._read(found, length)
            self._free(found)
        finally:
            self._free(place)
            self._free(size)
        return answer.FromString(told)

    def _last_error(self) -> str:
        length = self._exports["wasm_get_last_error_size"](self._store)
        return self._read(self._exports["wasm_get_last_error"](self._store), length).decode() if length else "no reason"

    def _allocate(self, size: int) -> int:
        return int(self._exports["wasm_malloc"](self._store, max(size, 1)))

    def _free(self, place: int) -> None:
        self._exports["wasm_free"](self._store, place)

    def _read(self, place: int, size: int) -> bytes:
        return ctypes.string_at(self._address(place), size)

    def _address(self, place: int) -> int:
        start = ctypes.cast(self._memory.data_ptr(), ctypes.c_void_p).value
        assert start is not None
        return start + place


def _module(engine: Engine, cache: Path) -> Module:
    """Read the compiled module, or compile it and keep it; another version of either package has another name.

    Of several workers that find none, one compiles and the others wait: all of them would need the same processors.
    """
    names = f"{version('zetasql')} {version('wasmtime')} {os.uname().machine}"
    kept = cache / f"{hashlib.sha256(names.encode()).hexdigest()[:16]}.cwasm"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            with contextlib.suppress(WasmtimeError):  # compiled for another processor: once more
                return Module.deserialize_file(engine, str(kept))
        module = Module.from_file(engine, str(get_wasm_path()))
        arriving = kept.with_suffix(f".{os.getpid()}")
        arriving.write_bytes(module.serialize())
        os.replace(arriving, kept)
    return module
