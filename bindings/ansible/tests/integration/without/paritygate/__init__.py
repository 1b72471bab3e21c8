"""Stands for a package that can't be loaded."""

raise ImportError("it was built for another Python")
