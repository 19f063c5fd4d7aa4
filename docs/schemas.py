"""Write the JSON Schemas beside the files that they check: `python docs/schemas.py`."""

from pathlib import Path

from simulator.schema import Kind, text

ROOT = Path(__file__).parent.parent
FILES: dict[Kind, Path] = {
    "scenario": ROOT / "scenarios" / "scenario.schema.json",
    "portfolio": ROOT / "src" / "simulator" / "portfolios" / "portfolio.schema.json",
}

if __name__ == "__main__":
    for kind, path in FILES.items():
        path.write_text(text(kind), encoding="utf-8")
