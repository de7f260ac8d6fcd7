"""What leaves the core: disclosure control, the research tables, the report, the release."""
