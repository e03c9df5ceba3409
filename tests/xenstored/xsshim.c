/*
 * xsshim.c: an LD_PRELOAD library under which the real xenstored and oxenstored run without a hypervisor.
 *
 * It stands in for the three libraries through which a XenStore daemon reaches Xen (libxenctrl, libxengnttab, libxenevtchn): every
 * domain exists, its ring page (struct xenstore_domain_interface of public/io/xs_wire.h) is plain memory, and event channels are a
 * pipe towards the daemon and an eventfd away from it. The daemon's own code, quotas and permission checks are untouched.
 *
 *   $XSSHIM_DIR/domN.sock   appears when dom0 introduces domain N. It speaks the same wire protocol as the daemon's own socket, but
 *                           arrives at the daemon over the ring, as unprivileged domain N.
 *
 * Several clients share one ring the way they share Linux's /dev/xen/xenbus (drivers/xen/xenbus/xenbus_dev_frontend.c):
 *   - request ids are rewritten, and a reply goes to the client whose request it answers;
 *   - a watch's token is given a prefix naming the client, and a watch event goes to that client without it;
 *   - what a client still owns when it closes (watches, transactions) is given back, and nothing else.
 * XS_RESET_WATCHES likewise gives back what this client owns; passed on, it would take the others' watches.
 * As on the device, a message with more than 4096 bytes of payload is refused; here the client is hung up on.
 *
 *   gcc -O2 -Wall -Wextra -shared -fPIC -o xsshim.so xsshim.c -lpthread -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define UNUSED __attribute__((unused))

enum {
	RING_LEN = 1024,	/* XENSTORE_RING_SIZE */
	PAYLOAD_LEN = 4096,	/* XENSTORE_PAYLOAD_MAX */
	DOMAIN_COUNT = 64,
	CLIENT_COUNT = 64,	/* of one domain; further ones are hung up on */
	BACKLOG_LEN = 65536,	/* bytes waiting for the ring before clients are no longer read from */
	PORT_BASE = 100,	/* event channel port of domain N is PORT_BASE + N */
	VIRQ_PORT = 99,
};

enum { XS_WATCH = 4, XS_UNWATCH = 5, XS_TRANSACTION_START = 6, XS_TRANSACTION_END = 7, XS_WATCH_EVENT = 15, XS_ERROR = 16, XS_RESET_WATCHES = 21 };

struct header { uint32_t type, req_id, tx_id, len; };

/* struct xenstore_domain_interface */
struct ring {
	char req[RING_LEN], rsp[RING_LEN];
	uint32_t req_cons, req_prod, rsp_cons, rsp_prod;
	uint32_t features, connection, error, evtchn_port;
};

struct bytes { char *at; size_t len, room; };

/* A watch (payload: PATH 0 TOKEN 0, as sent to the daemon) or a transaction (id) that a client has to give back. */
struct owned { struct owned *next; uint32_t id; uint32_t len; char payload[]; };

struct client {
	struct client *next;
	int fd;			/* -1: closed, kept until its last reply is in */
	uint32_t serial;	/* names it in tokens */
	unsigned waiting;	/* requests without a reply */
	struct bytes in, out;
	struct owned *watches, *transactions;
};

/* A request on its way through the daemon. */
struct request {
	struct request *next;
	uint32_t id, client_id;	/* as the daemon and as the client know it */
	int silent;		/* ours, not the client's: it gets no reply */
	struct client *client;
	struct header head;
	char payload[];
};

struct domain {
	int id, event, listener;
	struct ring *ring;
	struct bytes to_ring, from_ring;
	struct client *clients;
	struct request *requests;
	uint32_t next_id, next_serial;
};

static struct domain domains[DOMAIN_COUNT];
static int ports[2] = { -1, -1 };	/* pending event channel ports; the daemon polls and reads ports[0] */

static void *need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void append(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > b->room) {
		b->room = 2 * (b->len + len);
		b->at = need(realloc(b->at, b->room));
	}
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

