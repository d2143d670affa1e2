"""Attacks, kept as data: what a hostile hand types, uploads or sends, and that none of it gets through."""
