"""Portfolios that come with the package: data, one YAML file each."""
