"""Tables as Parquet files, and SQL over them: DuckDB, an extra."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator import extras
from simulator.errors import RequestError

if TYPE_CHECKING:
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


def query(sql: str, tables: Mapping[str, Sequence[Path]]) -> "pd.DataFrame":
    """Result of a question in SQL; each name is the table of all its files, with the column `run`, their folder.

    Raises
    ------
    RequestError : the question cannot be answered; the message is DuckDB's own, on one line

    """
    import duckdb

    with _connection() as connection:
        for name, files in tables.items():
            of = [
                f"SELECT *, {_quoted(_run_of(path))} AS run FROM read_parquet({_quoted(str(path))})" for path in files
            ]
            connection.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(of)}")
        try:
            found: pd.DataFrame = connection.execute(sql).df()
        except duckdb.Error as error:
            raise RequestError(f"query: {' '.join(str(error).split())}") from error
    return found


def require() -> None:
    """Raise RequestError with what to install where DuckDB is not there."""
    extras.require("duckdb", needs="this needs DuckDB", extra="store")


def _connection() -> Any:
    require()
    import duckdb

    return duckdb.connect()


def _run_of(path: Path) -> str:
    """The run folder of a table."""
    return path.parent.parent.as_posix()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
