"""Nobody where he doesn't belong: every route of the app, walked by a person of every role next door to a case (INV-16)."""
