"""Libraries that come with an extra of the package, and what to install where one is not there."""

from importlib.util import find_spec

from simulator.errors import RequestError


def require(*modules: str, needs: str, extra: str) -> None:
    """Raise RequestError with what to install unless all modules are there; `needs` says what for."""
    if any(find_spec(module) is None for module in modules):
        raise RequestError(f"{needs}: {install(extra)}")


def install(extra: str) -> str:
    """The line that installs an extra."""
    return f"pip install 'research-budget-simulator[{extra}]'"
