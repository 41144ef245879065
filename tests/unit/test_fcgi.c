/* SPDX-License-Identifier: MIT */
/*
 * Real processes behind a real socket: the parent speaks FastCGI by hand, the
 * child serves.  Nothing here waits for time to pass; the child tells through
 * a pipe what it has come to, and the parent lets it go on through another.
 */
#include "http/fcgi.h"

#include "base/buf.h"
#include "base/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define BIG_BYTES ((size_t)1 << 20)
#define EXIT_LIMIT_US 5000000
#define PARKED_MAX 16
#define QUIET_MS 100

/* The FastCGI specification's names. */
enum {
	FCGI_BEGIN_REQUEST = 1,
	FCGI_ABORT_REQUEST = 2,
	FCGI_END_REQUEST = 3,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5,
	FCGI_STDOUT = 6,
	FCGI_GET_VALUES = 9,
	FCGI_RESPONDER = 1,
	FCGI_KEEP_CONN = 1,
};

/* What the child tells. */
enum {
	TOLD_ENTERED = 'i',
	TOLD_WORKER_ENDED = 'w',
	TOLD_BODY_BROKEN = 'b',
	TOLD_BODY_WHOLE = 'e',
	TOLD_PEER_GONE = 'g',
};

struct server {
	struct fcgi_service service;
	char dir[32], path[64];
	int listening;
	int told[2]; /* child to parent */
	int gate[2]; /* parent to child: a byte lets one slow request go */
	pid_t pid;

	/* The child's parked exchanges, and the thread that resumes them. */
	bool parks;
	pthread_mutex_t lock;
	struct exchange *parked[PARKED_MAX];
	size_t parked_count;
};

#ifdef __SANITIZE_THREAD__
/* It would sleep for a second at every exit, and exits are measured here. */
const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "atexit_sleep_ms=0";
}
#endif

/* The child's side. */

static void
tell(const struct server *s, char what)
{
	if (write(s->told[1], &what, 1) != 1)
		abort();
}

static const char *
find_path(const struct exchange *x)
{
	const char *const *e;

	for (e = x->env; *e != NULL; e++) {
		if (strncmp(*e, "PATH_INFO=", 10) == 0)
			return *e + 10;
	}
	return "";
}

static bool
write_text(struct exchange *x, const char *text)
{
	return exchange_write(x, text, strlen(text));
}

static void
echo(struct exchange *x)
{
	char bytes[1000];
	ssize_t got;

	write_text(x, "echo:");
	while ((got = exchange_read(x, bytes, sizeof(bytes))) > 0)
		exchange_write(x, bytes, (size_t)got);
	if (got < 0)
		write_text(x, "broken");
}

static void
answer_big(struct exchange *x)
{
	char *big = malloc(BIG_BYTES);

	if (big == NULL)
		abort();
	memset(big, 'x', BIG_BYTES);
	exchange_write(x, big, BIG_BYTES);
	free(big);
}

static void
write_until_gone(const struct server *s, struct exchange *x)
{
	tell(s, TOLD_ENTERED);
	while (write_text(x, "more and more and more"))
		;
	tell(s, TOLD_PEER_GONE);
}

static void
read_to_end(const struct server *s, struct exchange *x)
{
	char bytes[100];
	ssize_t got;

	tell(s, TOLD_ENTERED);
	do {
		got = exchange_read(x, bytes, sizeof(bytes));
	} while (got > 0);
	tell(s, got == 0 ? TOLD_BODY_WHOLE : TOLD_BODY_BROKEN);
}

/* Let exchanges go on, last parked first, each as the parent lets it.  (The
 * parent closes each answered connection at once, or libfcgi would wait for
 * that, for 2 s.) */
static void *
resume_parked(void *server)
{
	struct server *s = server;
	struct exchange *x;
	char go;

	while (read(s->gate[0], &go, 1) == 1) {
		pthread_mutex_lock(&s->lock);
		x = s->parked[--s->parked_count];
		pthread_mutex_unlock(&s->lock);
		exchange_resume(x);
	}
	return NULL;
}

static void
park(struct server *s, struct exchange *x)
{
	pthread_mutex_lock(&s->lock);
	s->parked[s->parked_count++] = x;
	pthread_mutex_unlock(&s->lock);
	tell(s, TOLD_ENTERED);
}

/* Resumed while handle is still at work. */
static void
resume_at_once(const struct server *s, struct exchange *x)
{
	char go;

	exchange_resume(x);
	if (read(s->gate[0], &go, 1) != 1)
		abort();
}

