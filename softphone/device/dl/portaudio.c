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
 * ZUOXI_PORTAUDIO names another library file (tests name one that is not there).
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <portaudio.h>

static struct {
#define FN(ret, name, params, args, none) ret (*name) params;
#define PASS(ret, name, params, args, none) FN(ret, name, params, args, none)
#include "functions.h"
} real;

static int loaded; /* written once, under load_once */
static pthread_once_t load_once = PTHREAD_ONCE_INIT;

static void load(void) {
	const char *file = getenv("ZUOXI_PORTAUDIO");
	if (file == NULL || *file == '\0')
		file = "libportaudio.so.2";
	void *lib = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL)
		return;
	/* An incomplete library counts as none: better silent than half working. */
#define FN(ret, name, params, args, none) \
	if ((*(void **)&real.name = dlsym(lib, #name)) == NULL) { dlclose(lib); return; }
#define PASS(ret, name, params, args, none) FN(ret, name, params, args, none)
#include "functions.h"
	loaded = 1;
}

static int ready(void) {
	pthread_once(&load_once, load);
	return loaded;
}

/* FN declares only (its body is below), PASS is forwarded whole. */
#define FN(ret, name, params, args, none)
#define PASS(ret, name, params, args, none) \
	ret name params { return ready() ? real.name args : none; }
#include "functions.h"

PaError Pa_Initialize(void) {
	return ready() ? real.Pa_Initialize() : paHostApiNotFound;
}

const char *Pa_GetErrorText(PaError code) {
	if (ready())
		return real.Pa_GetErrorText(code);
	return code == paHostApiNotFound ? "sound library not found" : "sound library not loaded";
}
