"""Japanese text as shops need it: widths, kana, JIS X 0208, line breaking, eras, telephone and postal numbers."""