static void consume(struct bytes *b, size_t len)
{
	b->len -= len;
	memmove(b->at, b->at + len, b->len);
}

/* The first whole message of `b`: its header in `*head`, its payload behind the header in place. 0: not all here yet, -1: too long. */
static int message(const struct bytes *b, struct header *head)
{
	if (b->len < sizeof *head)
		return 0;
	memcpy(head, b->at, sizeof *head);
	if (head->len > PAYLOAD_LEN)
		return -1;
	return b->len >= sizeof *head + head->len;
}

/* ---- the ring ---- */

static void notify_daemon(const struct domain *d)
{
	uint32_t port = PORT_BASE + d->id;

	if (write(ports[1], &port, sizeof port) != sizeof port)
		abort();
}

/* Moves as many bytes as the ring takes and has. */
static void turn_ring(struct domain *d)
{
	struct ring *r = d->ring;
	uint32_t prod = r->req_prod, cons = r->rsp_cons;
	size_t put = 0;

	while (put < d->to_ring.len && prod - __atomic_load_n(&r->req_cons, __ATOMIC_ACQUIRE) < RING_LEN)
		r->req[prod++ % RING_LEN] = d->to_ring.at[put++];
	while (cons != __atomic_load_n(&r->rsp_prod, __ATOMIC_ACQUIRE))
		append(&d->from_ring, &r->rsp[cons++ % RING_LEN], 1);
	if (!put && cons == r->rsp_cons)
		return;
	consume(&d->to_ring, put);
	__atomic_store_n(&r->req_prod, prod, __ATOMIC_RELEASE);
	__atomic_store_n(&r->rsp_cons, cons, __ATOMIC_RELEASE);
	notify_daemon(d);
}

/* Queues a request; its reply will find `client` through the id given to it here. */
static void send_request(struct domain *d, struct client *client, int silent, struct header head, const char *payload)
{
	struct request *r = need(malloc(sizeof *r + head.len));

	r->next = d->requests;
	r->id = d->next_id++;
	r->client_id = head.req_id;
	r->silent = silent;
	r->client = client;
	r->head = head;
	memcpy(r->payload, payload, head.len);
	d->requests = r;
	client->waiting++;
	head.req_id = r->id;
	append(&d->to_ring, &head, sizeof head);
	append(&d->to_ring, payload, head.len);
}

/* ---- what a client owns ---- */

static void own(struct owned **list, uint32_t id, const char *payload, uint32_t len)
{
	struct owned *o = need(malloc(sizeof *o + len));

	o->next = *list;
	o->id = id;
	o->len = len;
	memcpy(o->payload, payload, len);
	*list = o;
}

static void disown(struct owned **list, uint32_t id, const char *payload, uint32_t len)
{
	for (; *list; list = &(*list)->next) {
		struct owned *o = *list;

		if (o->id == id && o->len == len && !memcmp(o->payload, payload, len)) {
			*list = o->next;
			free(o);
			return;
		}
	}
}

/* Asks the daemon to drop every watch and transaction of the client. */
static void give_back(struct domain *d, struct client *c)
{
	for (struct owned *o = c->watches; o; o = o->next)
		send_request(d, c, 1, (struct header){ XS_UNWATCH, 0, 0, o->len }, o->payload);
	for (struct owned *o = c->transactions; o; o = o->next)
		send_request(d, c, 1, (struct header){ XS_TRANSACTION_END, 0, o->id, 2 }, "F");
}

static void hang_up(struct domain *d, struct client *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	give_back(d, c);
}

static void reap(struct domain *d)
{
	for (struct client **p = &d->clients; *p; ) {
		struct client *c = *p;

		if (c->fd >= 0 || c->waiting) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		free(c->in.at);
		free(c->out.at);
		free(c);
	}
}

/* ---- client to daemon ---- */

