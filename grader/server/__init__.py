"""HTTP: who may ask and whose turn it is; grading is the engine's, wording the dialects'."""
