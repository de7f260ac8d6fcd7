"""How good the measuring is: samples for human coders, their agreement, precision and recall."""
