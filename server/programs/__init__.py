"""The points programme: every version of the rules, and templates by kind of shop."""
