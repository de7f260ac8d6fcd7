"""A whole installation copied to a safe place and brought back: landing, vault, releases and warehouse."""
