"""The streaming endpoints over WebSocket: the handshake, and frames to and from the drivers."""
