"""Points that head office gives or takes by hand, with a reason; many of them only with a second person's word."""
