"""What the server says of itself: OpenAPI for plain requests, AsyncAPI for WebSockets. They describe, never decide."""
