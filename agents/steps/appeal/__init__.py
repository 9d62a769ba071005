"""Steps of the appeal graph that the authorization has no like of."""
