"""Consent: who agreed to what since when, and what follows for figures and rows."""