static void reply(struct client *c, struct header head, const void *payload)
{
	append(&c->out, &head, sizeof head);
	append(&c->out, payload, head.len);
}

static void from_client(struct domain *d, struct client *c, struct header head, const char *payload)
{
	const char *token = memchr(payload, 0, head.len);
	char with_prefix[PAYLOAD_LEN + 16];
	size_t path_len;

	if (head.type == XS_RESET_WATCHES) {
		give_back(d, c);
		head.len = 3;
		reply(c, head, "OK");
	} else if ((head.type == XS_WATCH || head.type == XS_UNWATCH) && token && ++token < payload + head.len) {
		path_len = token - payload;
		memcpy(with_prefix, payload, path_len);
		path_len += sprintf(with_prefix + path_len, "%x/", c->serial);
		memcpy(with_prefix + path_len, token, payload + head.len - token);
		head.len += path_len - (token - payload);
		if (head.len > PAYLOAD_LEN)
			hang_up(d, c);
		else
			send_request(d, c, 0, head, with_prefix);
	} else {
		send_request(d, c, 0, head, payload);
	}
}

static void read_client(struct domain *d, struct client *c)
{
	char part[4096];
	struct header head;
	ssize_t n = recv(c->fd, part, sizeof part, MSG_DONTWAIT);
	int whole = 0;

	if (n <= 0) {
		hang_up(d, c);
		return;
	}
	append(&c->in, part, n);
	while (c->fd >= 0 && (whole = message(&c->in, &head)) > 0) {
		from_client(d, c, head, c->in.at + sizeof head);
		consume(&c->in, sizeof head + head.len);
	}
	if (whole < 0)
		hang_up(d, c);
}

