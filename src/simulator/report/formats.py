"""Answers by format: as a page for people, or as records for other programs."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TextIO, TypeVar

from simulator.labels import Words
from simulator.report import markdown, terminal
from simulator.report.sheets import Sheet

Answer = TypeVar("Answer")

Page = tuple[Iterable[str], Iterable[Sheet]]
"""Heading and tables."""

Records = Sequence[Mapping[str, object]]
"""At least one, all with the same keys."""


def writers(
    page: Callable[[Answer, Words], Page], records: Callable[[Answer], Records]
) -> dict[str, Callable[[Answer, Words, TextIO], None]]:
    """By format, what writes an answer, in the words of a language, to a stream."""

    def shown(write: Callable[..., None], answer: Answer, words: Words, stream: TextIO) -> None:
        heading, sheets = page(answer, words)
        write(list(heading), list(sheets), stream)

    def as_csv(answer: Answer, _: Words, stream: TextIO) -> None:
        rows = records(answer)
        lines = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        lines.writeheader()
        lines.writerows(rows)

    def as_json(answer: Answer, _: Words, stream: TextIO) -> None:
        stream.write(json.dumps(records(answer), ensure_ascii=False, indent=1) + "\n")

    return {
        "table": partial(shown, terminal.write),
        "markdown": partial(shown, markdown.write),
        "csv": as_csv,
        "json": as_json,
    }
