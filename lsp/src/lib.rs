//! The language server: moves messages between an editor and `persona-ide`, and turns places in bytes into places in lines and
//! columns. Decides nothing about the language, and reads packages and runs the engine only through what the binary plugs in.
