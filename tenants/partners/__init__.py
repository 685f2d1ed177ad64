"""Partner insurers as the city knows them: public rows without a secret. All else about one is a county's."""
