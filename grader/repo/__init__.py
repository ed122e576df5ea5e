"""Git: bare mirrors of trusted repositories, and single-commit trees out of them."""
