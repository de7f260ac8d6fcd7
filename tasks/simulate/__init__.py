"""A seeded synthetic community with known truth, rendered as several phones would export it."""
