"""Who is calling: a modem on the telephone line, or a SIP account."""
