"""Throwaway services on loopback that the tests and the quickstart start, break on purpose, and stop."""
