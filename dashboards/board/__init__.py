"""The live board: server-rendered pages, made live by one stream a viewer."""
