"""Pure, frozen records: what is stored, sent or hashed. No behaviour beyond their own shape."""
