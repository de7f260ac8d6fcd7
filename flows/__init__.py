"""When and in what order: the flows and the command line."""
