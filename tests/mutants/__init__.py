"""Mutants: small committed changes that each take one defence out, and the tests that must notice."""
