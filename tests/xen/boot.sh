#!/bin/sh
# boot.sh IMAGES [SECONDS]: boots what images.sh made, in an emulator without hardware virtualisation, and prints the console.
# It ends by itself when dom0 powers off; SECONDS (180) is when it is given up.
#
# qemu64 because it has no AVX: with AVX the emulated guests now and then lose a reply. Mitigations against processor flaws
# and the kernel's tests of its own ciphers are off because they cost a third of the time.
set -eu
cd "$1"
exec timeout "${2:-180}" qemu-system-x86_64 -accel tcg -cpu qemu64 -smp 2 -m 768 \
    -nodefaults -no-user-config -display none -no-reboot -serial stdio \
    -kernel xen -append "console=com1 com1=115200,8n1 dom0_mem=448M,max:448M guest_loglvl=none spec-ctrl=no xpti=no" \
    -initrd "vmlinux console=hvc0 quiet panic=-1 mitigations=off cryptomgr.notests,dom0.cpio" < /dev/null
