/* SPDX-License-Identifier: MIT */
/*
 * The least that a threaded responder on libfcgi can do: accept, read the
 * body away, answer 420 bytes of JSON.  What the web server, libfcgi and the
 * load generator cost shows here, and nothing else.
 *
 * Built with -DWAIT_IN_EPOLL it waits for connections as promptledger does:
 * the listening socket does not block, and each thread waits in an epoll of
 * its own.
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LISTEN_FD STDIN_FILENO
#define BODY_BYTES 420

static char body[BODY_BYTES + 1];

static void
fill_body(void)
{
	static const char start[] = "{\"text\":\"", end[] = "\"}";

	memset(body, 'a', BODY_BYTES);
	memcpy(body, start, sizeof(start) - 1);
	memcpy(body + BODY_BYTES - (sizeof(end) - 1), end, sizeof(end) - 1);
}

#ifdef WAIT_IN_EPOLL
static int
open_ready(void)
{
	struct epoll_event listening = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, LISTEN_FD, &listening) != 0)
		abort();
	return fd;
}

static bool
wait_for_connection(int ready)
{
	struct epoll_event event;

	return epoll_wait(ready, &event, 1, -1) >= 0;
}
#else
static int
open_ready(void)
{
	return -1;
}

static bool
wait_for_connection(int ready)
{
	(void)ready;
	return true; /* FCGX_Accept_r blocks */
}
#endif

static void
answer(FCGX_Request *r)
{
	char unread[4096];

	while (
	    FCGX_GetStr(unread, sizeof(unread), r->in) == (int)sizeof(unread))
		continue;
	FCGX_FPrintF(r->out,
	    "Status: 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: %d\r\n\r\n",
	    BODY_BYTES);
	FCGX_PutStr(body, BODY_BYTES, r->out);
	FCGX_Finish_r(r);
}

static void *
serve(void *ignored)
{
	int ready = open_ready();
	FCGX_Request r;

	FCGX_InitRequest(&r, LISTEN_FD, 0);
	while (wait_for_connection(ready)) {
		if (FCGX_Accept_r(&r) == 0)
			answer(&r);
	}
	return ignored;
}

int
main(void)
{
	const char *threads = getenv("PROMPTLEDGER_THREADS");
	long count = threads == NULL ? 16 : strtol(threads, NULL, 10);
	pthread_t thread;

	fill_body();
	if (FCGX_Init() != 0)
		return 1;
#ifdef WAIT_IN_EPOLL
	if (fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK) !=
	    0)
		return 1;
#endif
	while (--count > 0) {
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 1;
	}
	serve(NULL);
	return 0;
}
