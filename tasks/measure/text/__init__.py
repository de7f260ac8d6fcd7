"""Texts: normal form, words, values."""
