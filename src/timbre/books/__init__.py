"""Books, and other files of text, that are read aloud: what is in them, and the way from there to a file of speech."""
