"""Money of one county: accounts, transfers, holds, and the channels to the outside."""
