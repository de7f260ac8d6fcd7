"""The Islamic calendar as Indonesia keeps it."""
