# x86_64 Linux from 2.6.18, static against musl. Runs natively on the build machine; every test uses this binary.
# Budget: `make size` fails beyond FILE_BUDGET octets.
# Smaller code, see docs/decisions.md (LLVM 22, rustc 1.95): registers allocated across calls, nothing hoisted out of loops or kept in a register
# to be used again, blocks laid out for size, no copying or filling in line, and common sequences as functions. For the binary alone: they
# crash the compiler in a crate that only tests need.
CODEGEN := -Cllvm-args="-enable-ipra -disable-machine-licm -disable-machine-cse -apply-ext-tsp-for-size \
	-inline-instr-cost=3 -max-store-memcpy=1 -max-store-memset=1 -enable-machine-outliner=always"
FILE_BUDGET := 131072
