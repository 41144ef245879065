/* SPDX-License-Identifier: MIT */
/*
 * promptledger serve: a real lighttpd in the foreground, with a generated
 * configuration and this binary as its FastCGI responder, for trying it out.
 *
 * What differs from call to call reaches the configuration through the
 * environment, so that no path needs quoting.
 */
#include "cli/command.h"

#include "base/clock.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000
/* Clients have this long to finish; then the responder takes 4.3 s at most
 * for the requests that it has. */
#define FINISH_MS 2500
#define STOP_MS 7500

static const char configuration[] =
    "server.modules = (\"mod_fastcgi\")\n"
    "server.bind = env.PROMPTLEDGER_HOST\n"
    "server.port = env.PROMPTLEDGER_PORT\n"
    "server.document-root = env.PROMPTLEDGER_RUN\n"
    "server.upload-dirs = (env.PROMPTLEDGER_RUN)\n"
    "# The program's own limits answer first.\n"
    "server.max-request-size = 11264\n"
    "server.max-request-field-size = 32768\n"
    "fastcgi.server = (\"/\" => ((\n"
    "    \"socket\" => env.PROMPTLEDGER_RUN + \"/promptledger.sock\",\n"
    "    \"bin-path\" => env.PROMPTLEDGER_RUN + \"/promptledger.fcgi\",\n"
    "    \"max-procs\" => 1,\n"
    "    \"check-local\" => \"disable\",\n"
    "    \"fix-root-scriptname\" => \"enable\"\n"
    ")))\n";

struct serve_options {
	const char *data;
	const char *listen;
	int64_t threads; /* 0: as configured */
	char host[256];  /* without brackets */
	char port[8];
	struct sockaddr_storage address; /* both, for the kernel */
	socklen_t address_size;
};

/* Numbers only: looking up names would bring the C library's plug-ins into
 * the static program (static.c). */
static bool
make_address(struct serve_options *o, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&o->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&o->address;

	if (inet_pton(AF_INET, o->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		o->address_size = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, o->host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		o->address_size = sizeof(*v6);
		return true;
	}
	return false;
}

/* Take "127.0.0.1:8080" or "[::1]:8080" apart. */
static bool
split_listen(struct serve_options *o)
{
	const char *host = o->listen, *colon = strrchr(host, ':');
	size_t len;
	int64_t port;

	if (colon == NULL || !text_to_int64(colon + 1, &port) || port < 1 ||
	    port > 65535)
		return false;
	len = (size_t)(colon - host);
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(o->host))
		return false;
	memcpy(o->host, host, len);
	o->host[len] = '\0';
	if (text_equal(o->host, "localhost"))
		snprintf(o->host, sizeof(o->host), "127.0.0.1");
	snprintf(o->port, sizeof(o->port), "%" PRId64, port);
	return make_address(o, (uint16_t)port);
}

static const char *
read_options(int argc, char **argv, struct serve_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "listen", required_argument, NULL, 'l' },
		{ "threads", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			o->data = optarg;
			break;
		case 'l':
			o->listen = optarg;
			break;
		case 't':
			if (!text_to_int64(optarg, &o->threads) ||
			    o->threads < 1 || o->threads > 256)
				return "--threads is a number from 1 to 256";
			break;
		default:
			return "";
		}
	}
	if (optind != argc)
		return "too many arguments";
	if (!split_listen(o))
		return "--listen is an address and a port, such as "
		       "127.0.0.1:8080";
	return NULL;
}

/* Make the settings of this call known to lighttpd and to the responder. */
static bool
export_settings(
    const struct serve_options *o, const struct config *config, const char *run)
{
	bool v6 = strchr(o->host, ':') != NULL;
	char url[320], threads[24], path[PATH_MAX];
	const char *old = getenv("PATH");

	snprintf(url, sizeof(url), "http://%s%s%s:%s", v6 ? "[" : "", o->host,
	    v6 ? "]" : "", o->port);
	snprintf(threads, sizeof(threads), "%" PRId64,
	    o->threads != 0 ? o->threads : config->threads);
	/* lighttpd lies in sbin, which is not on everybody's path. */
	snprintf(path, sizeof(path), "%s:/usr/local/sbin:/usr/sbin",
	    old == NULL ? "/usr/bin:/bin" : old);
	return setenv("PROMPTLEDGER_HOST", o->host, 1) == 0 &&
	    setenv("PROMPTLEDGER_PORT", o->port, 1) == 0 &&
	    setenv("PROMPTLEDGER_RUN", run, 1) == 0 &&
	    setenv("PROMPTLEDGER_DATA", config->data, 1) == 0 &&
	    setenv("PROMPTLEDGER_THREADS", threads, 1) == 0 &&
	    setenv("PATH", path, 1) == 0 &&
	    (config->public_url[0] != '\0' ||
		setenv("PROMPTLEDGER_PUBLIC_URL", url, 1) == 0);
}

/* The files of one run, in a directory of their own below /tmp: a socket's
 * name has room for 107 characters only. */
static const char *const run_files[] = {
	"lighttpd.conf",
	"promptledger.fcgi",
	"promptledger.sock-0",
};

static void
remove_run(const char *run)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(run_files) / sizeof(run_files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", run, run_files[i]);
		unlink(path);
	}
	rmdir(run);
}

