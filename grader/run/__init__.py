"""One evaluation on disk: manifest, journal, resume, regrade."""
