"""Who is who: rosters, senders and members, pseudonyms, membership and presence."""
