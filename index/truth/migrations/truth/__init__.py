"""The tables of a truth. One file a change of them, the oldest first: tables, remote_indexes, stamps."""
