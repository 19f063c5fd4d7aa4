"""Random budgets: levers, dated changes, and the split of a total."""

from collections.abc import Sequence

from tests.random_draws import Draws, Fields, Tree

SIZE = 100  # million yen a year of a programme, by and large


class BudgetDraws(Draws):
    """Draws the levers on appropriations, and how a total is allocated."""

    def levers(self, bases: Sequence[object], *, programmes: Sequence[str] = ()) -> Tree:
        """Levers of a programme, or of the portfolio where programmes are named."""
        levers: Tree = {}
        if self.chance(0.7):
            levers["base"] = self.one_of(bases)
        if self.chance(0.6):
            levers["level"] = self.one_of([-1.0, -0.5, 0.1, 0.25, 1.0])
        if self.at_rest:
            return levers
        if self.chance(0.6):
            levers["growth"] = self.by_year(self.growth)
        if self.chance(0.5):
            levers["changes"] = [each for _ in range(self.number(1, 2)) for each in self.dated(programmes)]
        return levers

    def dated(self, programmes: Sequence[str]) -> list[Tree]:
        """A dated change of an appropriation, or two that together leave it positive."""
        dates: Tree = {}
        if self.chance(0.6):
            dates["from"] = self.first + self.number(0, 6)
        if self.chance(0.5):
            dates["until"] = dates.get("from", self.first) + self.number(0, 4)
        named = {"programme": self.one_of(programmes)} if programmes else {}
        if programmes and self.chance(0.5):
            return [{**dates, "multiply": self.one_of([0.5, 0.9, 1.25])}]
        kind = self.one_of(["multiply", "add", "add", "set", "set less", "set less"])
        if kind == "multiply":
            return [{**named, **dates, "multiply": self.one_of([0, 0.5, 0.9, 1.25])}]
        if kind == "add":
            return [{**named, **dates, "add": self.money(SIZE)}]
        fixed = {**named, **dates, "set": SIZE * self.number(5, 30) / 10}
        less = {**named, **dates, "add": -SIZE * self.number(0, 5) / 10}
        return [fixed, less] if kind == "set less" else [fixed]

    def allocation(self, programmes: Sequence[str]) -> Tree:
        """A split of a total among these programmes."""
        if self.at_rest:
            return {}
        rule = self.one_of(["plan", "proportional", "priority", "proportional", *["priority"] * 4])
        split: Tree = {"allocation": rule}
        if rule == "plan":
            return split | {"plan": {name: self.by_year(lambda: self.money(SIZE)) for name in programmes}}
        if self.chance(0.75):
            split["total"] = self.by_year(lambda: self.money(SIZE * len(programmes)))
        if rule == "proportional":
            return split
        named = [name for name in programmes if self.chance(0.7)] or [programmes[-1]]
        fields: Fields = {
            "priority": lambda: named[::-1],
            "weights": lambda: {name: self.number(0, 4) for name in named[1:]} | {programmes[-1]: self.number(1, 4)},
        }
        return split | self.each(fields, 0.8)
