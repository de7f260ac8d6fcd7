"""Retention: raw text leaves the vault when its time is over; what it came to stays."""
