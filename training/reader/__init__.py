"""The plate reader: a straightened plate in, characters out."""
