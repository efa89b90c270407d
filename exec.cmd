@rem The scripts of package.json begin with "exec": a POSIX shell becomes node then, and gets its signals. cmd.exe has no such word; this file stands for it.
@%*
