"""Tables as Parquet files, and SQL over them: DuckDB, an extra."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simulator import extras
from simulator.errors import RequestError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def write(table: "pd.DataFrame", path: Path) -> None:
    """Write a data frame, its rows in their order."""
    with _connection() as connection:
        connection.register("written", table)
        connection.execute("COPY written TO ? (FORMAT parquet)", [str(path)])


def from_csv(source: Path, path: Path, types: Mapping[str, str]) -> None:
    """Write the rows of a CSV file with a header, in their order; `types` are those of its columns in SQL."""
    with _connection() as connection:
        connection.execute("SET preserve_insertion_order = true")
        columns = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in types.items())
        rows = f"SELECT * FROM read_csv({_quoted(str(source))}, header = true, columns = {{{columns}}})"
        connection.execute(f"COPY ({rows}) TO {_quoted(str(path))} (FORMAT parquet)")


def encoded(columns: "Mapping[str, npt.NDArray[Any]]") -> bytes:
    """Columns of numbers as the bytes of a Parquet file; NaN is nothing there."""
    import pandas as pd

    with TemporaryDirectory() as folder, _told(OSError):
        path = Path(folder) / "columns.parquet"
        _kept().register("written", pd.DataFrame(columns))
        _kept().execute("COPY written TO ? (FORMAT parquet, COMPRESSION uncompressed)", [str(path)])
        _kept().unregister("written")
        return path.read_bytes()


def columns(path: Path, names: Sequence[str]) -> "npt.NDArray[np.float64]":
    """Columns of a file, (n, R); NaN where nothing is."""
    import numpy as np

    listed = ", ".join(named(name) for name in names)
    with _told(OSError):
        read = _kept().execute(f"SELECT {listed} FROM read_parquet(?)", [str(path)]).fetchnumpy()
    return np.stack([np.ma.filled(read[name].astype(np.float64), np.nan) for name in names])


def query(sql: str, tables: Mapping[str, Sequence[Path]]) -> "pd.DataFrame":
    """Result of a question in SQL; each name is the table of all its files, with the column `run`, their folder.

    Raises
    ------
    RequestError : the question cannot be answered; the message is DuckDB's own, on one line

    """
    with _connection() as connection:
        for name, files in tables.items():
            by_run: dict[str, list[str]] = {}
            for path in files:
                by_run.setdefault(_run_of(path), []).append(_quoted(str(path)))
            of = [
                f"SELECT *, {_quoted(run)} AS run FROM read_parquet([{', '.join(each)}])"
                for run, each in by_run.items()
            ]
            connection.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(of)}")
        listed = ", ".join(_quoted(str(path)) for files in tables.values() for path in files)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        with _told(RequestError, "query: "):
            _require_question(connection, sql)
            found: pd.DataFrame = connection.execute(sql).df()
    return found


def _require_question(connection: Any, sql: str) -> None:
    """RequestError unless it is one question: a query changes nothing."""
    import duckdb

    statements = connection.extract_statements(sql)
    asks = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)  # MULTI is pivot
    if len(statements) != 1 or statements[0].type not in asks:
        raise RequestError("query: give one question, such as select * from tidy limit 5")


def require() -> None:
    """Raise RequestError with what to install where DuckDB is not there."""
    extras.require("duckdb", needs="this needs DuckDB", extra="store")


@contextmanager
def _told(kind: type[Exception], start: str = "") -> Iterator[None]:
    """What DuckDB says as an error of ours, or the machine's, on one line."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise kind(f"{start}{' '.join(str(error).split())}") from error


def _connection() -> Any:
    require()
    import duckdb

    return duckdb.connect()


def _run_of(path: Path) -> str:
    """The run folder of a table."""
    return path.parent.parent.as_posix()


@cache
def _kept() -> Any:
    """A connection for many small files, each in one thread: opening one takes longer than writing a file."""
    connection = _connection()
    connection.execute("SET threads = 1")
    return connection


def named(text: str) -> str:
    """The name of a column as SQL takes it."""
    return '"' + text.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
