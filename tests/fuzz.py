"""Fuzz the reader of files by coverage for some time: `python -m tests.fuzz 20`, in seconds (extra fuzz).

Beside bytes as they come, the fuzzer's choices change shipped files. What is neither a scenario nor one of our errors
ends it with a traceback and exit code 77, and the bytes are written beside it.
"""

import sys

import atheris

with atheris.instrument_imports(include=["simulator"]):
    from simulator import loading  # noqa: F401 (instrumented before the rest imports it)
    from tests.fuzzed import SHIPPED, mutated, read

TEXTS = [path.read_text(encoding="utf-8") for path in SHIPPED]


def once(data: bytes) -> None:
    """One file."""
    choose = atheris.FuzzedDataProvider(data)
    if choose.ConsumeBool():
        content = choose.ConsumeBytes(600)
    else:
        text = TEXTS[choose.ConsumeIntInRange(0, len(TEXTS) - 1)]
        choices = [tuple(choose.ConsumeIntListInRange(3, 0, 10_000)) for _ in range(choose.ConsumeIntInRange(1, 4))]
        content = mutated(text, choices).encode("utf-8", "replace")
    became = read(content)
    if became not in ("refused", "scenario"):
        raise AssertionError(became)


if __name__ == "__main__":
    seconds = sys.argv[1] if len(sys.argv) > 1 else "20"
    limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits], once)
    atheris.Fuzz()
