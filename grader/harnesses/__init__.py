"""What other programs call from their own process: one file per program, importing none of them."""
