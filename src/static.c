/* SPDX-License-Identifier: MIT */
/*
 * What the static program has instead of five functions of the C library.
 *
 * In a static program these load shared libraries at run time, which must be
 * of the very glibc it was linked with; on another host they may crash, and
 * the linker warns of each.  None is needed, so the linker's --wrap leads all
 * calls here (`make static`), and fails on any warning that is left.
 */
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>

void *__wrap_dlopen(const char *path, int mode);
struct hostent *__wrap_gethostbyname(const char *name);
int __wrap_getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **out);
void __wrap_freeaddrinfo(struct addrinfo *list);
struct passwd *__wrap_getpwuid(uid_t uid);

/* SQLite calls this for load_extension(), which is off; OpenSSL for engines
 * and providers that a configuration names. */
void *
__wrap_dlopen(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return NULL;
}

/* libfcgi calls this to listen on TCP; we are given our socket. */
struct hostent *
__wrap_gethostbyname(const char *name)
{
	(void)name;
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

/* OpenSSL calls these two for its network streams, which we do not use. */
int
__wrap_getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **out)
{
	(void)host;
	(void)service;
	(void)hints;
	(void)out;
	return EAI_FAIL;
}

void
__wrap_freeaddrinfo(struct addrinfo *list)
{
	(void)list; /* none was made */
}

/* The command line calls this for the name in the audit log.  An account
 * that is not in /etc/passwd (LDAP) is named by its number there. */
struct passwd *
__wrap_getpwuid(uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *found = NULL;

	if (file == NULL)
		return NULL;
	do {
		found = fgetpwent(file);
	} while (found != NULL && found->pw_uid != uid);
	fclose(file);
	return found;
}
