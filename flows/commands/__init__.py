"""What the commands do, in words for a person or as one JSON document."""
