"""Rendered Chinese licence plates of every kind."""
