"""Transports: bytes in and out. They find credentials and translate frames and errors; they decide nothing."""
