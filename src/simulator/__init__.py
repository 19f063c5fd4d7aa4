"""Research budget simulator (map to follow)."""
__version__ = "0.1.0"
