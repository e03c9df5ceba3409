# x86_64 Linux from 2.6.18, static against musl. Runs natively on the build machine; every test uses this binary.
# Budget: `make size` fails beyond FILE_BUDGET octets.
FILE_BUDGET := 131072
