"""From messages to facts: words, turns, replies, lists, member months."""
