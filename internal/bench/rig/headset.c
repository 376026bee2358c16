#include "headset.h"

#include <stdlib.h>
#include <string.h>

// The process callback runs in JACK's own thread. What it shares with Go is
// two tapes, indexed by the frame's distance from the take's start.
static int process(jack_nframes_t n, void *arg) {
	headset *h = arg;
	float *out = jack_port_get_buffer(h->mic, n);
	float *in = jack_port_get_buffer(h->ear, n);
	memset(out, 0, n * sizeof(float));
	if (!atomic_load(&h->rolling))
		return 0;
	long t = (int)(jack_last_frame_time(h->client) - h->start); // wraps safely
	for (jack_nframes_t i = 0; i < n; i++, t++) {
		if (t < 0 || t >= h->length)
			continue;
		out[i] = h->say[t];
		h->heard[t] = in[i];
	}
	return 0;
}

static int xrun(void *arg) {
	atomic_fetch_add(&((headset *)arg)->xruns, 1);
	return 0;
}

// A headset is the end of the line; PortAudio needs to be told.
static void latency(jack_latency_callback_mode_t mode, void *arg) {
	headset *h = arg;
	jack_latency_range_t none = {0, 0};
	jack_port_set_latency_range(mode == JackCaptureLatency ? h->mic : h->ear, mode, &none);
}

headset *headset_open(const char *name) {
	headset *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->client = jack_client_open(name, JackNoStartServer | JackUseExactName, NULL);
	if (!h->client) {
		free(h);
		return NULL;
	}
	unsigned long end = JackPortIsPhysical | JackPortIsTerminal;
	h->mic = jack_port_register(h->client, "mic", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput | end, 0);
	h->ear = jack_port_register(h->client, "ear", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput | end, 0);
	jack_set_process_callback(h->client, process, h);
	jack_set_latency_callback(h->client, latency, h);
	jack_set_xrun_callback(h->client, xrun, h);
	if (!h->mic || !h->ear || jack_activate(h->client)) {
		jack_client_close(h->client);
		free(h);
		return NULL;
	}
	return h;
}

int headset_load(headset *h, long length) {
	free(h->say);
	free(h->heard);
	h->say = calloc(length, sizeof(float));
	h->heard = calloc(length, sizeof(float));
	h->length = length;
	return h->say && h->heard;
}

void headset_roll(headset *h, jack_nframes_t start) {
	h->start = start;
	atomic_store(&h->rolling, 1);
}

void headset_stop(headset *h) { atomic_store(&h->rolling, 0); }

long headset_xruns(headset *h) { return atomic_load(&h->xruns); }

void headset_close(headset *h) {
	jack_client_close(h->client);
	free(h->say);
	free(h->heard);
	free(h);
}
