"""What every transport calls: signing in, admission, and the drivers that join sessions and pipelines."""