static void write_client(struct domain *d, struct client *c)
{
	ssize_t n = send(c->fd, c->out.at, c->out.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		consume(&c->out, n);
	else if (n < 0)
		hang_up(d, c);
}

/* ---- daemon to client ---- */

static void route_event(struct domain *d, struct header head, const char *payload)
{
	const char *token = memchr(payload, 0, head.len), *end;
	uint32_t serial;
	size_t path_len;

	if (!token)
		return;
	path_len = ++token - payload;
	serial = strtoul(token, (char **)&end, 16);
	for (struct client *c = d->clients; c; c = c->next) {
		if (c->serial != serial || c->fd < 0)
			continue;
		end++;		/* the slash */
		head.len -= end - token;
		append(&c->out, &head, sizeof head);
		append(&c->out, payload, path_len);
		append(&c->out, end, head.len - path_len);
	}
}

static void route_reply(struct domain *d, struct header head, const char *payload)
{
	struct request **p = &d->requests, *r;
	struct client *c;

	while (*p && (*p)->id != head.req_id)
		p = &(*p)->next;
	if (!(r = *p))
		return;
	*p = r->next;
	c = r->client;
	c->waiting--;
	if (head.type == XS_WATCH) {
		own(&c->watches, 0, r->payload, r->head.len);
		if (c->fd < 0)
			send_request(d, c, 1, (struct header){ XS_UNWATCH, 0, 0, r->head.len }, r->payload);
	} else if (head.type == XS_UNWATCH) {
		disown(&c->watches, 0, r->payload, r->head.len);
	} else if (head.type == XS_TRANSACTION_START && head.len) {
		own(&c->transactions, strtoul(payload, 0, 10), "", 0);
		if (c->fd < 0)
			send_request(d, c, 1, (struct header){ XS_TRANSACTION_END, 0, strtoul(payload, 0, 10), 2 }, "F");
	} else if (r->head.type == XS_TRANSACTION_END) {
		disown(&c->transactions, r->head.tx_id, "", 0);
	}
	head.req_id = r->client_id;
	if (c->fd >= 0 && !r->silent)
		reply(c, head, payload);
	free(r);
}

static void from_daemon(struct domain *d)
{
	struct header head;

	while (message(&d->from_ring, &head) > 0) {
		if (head.type == XS_WATCH_EVENT)
			route_event(d, head, d->from_ring.at + sizeof head);
		else
			route_reply(d, head, d->from_ring.at + sizeof head);
		consume(&d->from_ring, sizeof head + head.len);
	}
}

/* ---- one thread per domain ---- */

static void accept_client(struct domain *d)
{
	int fd = accept4(d->listener, 0, 0, SOCK_CLOEXEC), count = 0;
	struct client *c;

	for (c = d->clients; c; c = c->next)
		count++;
	if (fd < 0 || count >= CLIENT_COUNT) {
		close(fd);
		return;
	}
	c = need(calloc(1, sizeof *c));
	c->next = d->clients;
	c->fd = fd;
	c->serial = ++d->next_serial;
	d->clients = c;
}

static void *serve(void *argument)
{
	struct domain *d = argument;

	for (;;) {
		struct pollfd p[2 + CLIENT_COUNT] = { { d->event, POLLIN, 0 }, { d->listener, POLLIN, 0 } };
		struct client *polled[CLIENT_COUNT], *c;
		uint64_t count;
		int n = 0;

		turn_ring(d);
		from_daemon(d);
		turn_ring(d);
		reap(d);
		for (c = d->clients; c && n < CLIENT_COUNT; c = c->next) {
			short events = (d->to_ring.len < BACKLOG_LEN ? POLLIN : 0) | (c->out.len ? POLLOUT : 0);

			polled[n] = c;
			p[2 + n++] = (struct pollfd){ c->fd, events, 0 };
		}
		poll(p, 2 + n, -1);
		if (p[0].revents && read(d->event, &count, sizeof count) < 0)
			abort();
		for (int i = 0; i < n; i++) {
			if (p[2 + i].revents & POLLOUT)
				write_client(d, polled[i]);
			if (p[2 + i].revents & ~POLLOUT && polled[i]->fd >= 0)
				read_client(d, polled[i]);
		}
		if (p[1].revents)
			accept_client(d);
	}
}

static struct ring *introduce(int id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *dir = getenv("XSSHIM_DIR");
	struct domain *d = domains;
	pthread_t thread;

	while (d < domains + DOMAIN_COUNT && d->ring && d->id != id)
		d++;
	if (d == domains + DOMAIN_COUNT || !dir)
		return 0;
	if (d->ring)
		return d->ring;
	*d = (struct domain){ .id = id, .next_id = 1 };
	d->event = eventfd(0, EFD_CLOEXEC);
	d->ring = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (d->event < 0 || d->ring == MAP_FAILED)
		abort();
	if (!id)
		return d->ring;		/* dom0 comes through the daemon's own socket */
	snprintf(address.sun_path, sizeof address.sun_path, "%s/dom%d.sock", dir, id);
	unlink(address.sun_path);
	d->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(d->listener, (struct sockaddr *)&address, sizeof address) || listen(d->listener, 16)
	    || pthread_create(&thread, 0, serve, d)) {
		perror(address.sun_path);
		return 0;
	}
	pthread_detach(thread);
	return d->ring;
}

/* ---- libxenctrl: every domain that somebody asks about exists ---- */

/* Only the leading domain id is read by the daemons; the rest of the structure differs between versions. */
EXPORT void *xc_interface_open(void *a UNUSED, void *b UNUSED, unsigned flags UNUSED) { return domains; }
EXPORT int xc_interface_close(void *x UNUSED) { return 0; }
EXPORT int xc_domain_getinfo(void *x UNUSED, uint32_t first, unsigned max UNUSED, void *info)
{
	memset(info, 0, 64);
	memcpy(info, &first, sizeof first);
	return 1;
}
EXPORT int xc_domain_getinfolist(void *x UNUSED, uint32_t first, unsigned max UNUSED, void *info)
{
	uint16_t id = first;

	memset(info, 0, 104);
	memcpy(info, &id, sizeof id);
	return 1;
}
EXPORT void *xc_map_foreign_range(void *x UNUSED, uint32_t id, int size UNUSED, int protection UNUSED, unsigned long frame UNUSED)
{
	return introduce(id);
}

