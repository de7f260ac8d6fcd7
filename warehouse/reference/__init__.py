"""Versioned reference data: what the world says, as files beside the code that reads them."""
