"""Where bytes leave the program. Only modules of this folder import a hardware library."""
