# x86_64 Linux from 2.6.18, static against musl. Runs natively on the build machine; every test uses this binary.
# Budgets: `make size` fails beyond them.
FILE_BUDGET := 131072
