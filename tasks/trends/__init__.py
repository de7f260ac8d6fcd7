"""Change over time: trends, change points, shocks and the seasons of the Islamic year.

Everything here reads published values by month, and works alike on those of the core and on those that
disclosure control let through.
"""
