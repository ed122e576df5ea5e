"""Machines that grade for a driver: what is sent in chunks, what is believed of what comes back."""
