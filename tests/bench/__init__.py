"""Benchmarks, not run with the tests."""
