"""Parse: the bytes of one export -> its facts and one row per message or system line."""
