"""What the full stack costs, on real servers: a bench is a module with ``measure`` and a line in ``run``."""
