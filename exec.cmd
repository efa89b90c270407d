@rem Windows has no "exec", which the scripts of package.json need elsewhere: the shell becomes node, and gets its signals.
@%*
