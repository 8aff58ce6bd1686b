"""The four faces of the server as golden conversations meet them: a dialer each, and what each of them can carry."""
