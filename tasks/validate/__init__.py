"""Validate: rules on single rows with quarantine, expectations on the smaller frames with severities."""
