#!/bin/bash
# check.sh CONSOLE: compares what boot.sh printed with what the host asked for (dom0/host.sh), prints every line that is
# missing. Exit status 0 if none is.
set -euo pipefail
export LC_ALL=C # the console may hold any bytes
console=$(tr -d '\r' < "$1")
missing=0

# want LINE...: each is there, as an extended regular expression that matches a whole line.
want() {
    local line
    for line; do
        if ! grep -aqxE -- "$line" <<< "$console"; then
            echo "missing: $line"
            missing=$((missing + 1))
        fi
    done
}

# unwanted LINE...: none is there.
unwanted() {
    local line
    for line; do
        if grep -axE -- "$line" <<< "$console"; then
            echo "unwanted: $line"
            missing=$((missing + 1))
        fi
    done
}

# answered NAME CODE MESSAGE: the answer, in printable ASCII without a backslash.
answered() {
    want "HOST answer $1 \{\"returncode\": \"$2\", \"message\": \"$3\"\} \([0-9]+ ms\)"
}

text='[^"\\]*'
reason='[^"\\]+'
answered version 0 '[3-9]\.[0-9]+\.[0-9]+\.[0-9]+'
answered features 0 '([a-z_]+,)*injectfile(,[a-z_]+)*'
answered keyinit D0 '[0-9]{1,33}'
answered password 0 "$text"
answered injectfile 0 "$text"
answered resetnetwork 0 "$text"
answered no-such-command 404 "$reason"
answered brackets 500 "$reason"
answered binary 500 "$reason"
unwanted 'HOST answer (injectfile|version) .*"500".*' 'HOST answer [^ ]+ NONE .*' 'HOST left .*'
want 'HOST requests left: 0'

# The network, as the guest's kernel and its peer see it, and its files.
want 'GUEST hostname xen-guest' 'GUEST hostname-file xen-guest'
want 'GUEST addr .* eth0 inet 198\.51\.100\.23/24 brd 198\.51\.100\.255 .*' 'GUEST addr .* eth0 inet6 2001:db8:1::23/64 .*'
want 'GUEST route default via 198\.51\.100\.1 dev eth0.*' 'GUEST route 10\.208\.0\.0/12 via 198\.51\.100\.2 dev eth0.*'
want 'GUEST route6 default via fe80::def dev eth0.*' 'HOST reaches 198\.51\.100\.23' 'HOST reaches 2001:db8:1::23'
want 'GUEST resolv nameserver 192\.0\.2\.53' 'GUEST resolv search example\.org'

# The account: only root's line changed, to a hash that OpenSSL's own sha512-crypt makes of the same password and salt.
salt=$(sed -nE 's/^GUEST after root:[$]6[$]([^$:]*)[$].*/\1/p' <<< "$console")
today=$(sed -nE 's/^GUEST today ([0-9]+)$/\1/p' <<< "$console")
hash=$(openssl passwd -6 -salt "${salt:-none}" 'a "secret": pâss wörd, 1')
want 'GUEST before root:!:19000:0:99999:7:::' "GUEST after root:${hash//[$.]/\\&}:${today:-none}:0:99999:7:::"
want 'GUEST after daemon:\*:19000:0:99999:7:::' 'GUEST after user:!:19001::::::' 'GUEST file 600 0:0 [0-9]+ /etc/shadow'

# The files: a new one in a new .ssh, and an old one that keeps its mode and leaves a backup; nothing else beside them.
want 'GUEST file 700 0:0 [0-9]+ /root/\.ssh' 'GUEST file 600 0:0 [0-9]+ /root/\.ssh/authorized_keys'
want 'GUEST key # The following ssh key was injected by Nova' 'GUEST key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHN0 user@example'
want 'GUEST file 640 0:0 16 /etc/motd' 'GUEST motd new, with commas'
want 'GUEST file 640 0:0 4 /etc/motd\.[0-9]+\.bak~' 'GUEST motd-backup old'
unwanted 'GUEST file .*/\.nova-agent\..*' 'GUEST file .*/shadow\.lock'

# The log names what was done, and never what it was done with.
want 'GUEST log .*password.*' 'GUEST log .*injectfile.*' 'GUEST log .*resetnetwork.*'
unwanted 'GUEST log .*(secret|AAAAC3|with commas|198\.51\.100|2001:db8|[$]6[$]).*'

want 'GUEST agent ended with status 0' 'HOST done'
unwanted '.*(Oops|BUG:|segfault|general protection).*'

[ $missing = 0 ]