static bool
write_configuration(const char *run)
{
	char path[PATH_MAX];
	FILE *file;
	bool written;

	snprintf(path, sizeof(path), "%s/lighttpd.conf", run);
	if ((file = fopen(path, "we")) == NULL)
		return false;
	written = fputs(configuration, file) >= 0;
	return fclose(file) == 0 && written;
}

static bool
prepare_run(char *run)
{
	char exe[PATH_MAX], path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (len <= 0 || mkdtemp(run) == NULL)
		return false;
	exe[len] = '\0';
	snprintf(path, sizeof(path), "%s/promptledger.fcgi", run);
	if (symlink(exe, path) != 0)
		return false;
	return write_configuration(run);
}

static pid_t
start_lighttpd(const char *run)
{
	char path[PATH_MAX];
	sigset_t none;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	/* Out of the terminal's reach: Ctrl-C is for us, and we tell it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGINT);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(path, sizeof(path), "%s/lighttpd.conf", run);
	execlp("lighttpd", "lighttpd", "-D", "-f", path, (char *)NULL);
	fprintf(stderr, "promptledger: cannot start lighttpd: %s\n",
	    strerror(errno));
	_exit(127);
}

/* Say in plain words what lighttpd would say in its own, and never take
 * somebody else's server for ours. */
static bool
can_listen(const struct serve_options *o)
{
	const int on = 1;
	bool bound;
	int fd;

	fd = socket(o->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bound = fd != -1 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&o->address, o->address_size) ==
		0;
	if (!bound)
		fprintf(stderr, "promptledger: cannot listen on %s: %s\n",
		    o->listen, strerror(errno));
	if (fd != -1)
		close(fd);
	return bound;
}

static bool
answers(const struct serve_options *o)
{
	bool connected = false;
	int fd;

	fd = socket(o->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1) {
		connected = connect(fd, (const struct sockaddr *)&o->address,
				o->address_size) == 0;
		close(fd);
	}
	return connected;
}

static bool
has_ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

/* Wait for signals (never delivered otherwise: they are blocked) or for the
 * server's own end.  True when we were asked to stop. */
static bool
wait_for_end(pid_t server, const struct serve_options *o,
    const sigset_t *signals, int *status)
{
	struct timespec tick = { .tv_nsec = 50 * 1000000 };
	int64_t start_us = clock_steady_us();
	bool announced = false;
	int signal;

	for (;;) {
		signal = sigtimedwait(signals, NULL, &tick);
		if (signal == SIGINT || signal == SIGTERM)
			return true;
		if (has_ended(server, status))
			return false;
		if (announced)
			continue;
		if ((announced = answers(o))) {
			printf("promptledger serves on http://%s (Ctrl-C ends "
			       "it).\n",
			    o->listen);
			fflush(stdout);
			tick.tv_sec = 1;
		} else if (clock_steady_us() - start_us > START_MS * 1000) {
			fputs(
			    "promptledger: lighttpd does not answer\n", stderr);
			return true;
		}
	}
}

/* Let lighttpd finish its requests (SIGINT), drop those that do not get on
 * (SIGTERM), and see every child end: the responder, whose parent lighttpd
 * was, is ours by then (PR_SET_CHILD_SUBREAPER). */
static void
stop_all(pid_t server, const sigset_t *signals)
{
	static const struct {
		int64_t after_ms;
		int signal;
	} steps[] = {
		{ 0, SIGINT },
		{ FINISH_MS, SIGTERM },
		{ STOP_MS, SIGKILL },
	};
	struct timespec tick = { .tv_nsec = 20 * 1000000 };
	int64_t start_us = clock_steady_us();
	size_t step = 0;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) != -1) {
		if (pid > 0)
			continue;
		if (step < sizeof(steps) / sizeof(steps[0]) &&
		    clock_steady_us() - start_us >=
			steps[step].after_ms * 1000) {
			kill(steps[step].signal == SIGKILL ? -server : server,
			    steps[step].signal);
			step++;
		}
		(void)sigtimedwait(signals, NULL, &tick);
	}
}

static int
serve(const struct serve_options *o, const char *run)
{
	sigset_t signals;
	int status = 0;
	pid_t server;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if ((server = start_lighttpd(run)) == -1)
		return COMMAND_FAILED;
	if (!wait_for_end(server, o, &signals, &status)) {
		fputs("promptledger: lighttpd ended by itself\n", stderr);
		return COMMAND_FAILED;
	}
	stop_all(server, &signals);
	return COMMAND_DONE;
}

static int
run_serve(const struct command *self, int argc, char **argv)
{
	struct serve_options o = { .listen = "127.0.0.1:8080" };
	const char *wrong = read_options(argc, argv, &o);
	char run[] = "/tmp/promptledger-XXXXXX";
	struct command_session s;
	int status = COMMAND_FAILED;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!can_listen(&o))
		return COMMAND_FAILED;
	/* Faults of the data directory are told here, not in the server. */
	if (!command_open(&s, COMMAND_DATA_MADE, o.data))
		return COMMAND_FAILED;
	if (!prepare_run(run) || !export_settings(&o, &s.config, run))
		perror("promptledger: cannot prepare the server");
	store_close(s.store); /* no handle is carried over a fork */
	s.store = NULL;
	if (access(run, F_OK) == 0) {
		status = serve(&o, run);
		remove_run(run);
	}
	command_close(&s);
	return status;
}

const struct command serve_command = {
	.name = "serve",
	.usage = "[--listen 127.0.0.1:8080] [--data DIR] [--threads N]",
	.summary = "serve with a lighttpd of its own, until Ctrl-C",
	.run = run_serve,
};