static bool
handle(void *worker, struct exchange *x)
{
	struct server *s = worker;
	const char *path = find_path(x);
	char go;

	if (strcmp(path, "/slow") == 0) {
		tell(s, TOLD_ENTERED);
		if (read(s->gate[0], &go, 1) != 1)
			abort();
		write_text(x, "slow");
	} else if (strcmp(path, "/big") == 0) {
		answer_big(x);
	} else if (strcmp(path, "/until-gone") == 0) {
		write_until_gone(s, x);
	} else if (strcmp(path, "/to-end") == 0) {
		read_to_end(s, x);
	} else if (strcmp(path, "/abort") == 0) {
		answer_big(x);
		exchange_abort(x);
	} else if (strcmp(path, "/unread") == 0) {
		write_text(x, "unread");
	} else if (strcmp(path, "/park") == 0) {
		park(s, x);
		return false;
	} else if (strcmp(path, "/at-once") == 0) {
		resume_at_once(s, x);
		return false;
	} else if (strcmp(path, "/may-park") == 0) {
		write_text(x, x->may_park ? "yes" : "no");
	} else {
		echo(x);
	}
	return true;
}

static void
handle_resumed(struct exchange *x)
{
	write_text(x, "resumed:");
	echo(x);
}

static void *
start_visit(void *app)
{
	return app;
}

static void
end_visit(void *visit)
{
	(void)visit;
}

static void *
start_worker(void *app)
{
	return app;
}

static void *
refuse_worker(void *app)
{
	(void)app;
	return NULL;
}

static void
end_worker(void *worker)
{
	tell(worker, TOLD_WORKER_ENDED);
}

static bool
end_now(void *app)
{
	(void)app;
	return true;
}

/* The parent's side. */

static void
listen_at(struct server *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(s->dir, sizeof(s->dir), "/tmp/fcgi-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", s->path);
	s->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->listening > 2);
	assert_int_equal(
	    bind(s->listening, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->listening, 64), 0);
}

static void
start_resuming(struct server *s)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all); /* the signals are the service's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, resume_parked, s) != 0)
		abort();
	pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The socket listens before the fork, so nobody waits for the server. */
