"""Benchmarks: ours, the peer that a user would pick instead, and the physical limit, side by side in one run."""
