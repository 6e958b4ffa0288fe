"""The shell of the console: session per request, sign-in gate, languages, headers, menu, error pages."""
