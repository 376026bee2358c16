/*
 * PortAudio found at run time.
 *
 * The Go binding links the Pa_ functions. Linked against the real library, the
 * whole program, hub and commands too, would refuse to start on a machine
 * without sound packages. This file is linked in its place: it opens
 * libportaudio.so.2 at the first Pa_Initialize and passes every call on. Without
 * the library Pa_Initialize answers paHostApiNotFound, which the real one never
 * does, and the other functions answer as PortAudio does before initialising.
 *
 * It also gets over a sound server that died: over JACK, closing a stream then
 * hangs for ten minutes. Pa_Terminate, called while another call is still
 * inside, leaves the library to itself, and the next Pa_Initialize loads a
 * fresh copy of it. The caller must have given up that call and its streams.
 * What was left inside gives up in turn, after ten seconds or more, by a failed
 * assertion, which would end the program with the citizen on the line; see
 * __assert_fail below.
 *
 * ZUOXI_PORTAUDIO names another library file (tests name one that is not there).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include <portaudio.h>

/* library is one loaded copy; it is never freed, a call may be inside. */
typedef struct {
	atomic_int inside; /* calls that have not returned */
	char path[4096];
#define FN(ret, name, params, args, none) ret (*name) params;
#define PASS(ret, name, params, args, none) FN(ret, name, params, args, none)
#include "functions.h"
} library;

static _Atomic(library *) current; /* NULL: none loaded */
static library *stuck;             /* the copy that was left to itself */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static library *bind(void *handle) {
	library *l = handle == NULL ? NULL : calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	/* An incomplete library counts as none: better silent than half working. */
#define FN(ret, name, params, args, none) \
	if ((*(void **)&l->name = dlsym(handle, #name)) == NULL) { free(l); return NULL; }
#define PASS(ret, name, params, args, none) FN(ret, name, params, args, none)
#include "functions.h"
	struct link_map *map;
	if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
		snprintf(l->path, sizeof l->path, "%s", map->l_name);
	return l;
}

/* copy_of opens the file again as another file, which the linker takes for another library. */
static void *copy_of(const char *path) {
	struct stat st;
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = memfd_create("portaudio", MFD_CLOEXEC);
	void *handle = NULL;
	if (from >= 0 && to >= 0 && fstat(from, &st) == 0) {
		off_t at = 0;
		while (at < st.st_size && sendfile(to, from, &at, st.st_size - at) > 0)
			;
		char name[64];
		snprintf(name, sizeof name, "/proc/self/fd/%d", to);
		if (at == st.st_size)
			handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return handle;
}

static library *load(void) {
	pthread_mutex_lock(&loading);
	library *l = atomic_load(&current);
	if (l == NULL && stuck != NULL) {
		l = bind(copy_of(stuck->path));
		if (l != NULL) /* copies are copied from the file, not from each other */
			snprintf(l->path, sizeof l->path, "%s", stuck->path);
	} else if (l == NULL) {
		const char *file = getenv("ZUOXI_PORTAUDIO");
		l = bind(dlopen(file != NULL && *file != '\0' ? file : "libportaudio.so.2", RTLD_NOW | RTLD_LOCAL));
	}
	atomic_store(&current, l);
	pthread_mutex_unlock(&loading);
	return l;
}

static int of_sound(const void *code) {
	Dl_info from;
	return dladdr(code, &from) != 0 && from.dli_fname != NULL &&
	       (strstr(from.dli_fname, "portaudio") != NULL || strstr(from.dli_fname, "libjack") != NULL ||
	        strncmp(from.dli_fname, "/proc/self/fd/", 14) == 0);
}

/* __assert_fail takes the place of the C library's. The thread of a sound
   library in which an assertion failed stays where it is: its call does not
   return, its stream falls silent, and the caller gets over both as over a
   sound server that hangs. For anybody else it is what it was. */
void __assert_fail(const char *what, const char *file, unsigned line, const char *function) {
	if (of_sound(__builtin_return_address(0)))
		for (;;)
			pause();
	fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, what);
	abort();
}

/* PASS functions are forwarded whole; FN functions have their body below. */
#define FN(ret, name, params, args, none)
#define PASS(ret, name, params, args, none) \
	ret name params { \
		library *l = atomic_load(&current); \
		if (l == NULL) \
			return none; \
		atomic_fetch_add(&l->inside, 1); \
		ret answer = l->name args; \
		atomic_fetch_sub(&l->inside, 1); \
		return answer; \
	}
#include "functions.h"

PaError Pa_Initialize(void) {
	library *l = load();
	if (l == NULL)
		return paHostApiNotFound;
	atomic_fetch_add(&l->inside, 1);
	PaError answer = l->Pa_Initialize();
	atomic_fetch_sub(&l->inside, 1);
	return answer;
}

PaError Pa_Terminate(void) {
	library *l = atomic_load(&current);
	if (l == NULL)
		return paNotInitialized;
	if (atomic_fetch_add(&l->inside, 1) == 0) {
		PaError answer = l->Pa_Terminate();
		atomic_fetch_sub(&l->inside, 1);
		return answer;
	}
	pthread_mutex_lock(&loading);
	stuck = l;
	atomic_store(&current, NULL);
	pthread_mutex_unlock(&loading);
	return paNoError;
}

const char *Pa_GetErrorText(PaError code) {
	library *l = atomic_load(&current);
	if (l != NULL)
		return l->Pa_GetErrorText(code);
	return code == paHostApiNotFound ? "sound library not found" : "sound library not loaded";
}
