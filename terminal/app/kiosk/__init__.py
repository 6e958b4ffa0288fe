"""The counter's screen: a web page on the terminal itself, drawn from one ``Scene`` and live by server-sent events."""
