#!/bin/sh
# host.sh: plays the host as nova and XenServer's toolstack do: the guest's vm-data, then requests one by one.
# Prints a line "HOST …" for each thing seen, and last what the guest itself printed.
#
#   HOST answer NAME ANSWER (MILLISECONDS ms)      the answer, or NONE after 20 s (60 s for the first, which waits for the boot)
#   HOST left NAME                                 the request was still there once it was answered

domain=/local/domain/1
password='a "secret": pâss wörd, 1'
serial=0
patience=60000

milliseconds() {
    read -r seconds _ < /proc/uptime
    echo "${seconds%.*}${seconds#*.}0"
}

# ask NAME REQUEST: the answer goes to $answer too. xenstore-write un-escapes backslashes, xenstore-read escapes them, as at nova's.
ask() {
    serial=$((serial + 1))
    id=$(printf '00000000-0000-4000-8000-%012d' $serial)
    start=$(milliseconds)
    xenstore-write "$domain/data/host/$id" "$2"
    until xenstore-exists "$domain/data/guest/$id" || [ $(($(milliseconds) - start)) -gt $patience ]; do
        usleep 20000
    done
    answer=$(xenstore-read "$domain/data/guest/$id" 2> /dev/null || echo NONE)
    echo "HOST answer $1 $answer ($(($(milliseconds) - start)) ms)"
    usleep 100000 # the answer comes first, then the request goes
    ! xenstore-exists "$domain/data/host/$id" || echo "HOST left $1"
}

# request NAME VALUE: as json.dumps writes it; the values here need no escaping.
request() {
    ask "$1" "{\"name\": \"$1\", \"value\": \"$2\"}"
}

# bytes: standard input as one line of base64.
bytes() {
    base64 | tr -d '\n'
}

# Reads the agent's answer to keyinit, sends the password: nova's SimpleDH (p = 2^107 - 1, base 5) and its openssl command.
p=162259276829213363391578010288127
private=1124567890123456789012345
exchange() {
    request keyinit "$(dc -e "5 $private $p | p")"
    public=$(expr "$answer" : '.*"message": *"\([0-9]*\)"')
    shared=$(dc -e "${public:-0} $private $p | p")
    request password "$(printf '%s\n' "$password" | openssl aes-128-cbc -A -a -pass "pass:$shared" -nosalt 2> /dev/null)"
}

xl create -p -q /etc/guest.cfg || echo "HOST xl failed"
for directory in data vm-data; do
    xenstore-write $domain/$directory ""
    xenstore-chmod $domain/$directory n1
done
xenstore-write $domain/vm-data/hostname xen-guest
xenstore-write $domain/vm-data/networking/4040AABBCC01 '{"label": "public", "mac": "40:40:AA:BB:CC:01",
    "gateway": "198.51.100.1", "broadcast": "198.51.100.255",
    "ips": [{"ip": "198.51.100.23", "enabled": "1", "netmask": "255.255.255.0", "gateway": "198.51.100.1"}],
    "gateway_v6": "fe80::def",
    "ip6s": [{"ip": "2001:db8:1::23", "enabled": "1", "netmask": 64, "gateway": "fe80::def"}],
    "routes": [{"route": "10.208.0.0", "netmask": "255.240.0.0", "gateway": "198.51.100.2"}],
    "dns": ["192.0.2.53"]}'
xl unpause guest

request version agent
patience=20000
request features ""
exchange
key='# The following ssh key was injected by Nova
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHN0 user@example'
request injectfile "$(printf '/root/.ssh/authorized_keys,\n%s\n' "$key" | bytes)"
request injectfile "$(printf '/etc/motd,new, with commas' | bytes)"
request resetnetwork ""
request no-such-command ""
ask brackets "$(printf %4033s '' | tr ' ' '[')" # with its path and a NUL, all that one XenStore message holds
ask binary '\xff\xfe\x80{"\x01\x7f\xc3'
request version agent
echo "HOST requests left: $(xenstore-list $domain/data/host 2> /dev/null | wc -l)"

# From addresses behind the gateway, so that the answers need the guest's default routes.
reaches() {
    if ping -q -c 1 -w 5 -I "$1" "$2" > /dev/null; then echo "HOST reaches $2"; else echo "HOST does not reach $2"; fi
}
reaches 192.0.2.1 198.51.100.23
reaches 2001:db8:2::1 2001:db8:1::23

xl shutdown guest > /dev/null # the guest's /sbin/poweroff shows what became of it
start=$(milliseconds)
while xenstore-exists $domain && [ $(($(milliseconds) - start)) -lt 20000 ]; do usleep 50000; done
cat /var/log/xen/guest-guest.log
echo "HOST done"
