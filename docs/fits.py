"""Spreads and correlations of the observed series that scenarios/uncertain.yaml uses: `python docs/fits.py`.

Method: volatility is the standard deviation (n − 1) of yearly changes of logarithms; the rank correlation is
Spearman's, of the same changes in the years that two series share; consumer prices follow an AR(1) process fitted by
least squares of each year's inflation on the year before, its mean the mean of all years.
"""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

OBSERVATIONS = Path(__file__).parent.parent / "scenarios" / "observations.csv"
RATES = {"usd_jpy": "jpy_per_usd", "eur_jpy": "jpy_per_eur", "gbp_jpy": "jpy_per_gbp"}

Floats = npt.NDArray[np.float64]


def series(measure: str) -> dict[int, float]:
    """A measure by year."""
    with OBSERVATIONS.open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["measure"] == measure]
    return {int(row["fiscal_year"]): float(row["value"]) for row in rows}


def changes(measure: str) -> Floats:
    """Yearly changes of the logarithm."""
    return np.diff(np.log(list(series(measure).values())))


def volatility(measure: str) -> float:
    """Standard deviation of the changes."""
    return float(changes(measure).std(ddof=1))


def rank_correlation(one: str, other: str) -> float:
    """Spearman's rank correlation of the changes."""
    return float(stats.spearmanr(changes(one), changes(other)).statistic)


def inflation() -> tuple[float, float, float]:
    """Mean, persistence and standard deviation of an AR(1) process of yearly inflation."""
    rates = np.array(list(series("japan_cpi_inflation_calendar_year").values())) / 100.0
    line = stats.linregress(rates[:-1], rates[1:])
    rest = rates[1:] - line.intercept - line.slope * rates[:-1]
    return float(rates.mean()), float(line.slope), float(np.sqrt((rest**2).sum() / (len(rest) - 2)))


def applicants() -> tuple[float, float]:
    """Mean and standard deviation of the yearly growth of the overseas fellowships' applicants."""
    growth = np.expm1(changes("applicants"))
    return float(growth.mean()), float(growth.std(ddof=1))


if __name__ == "__main__":
    for name, measure in RATES.items():
        print(f"{name}: volatility {volatility(measure):.3%} of {len(changes(measure))} changes")
    for one, other in (("usd_jpy", "eur_jpy"), ("usd_jpy", "gbp_jpy"), ("eur_jpy", "gbp_jpy")):
        print(f"{one} and {other}: rank correlation {rank_correlation(RATES[one], RATES[other]):.3f}")
    print("consumer_prices: mean {:.3%}, persistence {:.3f}, sd {:.3%}".format(*inflation()))
    print("applicants: growth {:.3%}, sd {:.3%}".format(*applicants()))
