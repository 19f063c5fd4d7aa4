"""Random award types: lives, costs, demand, outcomes, and the links between them."""

from collections.abc import Callable, Sequence

from tests.random_draws import Draws, Fields, Tree

MONTHS = (
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "january", "february",
    "march",
)  # fmt: skip
INDICES = ("prices", "fares", "dollar")
LONGEST = 60  # months
SIZES = {"start": 1, "end": 1, "month": 0.4, "year": 5, "award": 5}


class AwardDraws(Draws):
    """Draws award types, and what a scenario changes in them."""

    def award(self) -> Tree:
        places = self.one_of([[], [], ["near", "far"], ["near", "far", "sea"]])
        award: Tree = self.life(renewed=self.chance(0.25))
        award["costs"] = self.costs(places, spread="duration" in award)
        fields: Fields = {
            "start_months": self.start_months,
            "take_up": lambda: self.by_year(lambda: self.number(10, 20) / 20),
            "deferral": self.deferral,
            "early_termination": self.share_by_year,
            "history": self.history,
        }
        seldom: Fields = {"backlog": lambda: self.number(0, 40) / 2, "outcomes": self.outcomes}
        if not self.at_rest:
            fields |= {"continuing": self.share_by_year, "maximum": self.half_numbers}
            seldom |= {"demand": self.demand, "extensions": self.extensions}
        award |= self.each(fields, 0.5) | self.each(seldom, 0.3)
        return award | ({"destinations": dict(zip(places, self.shares(len(places)), strict=True))} if places else {})

    def award_changes(self, award: Tree) -> Tree:
        """What a scenario overrides in an award type."""
        fields: Fields = {
            "start_months": self.start_months,
            "early_termination": self.share_by_year,
            "deferral": self.deferral,
            "continuing": self.share_by_year,
            "maximum": self.half_numbers,
            "outcomes": self.outcomes,
        }
        if not self.at_rest:
            fields |= {"extensions": self.extensions, "demand": self.demand}
        life = self.other_life(award) if self.chance(0.5) else {}
        return life | self.each(fields, 0.25)

    def other_life(self, award: Tree) -> Tree:
        """A life that may replace that of an award type: a duration in place of a renewal too, and the reverse."""
        spread = any("spread" in component for component in award["costs"].values())
        life = self.life(renewed=not spread and self.chance(0.75 if "duration" in award else 0.25))
        return {**{key: None for key in ("duration", "renewal") if key in award}, **life}

    def life(self, *, renewed: bool) -> Tree:
        if not renewed:
            return {"duration": self.by_year(self.stay)}
        after = self.by_year(lambda: f"{self.number(1, LONGEST // 2)} months")
        until = self.by_year(lambda: f"{self.number(LONGEST // 2 + 1, LONGEST)} months")
        return {"renewal": {"after": after, "share": self.share_by_year(), "until": until}}

    def stay(self) -> object:
        if self.chance(0.6):
            return self.span()
        spans = {self.span(): None for _ in range(self.number(2, 3))}
        return dict(zip(spans, self.shares(len(spans)), strict=True))

    def span(self) -> str:
        low, high = sorted((self.number(1, LONGEST), self.number(1, LONGEST)))
        kinds = [
            f"{low} months",
            f"{high} months",
            f"{low}-{high} months",
            f"{high / 12:.2f} years",
            f"{low % 8 + 1} weeks",
        ]
        return str(self.one_of([*kinds, f"{low % 4 + 1}-{low % 4 + 3} weeks"]))

    def start_months(self) -> object:
        def months() -> Tree:
            chosen = [MONTHS[place] for place in sorted({self.number(0, 11) for _ in range(self.number(1, 4))})]
            return dict(zip(chosen, self.shares(len(chosen)), strict=True))

        return self.by_year(months, 0.6)

    def history(self) -> Tree:
        if self.chance(0.4):
            return {"steady": self.number(0, 30)}
        return {self.first - 1 - back: self.number(0, 30) for back in range(self.number(1, 6))}

    def extensions(self) -> Tree:
        """Extensions of up to three years, none before the scenario's first."""
        years = sorted({self.start + self.number(0, 5) for _ in range(self.number(1, 3))})
        return {year: {"share": self.share(), "duration": f"{self.number(1, 30)} months"} for year in years}

    def deferral(self) -> object:
        """Deferred shares; at rest never all, which would leave no money for others every second year."""
        return min(self.share(), 0.75) if self.at_rest else self.share_by_year()

    def demand(self) -> Tree:
        demand: Tree = {"applicants": self.number(0, 120)}
        fields: Fields = {
            "growth": lambda: self.by_year(self.growth),
            "elasticity": lambda: self.one_of([0.3, 0.5, 1, 2, -0.5]),
            "cost_of_living": lambda: self.one_of(INDICES),
            "maximum_success_rate": self.share_by_year,
        }
        return demand | self.each(fields, 0.6)

    def outcomes(self) -> Tree:
        fields: Fields = {
            "papers_a_year": lambda: self.number(0, 30) / 10,
            "return_visits": lambda: self.number(0, 10) / 20,
            "ties": lambda: self.number(0, 10) / 20,
        }
        outcomes = self.each(fields, 0.7)
        if "papers_a_year" in outcomes and outcomes["papers_a_year"] and self.chance(0.6):
            outcomes["top10_share"] = {"before": self.share(), "after": self.share()}
        return outcomes

    def costs(self, places: Sequence[str], *, spread: bool) -> Tree:
        """One to four components; the first is paid by the agency in the year of start, and never nothing."""
        scale = self.one_of([0.02, 0.2, 1, 1, 4])
        bases = [self.one_of(["start", "month", "year", *(["award"] * spread)])]
        others = ["start", "end", "month", "year", *(["award"] * spread)]
        bases += [self.one_of(others) for _ in range(self.number(0, 3))]
        costs = {f"c{number}": self.component(per, scale, places) for number, per in enumerate(bases)}
        for name, component in costs.items():
            if name != "c0":
                costs[name] |= {"payer": "partner"} if self.chance(0.25) else {}
            if component["per"] == "award":
                late = [0.0] if name != "c0" and self.chance(0.2) else []
                costs[name]["spread"] = [*late, *self.shares(self.number(1, 4))]
        return costs

    def component(self, per: str, scale: float, places: Sequence[str]) -> Tree:
        def each(draw: Callable[[], object]) -> object:
            return {place: draw() for place in places} if places and self.chance(0.6) else draw()

        size = scale * SIZES[per]
        component: Tree = {"amount": each(lambda: size * self.number(1, 20) / 10), "per": per}
        if self.chance(0.6):
            component["index"] = each(lambda: self.one_of(INDICES))
            if self.chance(0.6):
                component["indexation"] = each(self.share)
        if self.chance(0.3):
            component["revision"] = self.by_year(lambda: self.number(-8, 8) / 20)
        return component

    def connect(self, programmes: Tree, linked: Tree) -> None:
        """Award types of `programmes` promote into and feed those of `linked`, which may be more."""
        awards = {f"{p}.{a}": award for p, of in linked.items() for a, award in of.get("awards", {}).items()}
        applied_for = [name for name, award in awards.items() if "demand" in award]
        if self.at_rest or not awards:
            return
        for programme in programmes.values():
            for award in programme.get("awards", {}).values():
                if self.chance(0.25):
                    award["promotes"] = self.links(list(awards))
                if applied_for and self.chance(0.3):
                    award["feeds"] = self.links(applied_for)

    def links(self, names: Sequence[str]) -> list[Tree]:
        lags = [1, "1 year", 2, "24 months", 3, 6]
        share = self.share()
        links = [{"to": self.one_of(names), "share": share, "lag": self.one_of(lags)}]
        if self.chance(0.3):
            left = min(0.15, 1.0 - share)
            links.append({"to": self.one_of(names), "share": left, "lag": self.one_of(lags)})
        return links
