"""What every transport calls: signing in, and the drivers that join sessions and pipelines."""