static void
start(struct server *s)
{
	listen_at(s);
	assert_int_equal(pipe2(s->told, O_CLOEXEC), 0);
	assert_int_equal(pipe2(s->gate, O_CLOEXEC), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		/* A test that fails leaves no server behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(s->listening, STDIN_FILENO);
		close(s->listening);
		if (s->parks)
			start_resuming(s);
		_exit(fcgi_serve(&s->service) == FCGI_FAILED);
	}
	close(s->told[1]);
	close(s->listening);
}

static struct server
make_server(unsigned threads)
{
	struct server s = {
	    .service =
		{
		    .threads = threads,
		    .worker_start = start_worker,
		    .worker_end = end_worker,
		    .visit_start = start_visit,
		    .visit_end = end_visit,
		    .handle = handle,
		    .handle_resumed = handle_resumed,
		},
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	};

	return s;
}

#define START(s, n)                       \
	struct server s = make_server(n); \
	s.service.app = &s;               \
	start(&s)

/* Wait for the server's exit and return its status. */
static int
finish(struct server *s)
{
	int status;

	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	unlink(s->path);
	rmdir(s->dir);
	close(s->told[0]);
	close(s->gate[0]);
	close(s->gate[1]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
stop(struct server *s)
{
	const int64_t since = clock_steady_us();

	assert_int_equal(kill(s->pid, SIGTERM), 0);
	assert_int_equal(finish(s), 0);
	assert_true(clock_steady_us() - since < EXIT_LIMIT_US);
}

static void
expect_told(const struct server *s, char what)
{
	char got;

	assert_int_equal(read(s->told[0], &got, 1), 1);
	assert_int_equal(got, what);
}

/* That nothing happens can only be seen by looking for a while. */
static void
assert_nothing_told(const struct server *s)
{
	struct pollfd told = { .fd = s->told[0], .events = POLLIN };

	assert_int_equal(poll(&told, 1, QUIET_MS), 0);
}

static void
let_go(const struct server *s)
{
	assert_int_equal(write(s->gate[1], "x", 1), 1);
}

static int
call(const struct server *s)
{
	const struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* libfcgi 2.4.2 takes the padding of BEGIN_REQUEST and of empty records for
 * the next header, so only the others are padded. */
static void
add_record(struct buf *b, int type, const char *content, size_t len)
{
	const bool bare = len == 0 || type == FCGI_BEGIN_REQUEST;
	const char padding = bare ? 0 : (char)(8 - len % 8);
	const char header[8] = { 1, (char)type, 0, 1, (char)(len >> 8),
		(char)len, padding, 0 };

	buf_add(b, header, sizeof(header));
	buf_add(b, content, len);
	buf_add(b, "\0\0\0\0\0\0\0\0", (size_t)padding);
}

static void
add_begin(struct buf *b, int role, int flags)
{
	const char body[8] = { 0, (char)role, (char)flags, 0, 0, 0, 0, 0 };

	add_record(b, FCGI_BEGIN_REQUEST, body, sizeof(body));
}

/* A length in one byte, or in four. */
static void
add_length(struct buf *b, size_t len)
{
	const char four[4] = { (char)(len >> 24 | 0x80), (char)(len >> 16),
		(char)(len >> 8), (char)len };

	if (len < 128)
		buf_char(b, (char)len);
	else
		buf_add(b, four, sizeof(four));
}

static void
add_param(struct buf *b, const char *name, const char *value)
{
	add_length(b, strlen(name));
	add_length(b, strlen(value));
	buf_text(b, name);
	buf_text(b, value);
}

static void
add_params(struct buf *b, const char *path)
{
	struct buf params;

	buf_init(&params, 4096);
	add_param(&params, "REQUEST_METHOD", "POST");
	add_param(&params, "PATH_INFO", path);
	add_record(b, FCGI_PARAMS, params.ptr, params.len);
	add_record(b, FCGI_PARAMS, "", 0);
	buf_free(&params);
}

static void
add_request(struct buf *b, int flags, const char *path, const char *body)
{
	add_begin(b, FCGI_RESPONDER, flags);
	add_params(b, path);
	if (body[0] != '\0')
		add_record(b, FCGI_STDIN, body, strlen(body));
	add_record(b, FCGI_STDIN, "", 0);
}

static void
send_buf(int fd, struct buf *b)
{
	assert_false(buf_failed(b));
	assert_int_equal(send(fd, b->ptr, b->len, MSG_NOSIGNAL), b->len);
	buf_clear(b);
}

static bool
receive(int fd, char *bytes, size_t len)
{
	ssize_t got;

	for (; len > 0; bytes += got, len -= (size_t)got) {
		got = recv(fd, bytes, len, 0);
		if (got <= 0)
			return false;
	}
	return true;
}

/* Read one whole answer into out; false when the connection ends early. */
static bool
receive_answer(int fd, struct buf *out)
{
	char header[8], content[65535 + 255];
	size_t len;

	buf_clear(out);
	for (;;) {
		if (!receive(fd, header, sizeof(header)))
			return false;
		len = (size_t)(unsigned char)header[4] << 8 |
		    (unsigned char)header[5];
		if (!receive(fd, content, len + (unsigned char)header[6]))
			return false;
		if (header[1] == FCGI_STDOUT)
			buf_add(out, content, len);
		else if (header[1] == FCGI_END_REQUEST)
			return true;
	}
}

static void
expect_answer(int fd, const char *expected)
{
	struct buf got;

	buf_init(&got, 2 * BIG_BYTES);
	assert_true(receive_answer(fd, &got));
	assert_string_equal(buf_string(&got), expected);
	buf_free(&got);
}

static void
expect_closed(int fd)
{
	char byte;

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
}

/* Call the server and send one request; the answer is still to be read. */
static int
ask(const struct server *s, const char *path, const char *body)
{
	struct buf b;
	int fd = call(s);

	buf_init(&b, BIG_BYTES);
	add_request(&b, 0, path, body);
	send_buf(fd, &b);
	buf_free(&b);
	return fd;
}

static void
expect_echo(const struct server *s)
{
	int fd = ask(s, "/echo", "hello");

	expect_answer(fd, "echo:hello");
	expect_closed(fd);
	close(fd);
}

static void
a_request_is_answered(void **state)
{
	START(s, 2);

	(void)state;
	expect_echo(&s);
	expect_echo(&s);
	expect_echo(&s);
	stop(&s);
}

static void
a_body_in_many_records_arrives_whole(void **state)
{
	struct buf b, want;
	int fd, i;
	START(s, 1);

	(void)state;
	buf_init(&b, BIG_BYTES);
	buf_init(&want, BIG_BYTES);
	add_begin(&b, FCGI_RESPONDER, 0);
	add_params(&b, "/echo");
	buf_text(&want, "echo:");
	for (i = 0; i < 3000; i++) {
		add_record(&b, FCGI_STDIN, "0123456789", 1 + (size_t)i % 10);
		buf_add(&want, "0123456789", 1 + (size_t)i % 10);
	}
	add_record(&b, FCGI_STDIN, "", 0);
	fd = call(&s);
	send_buf(fd, &b);
	expect_answer(fd, buf_string(&want));
	close(fd);
	buf_free(&b);
	buf_free(&want);
	stop(&s);
}

static void
a_long_parameter_crosses_records_and_buffers(void **state)
{
	struct buf b, params;
	char value[20001];
	size_t at, part;
	int fd;
	START(s, 1);

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	buf_init(&b, BIG_BYTES);
	buf_init(&params, BIG_BYTES);
	add_param(&params, "HTTP_LONG", value);
	add_param(&params, "PATH_INFO", "/unread");
	add_begin(&b, FCGI_RESPONDER, 0);
	for (at = 0; at < params.len; at += part) {
		part = params.len - at < 777 ? params.len - at : 777;
		add_record(&b, FCGI_PARAMS, params.ptr + at, part);
	}
	add_record(&b, FCGI_PARAMS, "", 0);
	add_record(&b, FCGI_STDIN, "", 0);
	fd = call(&s);
	send_buf(fd, &b);
	expect_answer(fd, "unread");
	close(fd);
	buf_free(&b);
	buf_free(&params);
	stop(&s);
}

static void
a_big_answer_arrives_whole(void **state)
{
	struct buf got;
	size_t i;
	int fd;
	START(s, 1);

	(void)state;
	buf_init(&got, 2 * BIG_BYTES);
	fd = ask(&s, "/big", "");
	assert_true(receive_answer(fd, &got));
	assert_int_equal(got.len, BIG_BYTES);
	for (i = 0; i < got.len; i++)
		assert_int_equal(got.ptr[i], 'x');
	close(fd);
	buf_free(&got);
	stop(&s);
}

static void
as_many_requests_as_threads_are_served_at_once(void **state)
{
	int fds[8];
	size_t i;
	START(s, COUNT(fds));

	(void)state;
	for (i = 0; i < COUNT(fds); i++)
		fds[i] = ask(&s, "/slow", "");
	/* All are inside before any may go on. */
	for (i = 0; i < COUNT(fds); i++)
		expect_told(&s, TOLD_ENTERED);
	for (i = 0; i < COUNT(fds); i++)
		let_go(&s);
	for (i = 0; i < COUNT(fds); i++) {
		expect_answer(fds[i], "slow");
		close(fds[i]);
	}
	stop(&s);
}

static void
what_was_accepted_is_answered_after_sigterm(void **state)
{
	const int64_t since = clock_steady_us();
	struct buf b;
	int slow, half;
	START(s, 4);

	(void)state;
	buf_init(&b, 4096);
	slow = ask(&s, "/slow", "");
	expect_told(&s, TOLD_ENTERED);
	half = call(&s);
	add_begin(&b, FCGI_RESPONDER, 0);
	send_buf(half, &b);
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	/* Idle workers stay a while for those who have begun to ask. */
	add_params(&b, "/echo");
	add_record(&b, FCGI_STDIN, "", 0);
	send_buf(half, &b);
	expect_answer(half, "echo:");
	close(half);
	let_go(&s);
	expect_answer(slow, "slow");
	close(slow);
	assert_int_equal(finish(&s), 0);
	assert_true(clock_steady_us() - since < EXIT_LIMIT_US);
	buf_free(&b);
}

static void
what_waits_in_the_queue_is_answered_after_sigterm(void **state)
{
	int fds[6];
	size_t i;
	START(s, 1);

	(void)state;
	fds[0] = ask(&s, "/slow", "");
	expect_told(&s, TOLD_ENTERED);
	for (i = 1; i < COUNT(fds); i++)
		fds[i] = ask(&s, "/unread", "");
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	let_go(&s);
	for (i = 0; i < COUNT(fds); i++) {
		expect_answer(fds[i], i == 0 ? "slow" : "unread");
		close(fds[i]);
	}
	assert_int_equal(finish(&s), 0);
}

static void
sigusr1_ends_it_too_and_later_signals_do_not_kill(void **state)
{
	int fd;
	START(s, 3);

	(void)state;
	fd = ask(&s, "/slow", "");
	expect_told(&s, TOLD_ENTERED);
	assert_int_equal(kill(s.pid, SIGUSR1), 0);
	expect_told(&s, TOLD_WORKER_ENDED);
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	assert_int_equal(kill(s.pid, SIGUSR1), 0);
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	let_go(&s);
	expect_answer(fd, "slow");
	close(fd);
	assert_int_equal(finish(&s), 0);
}

static void
a_request_that_never_ends_is_abandoned_in_time(void **state)
{
	int fd;
	START(s, 2);

	(void)state;
	fd = ask(&s, "/slow", "");
	expect_told(&s, TOLD_ENTERED);
	stop(&s);
	close(fd);
}

static void
the_service_ends_when_the_program_wishes(void **state)
{
	struct server s = make_server(2);

	(void)state;
	s.service.app = &s;
	s.service.should_end = end_now;
	start(&s);
	assert_int_equal(finish(&s), 0);
}

static void
a_worker_that_cannot_start_ends_the_service(void **state)
{
	struct server s = make_server(3);

	(void)state;
	s.service.app = &s;
	s.service.worker_start = refuse_worker;
	start(&s);
	assert_int_equal(finish(&s), 1);
}

static const struct {
	int line;
	const char *bytes;
	size_t len;
} broken[] = {
	{ __LINE__, "", 0 },
	{ __LINE__, "\1", 1 },
	{ __LINE__, "GET / HTTP/1.1\r\n\r\n", 18 },
	/* Another version, another role, no content, too much. */
	{ __LINE__, "\2\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0", 16 },
	{ __LINE__, "\1\1\0\1\0\10\0\0\0\11\0\0\0\0\0\0", 16 },
	{ __LINE__, "\1\1\0\1\0\0\0\0", 8 },
	{ __LINE__, "\1\1\0\1\0\11\0\0\0\1\0\0\0\0\0\0\0", 17 },
	/* PARAMS or STDIN without a beginning; request number 0. */
	{ __LINE__, "\1\4\0\1\0\0\0\0", 8 },
	{ __LINE__, "\1\5\0\1\0\0\0\0", 8 },
	{ __LINE__, "\1\1\0\0\0\10\0\0\0\1\0\0\0\0\0\0", 16 },
	/* Begun, then the end, nonsense, or an abort. */
	{ __LINE__, "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0", 16 },
	{ __LINE__, "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\77\0\1\0\0\0\0", 24 },
	{ __LINE__, "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\2\0\1\0\0\0\0", 24 },
	{ __LINE__, "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\4\0\1\0\5\0\0\3", 25 },
	/* Parameters longer than their record says, by a little and by
	 * as much as the format can say (CVE-2025-23016). */
	{ __LINE__,
	    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
	    "\1\4\0\1\0\4\0\0\11\11AB"
	    "\1\4\0\1\0\0\0\0",
	    36 },
	{ __LINE__,
	    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
	    "\1\4\0\1\0\12\0\0\377\377\377\377\377\377\377\377AB"
	    "\1\4\0\1\0\0\0\0",
	    42 },
	/* An unknown record for the process itself. */
	{ __LINE__, "\1\143\0\0\0\0\0\0", 8 },
};

static void
broken_records_harm_nobody_else(void **state)
{
	char byte[256];
	size_t i;
	int fd;
	START(s, 1);

	(void)state;
	for (i = 0; i < COUNT(broken); i++) {
		fd = call(&s);
		if (send(fd, broken[i].bytes, broken[i].len, MSG_NOSIGNAL) !=
		    (ssize_t)broken[i].len)
			fail_msg("line %d: not sent", broken[i].line);
		shutdown(fd, SHUT_WR);
		while (recv(fd, byte, sizeof(byte), 0) > 0)
			;
		close(fd);
		expect_echo(&s);
	}
	stop(&s);
}

/* Silent, or stopped in the middle: there are more of them than workers. */
static void
peers_that_do_not_ask_hold_no_worker(void **state)
{
	static const size_t lengths[] = { 0, 1, 8, 16, 20, 25, 33 };
	int fds[8 * COUNT(lengths)];
	struct buf b;
	size_t i;
	START(s, 2);

	(void)state;
	buf_init(&b, 4096);
	add_begin(&b, FCGI_RESPONDER, 0);
	add_params(&b, "/echo");
	for (i = 0; i < COUNT(fds); i++) {
		fds[i] = call(&s);
		assert_int_equal(send(fds[i], b.ptr,
				     lengths[i % COUNT(lengths)], MSG_NOSIGNAL),
		    (ssize_t)lengths[i % COUNT(lengths)]);
	}
	expect_echo(&s);
	/* The last to have stopped may go on. */
	add_record(&b, FCGI_STDIN, "", 0);
	assert_int_equal(send(fds[COUNT(fds) - 1], b.ptr + 33, b.len - 33, 0),
	    (ssize_t)b.len - 33);
	expect_answer(fds[COUNT(fds) - 1], "echo:");
	for (i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	buf_free(&b);
	stop(&s);
}

static void
a_request_with_only_some_of_its_parameters_is_not_handled(void **state)
{
	struct buf b, params;
	char byte;
	int fd;
	START(s, 1);

	(void)state;
	buf_init(&b, 4096);
	buf_init(&params, 4096);
	add_param(&params, "PATH_INFO", "/unread");
	add_begin(&b, FCGI_RESPONDER, 0);
	add_record(&b, FCGI_PARAMS, params.ptr, params.len);
	fd = call(&s);
	send_buf(fd, &b);
	shutdown(fd, SHUT_WR);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	buf_free(&b);
	buf_free(&params);
	stop(&s);
}

static void
a_body_that_breaks_off_is_noticed(void **state)
{
	struct buf b;
	int fd;
	START(s, 1);

	(void)state;
	buf_init(&b, 4096);
	add_begin(&b, FCGI_RESPONDER, 0);
	add_params(&b, "/to-end");
	add_record(&b, FCGI_STDIN, "half", 4);
	fd = call(&s);
	send_buf(fd, &b);
	expect_told(&s, TOLD_ENTERED);
	close(fd);
	expect_told(&s, TOLD_BODY_BROKEN);
	fd = ask(&s, "/to-end", "whole");
	expect_told(&s, TOLD_ENTERED);
	expect_told(&s, TOLD_BODY_WHOLE);
	close(fd);
	expect_echo(&s);
	buf_free(&b);
	stop(&s);
}

static void
a_peer_that_leaves_is_noticed_while_writing(void **state)
{
	int fd;
	START(s, 1);

	(void)state;
	fd = ask(&s, "/until-gone", "");
	expect_told(&s, TOLD_ENTERED);
	close(fd);
	expect_told(&s, TOLD_PEER_GONE);
	expect_echo(&s);
	stop(&s);
}

static void
an_unread_body_does_not_disturb(void **state)
{
	char *body = malloc(60000);
	int fd;
	START(s, 1);

	(void)state;
	assert_non_null(body);
	memset(body, 'b', 59999);
	body[59999] = '\0';
	fd = ask(&s, "/unread", body);
	expect_answer(fd, "unread");
	close(fd);
	expect_echo(&s);
	free(body);
	stop(&s);
}

/* The web server must not take what came for the whole answer. */
static void
an_aborted_answer_has_no_end(void **state)
{
	static const int flags[] = { 0, FCGI_KEEP_CONN };
	struct buf b, got;
	size_t i;
	int fd;
	START(s, 1);

	(void)state;
	buf_init(&b, BIG_BYTES);
	buf_init(&got, 2 * BIG_BYTES);
	for (i = 0; i < 2; i++) {
		fd = call(&s);
		add_request(&b, flags[i], "/abort", "");
		send_buf(fd, &b);
		assert_false(receive_answer(fd, &got));
		assert_true(got.len > 0);
		close(fd);
		expect_echo(&s);
	}
	buf_free(&got);
	buf_free(&b);
	stop(&s);
}

static void
a_kept_connection_brings_several_requests(void **state)
{
	struct buf b;
	int fd, i;
	START(s, 1);

	(void)state;
	buf_init(&b, BIG_BYTES);
	fd = call(&s);
	for (i = 0; i < 3; i++) {
		add_request(&b, FCGI_KEEP_CONN, "/unread", "");
		send_buf(fd, &b);
		expect_answer(fd, "unread");
		add_request(&b, FCGI_KEEP_CONN, "/echo", "body");
		send_buf(fd, &b);
		expect_answer(fd, "echo:body");
	}
	/* What a handler did not read must not be taken for a request. */
	add_request(&b, FCGI_KEEP_CONN, "/unread", "body");
	send_buf(fd, &b);
	expect_answer(fd, "unread");
	expect_closed(fd);
	close(fd);
	buf_free(&b);
	stop(&s);
}

static void
a_kept_connection_holds_up_neither_others_nor_the_end(void **state)
{
	struct buf b;
	int first, second;
	START(s, 1);

	(void)state;
	buf_init(&b, 4096);
	first = call(&s);
	add_request(&b, FCGI_KEEP_CONN, "/echo", "first");
	send_buf(first, &b);
	expect_answer(first, "echo:first");
	second = call(&s);
	add_request(&b, FCGI_KEEP_CONN, "/echo", "second");
	send_buf(second, &b);
	expect_closed(first); /* idle, so it gives the worker back */
	close(first);
	expect_answer(second, "echo:second");
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	expect_closed(second);
	close(second);
	assert_int_equal(finish(&s), 0);
	buf_free(&b);
}

/*
 * Parked exchanges.
 */

#define START_PARKING(s, n, max)          \
	struct server s = make_server(n); \
	s.service.app = &s;               \
	s.service.parked_max = max;       \
	s.parks = true;                   \
	start(&s)

static void
a_parked_exchange_does_not_hold_its_worker(void **state)
{
	int fds[8];
	size_t i;
	START_PARKING(s, 1, COUNT(fds));

	(void)state;
	/* One after the other, to know in which order they are parked. */
	for (i = 0; i < COUNT(fds); i++) {
		fds[i] = ask(&s, "/park", "body");
		expect_told(&s, TOLD_ENTERED);
	}
	expect_echo(&s);
	for (i = COUNT(fds); i-- > 0;) {
		let_go(&s);
		expect_answer(fds[i], "resumed:echo:body");
		expect_closed(fds[i]);
		close(fds[i]);
	}
	expect_echo(&s);
	stop(&s);
}

static void
exchanges_may_go_on_in_another_order(void **state)
{
	int first, second;
	START_PARKING(s, 2, 2);

	(void)state;
	first = ask(&s, "/park", "first");
	expect_told(&s, TOLD_ENTERED);
	second = ask(&s, "/park", "second");
	expect_told(&s, TOLD_ENTERED);
	let_go(&s);
	expect_answer(second, "resumed:echo:second");
	close(second);
	let_go(&s);
	expect_answer(first, "resumed:echo:first");
	close(first);
	stop(&s);
}

static void
an_exchange_may_go_on_before_it_is_parked(void **state)
{
	struct server s = make_server(2);
	int fd;

	(void)state;
	s.service.app = &s;
	s.service.parked_max = 1;
	start(&s);
	fd = ask(&s, "/at-once", "body");
	/* The other worker finishes what the first one still handles. */
	expect_answer(fd, "resumed:echo:body");
	close(fd);
	let_go(&s);
	expect_echo(&s);
	stop(&s);
}

/* One worker, and two may be parked beside what it has in hand. */
static void
no_more_are_parked_than_may_be(void **state)
{
	int fds[3], more;
	size_t i;
	START_PARKING(s, 1, 2);

	(void)state;
	for (i = 0; i < COUNT(fds); i++) {
		fds[i] = ask(&s, "/park", "");
		expect_told(&s, TOLD_ENTERED);
	}
	more = ask(&s, "/park", "more");
	assert_nothing_told(&s);
	let_go(&s);
	expect_answer(fds[2], "resumed:echo:");
	close(fds[2]);
	expect_told(&s, TOLD_ENTERED);
	let_go(&s);
	expect_answer(more, "resumed:echo:more");
	close(more);
	for (i = 2; i-- > 0;) {
		let_go(&s);
		expect_answer(fds[i], "resumed:echo:");
		close(fds[i]);
	}
	stop(&s);
}

static void
what_is_parked_is_answered_after_sigterm(void **state)
{
	const int64_t since = clock_steady_us();
	int fds[6];
	size_t i;
	START_PARKING(s, 2, COUNT(fds));

	(void)state;
	/* One after the other, to know in which order they are parked. */
	for (i = 0; i < COUNT(fds); i++) {
		fds[i] = ask(&s, "/park", "");
		expect_told(&s, TOLD_ENTERED);
	}
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	for (i = COUNT(fds); i-- > 0;) {
		let_go(&s);
		expect_answer(fds[i], "resumed:echo:");
		close(fds[i]);
	}
	assert_int_equal(finish(&s), 0);
	assert_true(clock_steady_us() - since < EXIT_LIMIT_US);
}

static void
what_stays_parked_is_abandoned_in_time(void **state)
{
	int fd;
	START_PARKING(s, 2, 1);

	(void)state;
	fd = ask(&s, "/park", "");
	expect_told(&s, TOLD_ENTERED);
	stop(&s);
	close(fd);
}

static void
a_peer_that_leaves_while_parked_disturbs_nobody(void **state)
{
	int gone, stays;
	START_PARKING(s, 1, 2);

	(void)state;
	stays = ask(&s, "/park", "stays");
	expect_told(&s, TOLD_ENTERED);
	gone = ask(&s, "/park", "gone");
	expect_told(&s, TOLD_ENTERED);
	close(gone);
	let_go(&s);
	expect_echo(&s);
	let_go(&s);
	expect_answer(stays, "resumed:echo:stays");
	close(stays);
	expect_echo(&s);
	stop(&s);
}

static void
on_a_kept_connection_nothing_may_be_parked(void **state)
{
	struct buf b;
	int fd;
	START_PARKING(s, 1, 1);

	(void)state;
	buf_init(&b, 4096);
	fd = ask(&s, "/may-park", "");
	expect_answer(fd, "yes");
	close(fd);
	fd = call(&s);
	add_request(&b, FCGI_KEEP_CONN, "/may-park", "");
	send_buf(fd, &b);
	expect_answer(fd, "no");
	close(fd);
	buf_free(&b);
	stop(&s);
}

/* Run the CGI mode with body as input, in a child. */
static int
run_cgi(const char *path, const char *body, struct buf *out)
{
	struct server s = make_server(1);
	char *env[] = { (char *)(uintptr_t)path, NULL }, bytes[4096];
	int in[2], back[2], status;
	ssize_t got;
	pid_t pid;

	s.service.app = &s;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(back), 0);
	assert_int_equal(pipe(s.told), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(back[1], STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		close(back[0]);
		close(back[1]);
		environ = env;
		_exit(fcgi_is_responder() ? 9 : fcgi_serve_cgi(&s.service));
	}
	close(in[0]);
	close(back[1]);
	assert_int_equal(write(in[1], body, strlen(body)), strlen(body));
	close(in[1]);
	while (out != NULL && (got = read(back[0], bytes, sizeof(bytes))) > 0)
		buf_add(out, bytes, (size_t)got);
	close(back[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(s.told[0]);
	close(s.told[1]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
plain_cgi_answers_one_request(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 2 * BIG_BYTES);
	assert_int_equal(run_cgi("PATH_INFO=/echo", "hello", &out), 0);
	assert_string_equal(buf_string(&out), "echo:hello");
	buf_clear(&out);
	assert_int_equal(run_cgi("PATH_INFO=/big", "", &out), 0);
	assert_int_equal(out.len, BIG_BYTES);
	/* All that plain CGI can say of an answer that was cut. */
	assert_int_equal(run_cgi("PATH_INFO=/abort", "", &out), 1);
	buf_free(&out);
}

static void
plain_cgi_survives_a_server_that_left(void **state)
{
	(void)state;
	assert_int_equal(run_cgi("PATH_INFO=/until-gone", "", NULL), 0);
}

enum input { CLOSED, PIPE, EMPTY_FILE, TERMINAL, PAIR, UNBOUND, LISTENING };

static int
open_input(enum input kind)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fds[2];

	switch (kind) {
	case CLOSED:
		return -1;
	case PIPE:
		return pipe(fds) == 0 ? fds[0] : -1;
	case EMPTY_FILE:
		return open("/dev/null", O_RDONLY);
	case TERMINAL:
		return posix_openpt(O_RDWR | O_NOCTTY);
	case PAIR:
		return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0 ? fds[0]
								     : -1;
	case UNBOUND:
		return socket(AF_UNIX, SOCK_STREAM, 0);
	case LISTENING:
		fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
		/* A name that the kernel chooses. */
		if (bind(fds[0], (struct sockaddr *)&at,
			sizeof(at.sun_family)) != 0 ||
		    listen(fds[0], 1) != 0)
			return -1;
		return fds[0];
	}
	return -1;
}

static void
only_a_listening_socket_makes_a_responder(void **state)
{
	int kind, fd, status;
	pid_t pid;

	(void)state;
	for (kind = CLOSED; kind <= LISTENING; kind++) {
		pid = fork();
		if (pid == 0) {
			close(STDIN_FILENO);
			fd = open_input((enum input)kind);
			if (fd > STDIN_FILENO)
				dup2(fd, STDIN_FILENO);
			_exit(fcgi_is_responder() ? 1 : 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) ||
		    WEXITSTATUS(status) != (kind == LISTENING))
			fail_msg("kind %d: status %d", kind, status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered),
		cmocka_unit_test(a_body_in_many_records_arrives_whole),
		cmocka_unit_test(a_long_parameter_crosses_records_and_buffers),
		cmocka_unit_test(a_big_answer_arrives_whole),
		cmocka_unit_test(
		    as_many_requests_as_threads_are_served_at_once),
		cmocka_unit_test(what_was_accepted_is_answered_after_sigterm),
		cmocka_unit_test(
		    what_waits_in_the_queue_is_answered_after_sigterm),
		cmocka_unit_test(
		    sigusr1_ends_it_too_and_later_signals_do_not_kill),
		cmocka_unit_test(
		    a_request_that_never_ends_is_abandoned_in_time),
		cmocka_unit_test(the_service_ends_when_the_program_wishes),
		cmocka_unit_test(a_worker_that_cannot_start_ends_the_service),
		cmocka_unit_test(broken_records_harm_nobody_else),
		cmocka_unit_test(peers_that_do_not_ask_hold_no_worker),
		cmocka_unit_test(
		    a_request_with_only_some_of_its_parameters_is_not_handled),
		cmocka_unit_test(a_body_that_breaks_off_is_noticed),
		cmocka_unit_test(a_peer_that_leaves_is_noticed_while_writing),
		cmocka_unit_test(an_unread_body_does_not_disturb),
		cmocka_unit_test(an_aborted_answer_has_no_end),
		cmocka_unit_test(a_kept_connection_brings_several_requests),
		cmocka_unit_test(
		    a_kept_connection_holds_up_neither_others_nor_the_end),
		cmocka_unit_test(a_parked_exchange_does_not_hold_its_worker),
		cmocka_unit_test(exchanges_may_go_on_in_another_order),
		cmocka_unit_test(an_exchange_may_go_on_before_it_is_parked),
		cmocka_unit_test(no_more_are_parked_than_may_be),
		cmocka_unit_test(what_is_parked_is_answered_after_sigterm),
		cmocka_unit_test(what_stays_parked_is_abandoned_in_time),
		cmocka_unit_test(
		    a_peer_that_leaves_while_parked_disturbs_nobody),
		cmocka_unit_test(on_a_kept_connection_nothing_may_be_parked),
		cmocka_unit_test(plain_cgi_answers_one_request),
		cmocka_unit_test(plain_cgi_survives_a_server_that_left),
		cmocka_unit_test(only_a_listening_socket_makes_a_responder),
	};

	alarm(120); /* a server that hangs must not hang the tests */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