/* ---- libxengnttab: a domain's only grant is its ring ---- */

EXPORT void *xengnttab_open(void *log UNUSED, unsigned flags UNUSED) { return domains; }
EXPORT int xengnttab_close(void *x UNUSED) { return 0; }
EXPORT int xengnttab_set_max_grants(void *x UNUSED, uint32_t count UNUSED) { return 0; }
EXPORT void *xengnttab_map_grant_ref(void *x UNUSED, uint32_t id, uint32_t ref UNUSED, int protection UNUSED) { return introduce(id); }
EXPORT int xengnttab_unmap(void *x UNUSED, void *start UNUSED, uint32_t count UNUSED) { return 0; }

/* ---- libxenevtchn: a pipe of ports towards the daemon ---- */

EXPORT void *xenevtchn_open(void *log UNUSED, unsigned flags UNUSED) { return pipe2(ports, O_CLOEXEC) ? 0 : domains; }
EXPORT void *xenevtchn_fdopen(void *log, int fd UNUSED, unsigned flags) { return xenevtchn_open(log, flags); }
EXPORT int xenevtchn_close(void *x UNUSED) { return 0; }
EXPORT int xenevtchn_fd(void *x UNUSED) { return ports[0]; }
EXPORT int xenevtchn_bind_interdomain(void *x UNUSED, uint32_t id, uint32_t port UNUSED) { return PORT_BASE + id; }
EXPORT int xenevtchn_bind_virq(void *x UNUSED, unsigned virq UNUSED) { return VIRQ_PORT; }
EXPORT int xenevtchn_unbind(void *x UNUSED, uint32_t port UNUSED) { return 0; }
EXPORT int xenevtchn_unmask(void *x UNUSED, uint32_t port UNUSED) { return 0; }
EXPORT int xenevtchn_pending(void *x UNUSED)
{
	uint32_t port;

	return read(ports[0], &port, sizeof port) == sizeof port ? (int)port : -1;
}
EXPORT int xenevtchn_notify(void *x UNUSED, uint32_t port)
{
	uint64_t one = 1;

	for (struct domain *d = domains; d < domains + DOMAIN_COUNT && d->ring; d++)
		if (PORT_BASE + d->id == (int)port)
			return write(d->event, &one, sizeof one) == sizeof one ? 0 : -1;
	return 0;
}

/* ---- the C library: dom0's ring and port, and a limit only root may raise ---- */

static int xen_file(const char *path)
{
	int fd;

	if (!strcmp(path, "/proc/xen/xsd_kva")) {
		fd = memfd_create("xsd_kva", MFD_CLOEXEC);
		return ftruncate(fd, 4096) ? -1 : fd;
	}
	if (!strcmp(path, "/proc/xen/xsd_port")) {
		fd = memfd_create("xsd_port", MFD_CLOEXEC);
		return pwrite(fd, "1", 1, 0) == 1 ? fd : -1;
	}
	return -2;
}

#define OPEN(name)                                                              \
	EXPORT int name(const char *path, int flags, ...)                       \
	{                                                                       \
		int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name);  \
		int fd = xen_file(path), mode;                                  \
		va_list rest;                                                   \
										\
		va_start(rest, flags);                                          \
		mode = va_arg(rest, int);                                       \
		va_end(rest);                                                   \
		return fd == -2 ? real(path, flags, mode) : fd;                 \
	}
OPEN(open)
OPEN(open64)

/* oxenstored insists on RLIMIT_NOFILE = fs.nr_open, which needs CAP_SYS_RESOURCE; less does as well. */
EXPORT int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	int (*real)(__rlimit_resource_t, const struct rlimit *) = dlsym(RTLD_NEXT, "setrlimit");

	real(resource, limit);
	return 0;
}
