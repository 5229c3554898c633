"""What was measured, for programs (JSON), for a document (Markdown), and to be looked at (HTML)."""
