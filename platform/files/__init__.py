"""Files of a county: certificates, pictures and papers of claims, lists. Checked and bounded."""
