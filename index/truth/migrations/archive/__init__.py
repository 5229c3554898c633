"""The tables that an archive on a server has besides its truth. One file a change, the oldest first: settings, jobs."""
