"""Land: find what curators dropped, hash it, unpack it safely, keep it in the vault, account for it."""
