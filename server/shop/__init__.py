"""How every shop of the chain sells: prices and tax, the invoice number, what customers may say, who may serve."""
