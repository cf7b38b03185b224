"""Acts that page and API do alike and that are more than one service call: request in, result out."""
