"""Claims: an accident reported, the insurer's answer within its legal time, and the money that came of it."""
