"""A data subject's rights: everything held on one person told, or erased so that it does not come back."""
