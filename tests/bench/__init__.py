"""Measurements of the aims in section "Speed" of the design: `make bench`, or `python -m tests.bench engine inbox …`."""
