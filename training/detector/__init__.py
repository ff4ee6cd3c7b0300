"""The corner-point plate detector."""
